"""The portal's own app: in its name people get tokens for their password, and lose them like any other app's."""

from typing import TYPE_CHECKING

from ..authentication.methods import PASSWORD
from ..clients.models import Client
from ..clients.registration import PORTALS_OWN as CLIENT_ID
from ..clock import now
from ..consents.decisions import give_consent
from ..database.rows import db, insert_missing, new_id
from ..diagnostics import usage
from ..oauth.tokens import families, signing
from ..users.models import User
from .refusals import SignInSwitchedOff

if TYPE_CHECKING:
    from config import Settings

SCOPES = ("openid", "profile", "email")
# No secret, no grant, no redirect URI: nobody can ask for tokens in its name but POST /api/auth.
# No name_key either, so that an app somebody registered under this name stands in nobody's way.
_ROW = {
    "id": CLIENT_ID,
    "name": "Pforte API",
    "description": "Sign-in of first-party services by POST /api/auth.",
    "scopes": " ".join(SCOPES),
    "trusted": True,
}


def get_client() -> Client:
    """The portal's own app, made at its first use. Raises :class:`SignInSwitchedOff`."""
    client = db.session.get(Client, CLIENT_ID)
    if client is None:
        insert_missing(Client, [_ROW])
        client = db.session.get_one(Client, CLIENT_ID)
    if client.disabled_at is not None or client.dpop_required:  # nobody proves a key beside a password
        raise SignInSwitchedOff
    return client


def issue_token(user: User, client: Client, settings: "Settings") -> str:
    """An access token of ``user``, who has just given the password."""
    consent = give_consent(user.id, client.id, SCOPES)
    subject = signing.Subject(
        sub=user.id,
        client_id=client.id,
        alg=signing.algorithm(client.alg, settings),
        family_id=new_id(),
        auth_time=now(),
        methods=PASSWORD,
    )
    families.begin_family(
        db.session.connection(),
        subject,
        consent_id=consent.id,
        session_id=None,
        scope=" ".join(SCOPES),
        lifetime=settings.access_token_ttl,
    )
    usage.consent_used(consent.id)
    return signing.access_token(subject, SCOPES, settings)
