"""How many mails with a link one address gets in an hour, whoever asks for them and from wherever."""

import logging

from limits import RateLimitItemPerHour

from ..audit import EventKind, record
from ..extensions import limiter, vault
from .names import fold_email

MAILS_AN_ADDRESS = RateLimitItemPerHour(5)

_log = logging.getLogger(__name__)


def takes_another(email: str, user_id: str, kind: str = "mails with links") -> bool:
    """Count a mail of this ``kind`` to ``email``; False, quietly, once it has had its share.

    The first mail that is held back is recorded with ``user_id``, the account in whose name it was asked for.
    """
    key = MAILS_AN_ADDRESS.key_for(kind, vault.keyed_digest(_mailbox(email)))
    try:
        count = limiter.storage.incr(key, MAILS_AN_ADDRESS.get_expiry())
    except Exception as error:  # a counter in trouble must not keep anybody out of their account
        _log.error("The counters of mails are in trouble: %s", type(error).__name__)
        return True
    if count == MAILS_AN_ADDRESS.amount + 1:
        record(EventKind.MAILS_HELD_BACK, user_id=user_id)
    return count <= MAILS_AN_ADDRESS.amount


def _mailbox(email: str) -> str:
    """The mailbox behind an address, as far as that holds everywhere: what follows a "+" names a folder of it."""
    local, _at, domain = fold_email(email).rpartition("@")
    return f"{local[:1]}{local[1:].partition('+')[0]}@{domain}"
