"""Work before a mail: it waits in the outbox, so that who asks for it waits alike whoever it turns out to be about."""

from collections.abc import Callable, Mapping
from typing import Any

from ..database.rows import db
from .mail import put_into_outbox
from .models import OutgoingMail

CHANNEL = "errand"

Errand = Callable[..., None]

_errands: dict[str, Errand] = {}


def errand(rule: Errand) -> Errand:
    """Take ``rule``, which gets an address and what was queued with it; its name is kept in the outbox."""
    _errands[rule.__name__] = rule
    return rule


def queue_errand(rule: Errand, to: str, **context: str | None) -> OutgoingMail:
    """The outbox row of ``rule``, run with this address after the commit, beside the requests."""
    return put_into_outbox(rule.__name__, {"to": to, "channel": CHANNEL, "context": context})


def run(name: str, content: Mapping[str, Any]) -> None:
    """Do the work; what it writes is kept together with the end of its row, or not at all."""
    try:
        _errands[name](content["to"], **content["context"])
    except Exception:
        db.session.rollback()
        raise
