"""Tokens end when what they were given for ends: a consent, an account, a password."""

from datetime import datetime

from sqlalchemy import delete

from ..consents.models import Consent
from ..database.rows import db
from ..diagnostics import causes
from ..users.models import User
from .models import DeviceCode, TokenFamily
from .tokens.families import end_families


def end_tokens_of_consent(consent: Consent) -> None:
    """End what was issued by a consent that is withdrawn."""
    connection = db.session.connection()
    end_families(connection, TokenFamily.consent_id == consent.id, because=causes.ACCESS_WITHDRAWN)


def end_tokens_of_blocked(user: User) -> None:
    """End what apps were given for a person who is blocked."""
    end_families(db.session.connection(), TokenFamily.user_id == user.id, because=causes.USER_BLOCKED)


def end_tokens_got_by_password(user: User) -> None:
    """End what was issued without a session at this portal: whoever knew the old password may have got it."""
    by_password = (TokenFamily.user_id == user.id, TokenFamily.session_id.is_(None))
    end_families(db.session.connection(), *by_password, because=causes.TOKEN_REVOKED)


def end_tokens_begun_since(user: User, since: datetime) -> None:
    """End what apps were first given ``since`` then: somebody else may have been in the account."""
    begun_since = (TokenFamily.user_id == user.id, TokenFamily.created_at >= since)
    end_families(db.session.connection(), *begun_since, because=causes.TOKEN_REVOKED)


def end_tokens_of_deleted(user: User) -> None:
    """End what apps were given for a person who is deleted."""
    end_families(db.session.connection(), TokenFamily.user_id == user.id, because=causes.USER_DELETED)


def forget_devices_of(user: User, since: datetime | None = None) -> None:
    """Forget what this person decided about devices, whenever it was: one that was allowed has perhaps not asked yet."""
    db.session.execute(delete(DeviceCode).where(DeviceCode.user_id == user.id))
