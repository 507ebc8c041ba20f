"""What has expired, table by table, and how it is deleted: in small batches, safe beside live traffic."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute

from ..account.models import EmailLink, MobileCode
from ..authentication.models import BrowserSession, SignInFailures
from ..clock import now
from ..database.rows import db
from ..diagnostics.models import LOG_KEPT, LoggedRequest
from ..oauth.models import AuthorizationCode, RevokedToken, SigningKey, TokenFamily, UsedAssertion

BATCH = 500  # rows a transaction deletes: short locks, small write sets on a cluster


@dataclass(frozen=True)
class Expiring:
    """A table whose rows end, the column that says when, and how much longer they are kept."""

    model: Any
    moment: InstrumentedAttribute[Any]
    kept: timedelta = timedelta(0)


EXPIRING = (
    Expiring(BrowserSession, BrowserSession.expires_at),
    Expiring(SignInFailures, SignInFailures.expires_at),
    Expiring(EmailLink, EmailLink.expires_at, timedelta(days=7)),
    Expiring(MobileCode, MobileCode.expires_at),
    Expiring(AuthorizationCode, AuthorizationCode.keep_until),
    Expiring(TokenFamily, TokenFamily.expires_at, timedelta(days=30)),
    Expiring(RevokedToken, RevokedToken.expires_at),
    Expiring(UsedAssertion, UsedAssertion.expires_at),
    Expiring(SigningKey, SigningKey.expires_at),
    Expiring(LoggedRequest, LoggedRequest.at, LOG_KEPT),
)


def delete_batch(expiring: Expiring) -> int:
    """Delete up to :data:`BATCH` expired rows of one table; how many they were."""
    (key,) = expiring.model.__table__.primary_key.columns
    over = select(key).where(expiring.moment < now() - expiring.kept).order_by(expiring.moment).limit(BATCH)
    keys = db.session.scalars(over).all()
    if keys:
        db.session.execute(
            delete(expiring.model).where(key.in_(keys)).execution_options(synchronize_session=False)
        )
    return len(keys)


def tables(seconds: float | None) -> Any:
    """The expiring tables, one after the other, for as long as the time lasts."""
    end = None if seconds is None else time.monotonic() + seconds
    for expiring in EXPIRING:
        if end is None or time.monotonic() < end:
            yield expiring
