"""Checks of a whole installation: what is wrong, and how to mend it."""

import smtplib
import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from . import addresses, database, encryption, files, names, neighbours, people, settings, tls
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

__all__ = ["Finding", "examine"]

Check = Callable[["Settings"], Iterator[Finding]]

# The name of each check, the check, and how to mend what keeps it from running.
CHECKS: tuple[tuple[str, Check, str], ...] = (
    ("configuration", settings.check, "Read config.py: every variable is explained there."),
    ("names", names.check, "Let this user read .env in the checkout."),
    ("files", files.check, "Let them belong to the user that the portal runs as."),
    ("tls", tls.check, "Set TLS_CERT and TLS_KEY to PEM files that this user can read."),
    (
        "database",
        database.check,
        "Check DATABASE_URL (or MYSQL_*), and that the server runs and lets this user in.",
    ),
    ("migrations", database.check_migrations, database.UPGRADE),
    ("addresses", addresses.check, database.UPGRADE),
    ("administrator", people.check, database.UPGRADE),
    ("second factor", people.check_second_factors, database.UPGRADE),
    ("keys", database.check_keys, database.BRING_BACK_THE_SECRET),
    ("encryption", encryption.check, encryption.TELL_THE_OLD_ONE),
    ("clock", database.check_clock, "Set all clocks by NTP: expiry times are compared across machines."),
    (
        "mail",
        neighbours.check_mail,
        "Check MAIL_URL: host, port, user and password, and that the server runs.",
    ),
    ("text messages", neighbours.check_text_messages, "Check SMS_WEBHOOK_URL."),
    (
        "rate limits",
        neighbours.check_rate_limits,
        "Check REDIS_URL and that the server runs; without REDIS_URL limits hold on each machine.",
    ),
    ("metrics", neighbours.check_metrics, "Let this user write the folder; it is private to the portal."),
)

# A check that another one has to pass first: without it, it would only say the same again, and what to mend wrongly.
NEEDS = {
    "migrations": "database",
    "addresses": "migrations",
    "administrator": "migrations",
    "second factor": "migrations",
    "keys": "migrations",
    "encryption": "migrations",
    "clock": "database",
}


def examine(settings: "Settings") -> Iterator[Finding]:
    """All findings; a check that cannot even run is a finding, too."""
    failed: set[str] = set()
    for name, check, mend in CHECKS:
        if NEEDS.get(name) in failed:
            failed.add(name)
            continue
        for finding in _findings(name, check, mend, settings):
            if not finding.well:
                failed.add(name)
            yield finding


def _findings(name: str, check: Check, mend: str, settings: "Settings") -> Iterator[Finding]:
    try:
        yield from check(settings)
    except (SQLAlchemyError, OSError, RedisError, smtplib.SMTPException, sqlite3.Error) as error:
        reason = getattr(error, "orig", None) or error
        yield Finding(name, False, f"{type(reason).__name__}: {reason}"[:300], mend)
