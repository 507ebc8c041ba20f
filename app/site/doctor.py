"""Checks of a whole installation: what is wrong, and how to mend it."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ..clock import now
from ..crypto import Undecryptable
from ..database import db
from ..oauth import keys

if TYPE_CHECKING:
    from config import Settings

PATIENCE = 5  # seconds for a server to answer
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
_CLOCKS = {
    "sqlite": "SELECT datetime('now')",
    "mysql": "SELECT UTC_TIMESTAMP()",
    "mariadb": "SELECT UTC_TIMESTAMP()",
}


@dataclass(frozen=True)
class Finding:
    """The result of one check; ``mend`` says what to do where it is not well."""

    check: str
    well: bool
    says: str
    mend: str = ""


def examine(settings: "Settings") -> Iterator[Finding]:
    """All findings; a check that cannot even run is a finding, too."""
    for name, check in CHECKS.items():
        try:
            yield from check(settings)
        except (SQLAlchemyError, OSError, RedisError, smtplib.SMTPException) as error:
            reason = getattr(error, "orig", None) or error
            yield Finding(name, False, f"{type(reason).__name__}: {reason}"[:300], MENDS[name])


def _configuration(settings: "Settings") -> Iterator[Finding]:
    yield Finding("configuration", True, f"{settings.app_env}, issuer {settings.issuer}")
    if settings.app_env == "production" and settings.database_url.startswith("sqlite"):
        yield Finding("configuration", True, "SQLite serves one machine; several need MariaDB.")
    if settings.issuer.startswith("https:") and settings.tls_cert is None and settings.trusted_proxies == 0:
        says = "a proxy adds TLS, but TRUSTED_PROXIES is 0: everybody seems to come from the proxy's address"
        yield Finding("configuration", False, says, "Set TRUSTED_PROXIES to the number of proxies in front.")


def _database(_settings: "Settings") -> Iterator[Finding]:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        dialect = connection.dialect.name
        if dialect != "sqlite":
            charset = connection.scalar(text("SELECT @@character_set_connection"))
            mend = "Put ?charset=utf8mb4 at the end of DATABASE_URL."
            yield Finding("database", charset == "utf8mb4", f"{dialect}, connection in {charset}", mend)
        else:
            mode = connection.scalar(text("PRAGMA journal_mode"))
            yield Finding(
                "database", mode == "wal", f"SQLite, journal {mode}", "Use a local disk: WAL needs one."
            )


def _migrations(_settings: "Settings") -> Iterator[Finding]:
    heads = set(ScriptDirectory(current_app.extensions["migrate"].directory).get_heads())
    with db.engine.connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    says = (
        "up to date" if applied == heads else f"the database has {sorted(applied)}, the code {sorted(heads)}"
    )
    yield Finding("migrations", applied == heads, says, MENDS["migrations"])


def _keys(settings: "Settings") -> Iterator[Finding]:
    try:
        keys.ring().refresh(force=True)
    except Undecryptable:
        yield Finding("keys", False, "the signing keys cannot be decrypted", MENDS["keys"])
        return
    cost = {"RS256": "understood everywhere, about 0.3 ms a token", "ES256": "about 0.06 ms a token"}
    says = cost.get(settings.access_token_alg, "about 0.06 ms a token; fewer libraries know it")
    yield Finding(
        "keys", True, f"{len(keys.ring().verifying)} published; {settings.access_token_alg} signs: {says}"
    )


def _clock(_settings: "Settings") -> Iterator[Finding]:
    with db.engine.connect() as connection:
        told = connection.scalar(text(_CLOCKS[connection.dialect.name]))
    moment = datetime.fromisoformat(str(told)).replace(tzinfo=UTC)
    apart = abs(now() - moment)
    says = f"{apart.total_seconds():.0f} s between this machine and the database"
    yield Finding("clock", apart <= CLOCKS_MAY_DIFFER, says, MENDS["clock"])


def _mail(settings: "Settings") -> Iterator[Finding]:
    if settings.mail_url is None:
        well = settings.app_env != "production"
        yield Finding("mail", well, "mails are printed and kept in instance/mail", MENDS["mail"])
        return
    parts = urlsplit(settings.mail_url)
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    with socket.create_connection((parts.hostname or "localhost", port), PATIENCE):
        yield Finding("mail", True, f"{parts.hostname}:{port} answers")


def _redis(settings: "Settings") -> Iterator[Finding]:
    if settings.redis_url is None:
        yield Finding("rate limits", True, "counted in a file that all workers of this machine share")
        return
    with Redis.from_url(
        settings.redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    ) as redis:
        redis.ping()
    yield Finding("rate limits", True, "counted in Redis, for all machines")


CHECKS: dict[str, Callable[["Settings"], Iterator[Finding]]] = {
    "configuration": _configuration,
    "database": _database,
    "migrations": _migrations,
    "keys": _keys,
    "clock": _clock,
    "mail": _mail,
    "rate limits": _redis,
}
MENDS = {
    "configuration": "Read config.py: every variable is explained there.",
    "database": "Check DATABASE_URL (or MYSQL_*), and that the server runs and lets this user in.",
    "migrations": "Run: flask db upgrade",
    "keys": "DATABASE_ENCRYPTION_SECRET must be the one the keys were made under; bring it back from your backup.",
    "clock": "Set both clocks by NTP: expiry times are compared across them.",
    "mail": "Set MAIL_URL to your server, such as smtp://user:password@mail.example.org:587",
    "rate limits": "Check REDIS_URL and that the server runs; without REDIS_URL limits hold on each machine.",
}
