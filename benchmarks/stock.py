"""What the cases spend: an app, a person, codes and refresh tokens, made through the portal's own rules."""

import hashlib
import json
import secrets
import sys
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

import config
from app import create_app
from app.clock import now
from app.consents.decisions import give_consent
from app.crypto import base64url, digest
from app.database.rows import db, new_id
from app.oauth.models import AuthorizationCode
from app.oauth.tokens import families, signing
from app.oauth.tokens.codes import new_code
from app.users.accounts import find_user

SCOPES = ("openid", "profile", "email", "offline_access")
REDIRECT_URI = "http://127.0.0.1:9/callback"
VERIFIER = "benchmark-verifier-that-has-at-least-43-characters"
LIFETIME = timedelta(hours=2)


def fill(client_id: str, username: str, codes: int, tokens: int) -> dict[str, Any]:
    """Insert ``codes`` codes and ``tokens`` families; gives the codes and the refresh tokens."""
    user = find_user(username)
    assert user is not None
    consent = give_consent(user.id, client_id, SCOPES)
    db.session.commit()
    shared = {
        "client_id": client_id,
        "user_id": user.id,
        "consent_id": consent.id,
        "scope": " ".join(SCOPES),
        "auth_time": now(),
    }
    challenge = base64url(hashlib.sha256(VERIFIER.encode()).digest())
    made = [new_code() for _ in range(codes)]
    moment = now()
    rows = [
        {
            **shared,
            "id": new_id(),
            "code_digest": digest(code),
            "redirect_uri": REDIRECT_URI,
            "redirect_uri_sent": True,
            "code_challenge": challenge,
            "created_at": moment,
            "expires_at": moment + LIFETIME,
            "keep_until": moment + LIFETIME,
            "family_id": new_id(),
        }
        for code in made
    ]
    connection = db.session.connection()
    connection.execute(insert(AuthorizationCode.__table__), rows)
    refresh_tokens = []
    for _ in range(tokens):
        family = new_id()
        seed = families.begin_family(
            connection,
            signing.Subject(user.id, client_id, "RS256", family_id=family, auth_time=shared["auth_time"]),
            consent_id=consent.id,
            session_id=None,
            scope=shared["scope"],
            lifetime=7200,
        )
        refresh_tokens.append(families.refresh_token(family, 0, seed))
    db.session.commit()
    secrets.SystemRandom().shuffle(made)
    return {"codes": made, "refresh_tokens": refresh_tokens}


if __name__ == "__main__":
    client_id, username, codes, tokens = sys.argv[1:]
    with create_app(config.load()).app_context():
        print(json.dumps(fill(client_id, username, int(codes), int(tokens))))
