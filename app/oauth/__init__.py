"""The authorization server and OpenID provider: the wire."""

from flask import Flask

from ..consents.decisions import consent_withdrawn
from ..consents.models import Consent
from ..database.rows import db
from ..diagnostics import causes
from ..users.accounts import password_set, user_blocked, user_deleted
from ..users.models import User
from .keys.ring import KeyRing
from .models import TokenFamily
from .server import PortalServer
from .tokens.families import end_families


def configure(app: Flask) -> None:
    """Put the authorization server and its keys into ``app``."""
    app.extensions["authorization_server"] = PortalServer(app.config["SETTINGS"])
    app.extensions["signing_keys"] = KeyRing()


@consent_withdrawn.connect
def _end_tokens_of_consent(consent: Consent) -> None:
    connection = db.session.connection()
    end_families(connection, TokenFamily.consent_id == consent.id, because=causes.ACCESS_WITHDRAWN)


@user_blocked.connect
def _end_tokens_of_blocked(user: User) -> None:
    end_families(db.session.connection(), TokenFamily.user_id == user.id, because=causes.USER_BLOCKED)


@password_set.connect
def _end_tokens_got_by_password(user: User) -> None:
    """Whoever knew the old password may have got them without a session at this portal."""
    by_password = (TokenFamily.user_id == user.id, TokenFamily.session_id.is_(None))
    end_families(db.session.connection(), *by_password, because=causes.TOKEN_REVOKED)


@user_deleted.connect
def _end_tokens_of_deleted(user: User) -> None:
    end_families(db.session.connection(), TokenFamily.user_id == user.id, because=causes.USER_DELETED)
