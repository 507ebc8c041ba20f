"""The database: whether it answers, is up to date, holds keys we can read, and tells our time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text

from ...clock import now
from ...crypto import Undecryptable
from ...database.rows import db
from ...oauth.keys import ring
from ...oauth.keys.authentic import is_authentic
from .finding import Finding
from .neighbours import redis_of

if TYPE_CHECKING:
    from config import Settings

UPGRADE = "Run: flask db upgrade"
BRING_BACK_THE_SECRET = (
    "DATABASE_ENCRYPTION_SECRET must be the one the keys were made under; bring it back from your backup."
)
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
CLOCKS = {
    "sqlite": "SELECT datetime('now')",
    "mysql": "SELECT UTC_TIMESTAMP()",
    "mariadb": "SELECT UTC_TIMESTAMP()",
}
COSTS = {
    "RS256": "understood everywhere, about 0.3 ms a token; ES256 costs a fifth of that",
    "ES256": "about 0.06 ms a token; @okta/jwt-verifier and a few others know RS256 only",
    "EdDSA": "about 0.06 ms a token; fewer libraries know it than ES256",
}


def check(_settings: "Settings") -> Iterator[Finding]:
    """It answers, and keeps what it is given as it should."""
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        dialect = connection.dialect.name
        if dialect == "sqlite":
            mode = connection.scalar(text("PRAGMA journal_mode"))
            mend = "Use a local disk: WAL needs one."
            yield Finding("database", mode == "wal", f"SQLite, journal {mode}", mend)
        else:
            charset = connection.scalar(text("SELECT @@character_set_connection"))
            mend = "Put ?charset=utf8mb4 at the end of DATABASE_URL."
            yield Finding("database", charset == "utf8mb4", f"{dialect}, connection in {charset}", mend)


def check_migrations(_settings: "Settings") -> Iterator[Finding]:
    """Its tables are those of this code."""
    heads = set(ScriptDirectory(current_app.extensions["migrate"].directory).get_heads())
    with db.engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    well = applied == heads
    says = "up to date" if well else f"the database has {sorted(applied)}, the code {sorted(heads)}"
    yield Finding("migrations", well, says, UPGRADE)


def check_keys(settings: "Settings") -> Iterator[Finding]:
    """The signing keys can be read; what the algorithm costs."""
    try:
        ring.current().refresh(force=True)
    except Undecryptable:
        yield Finding("keys", False, "the signing keys cannot be decrypted", BRING_BACK_THE_SECRET)
        return
    algorithm = settings.access_token_alg
    counting = [row for row in ring.list_keys() if row.expires_at is None or row.expires_at > now()]
    foreign = sum(not is_authentic(row) for row in counting)
    if foreign:
        mend = "Find out who can write to the database; then run: flask keys rotate --leaked"
        yield Finding("keys", False, f"{foreign} signing keys were not made here, and are not served", mend)
    says = f"{len(ring.current().jwks['keys'])} published; {algorithm} signs: {COSTS[algorithm]}"
    yield Finding("keys", True, says)


def check_clock(settings: "Settings") -> Iterator[Finding]:
    """This machine, the database and Redis agree about the time."""
    with db.engine.connect() as connection:
        told = connection.scalar(text(CLOCKS[connection.dialect.name]))
    yield _compared("the database", datetime.fromisoformat(str(told)).replace(tzinfo=UTC))
    if settings.redis_url:
        with redis_of(settings.redis_url) as redis:
            seconds, _microseconds = redis.time()
        yield _compared("Redis", datetime.fromtimestamp(seconds, UTC))


def _compared(whose: str, moment: datetime) -> Finding:
    apart = abs(now() - moment)
    says = f"{apart.total_seconds():.0f} s between this machine and {whose}"
    mend = f"Set the clocks of this machine and of {whose} by NTP: expiry times are compared across them."
    return Finding("clock", apart <= CLOCKS_MAY_DIFFER, says, mend)
