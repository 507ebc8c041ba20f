"""Addresses that the mail server refuses: their people are told, and so are administrators."""

import re

from sqlalchemy import select, update

from ..clock import now
from ..database.rows import db
from .models import LONGEST_REFUSAL, User
from .names import fold_email

_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?:?")


def note_refusal(address: str, *, answer: str) -> None:
    """Mark the address of who has it, with the ``answer`` of the server."""
    told = " ".join(_ADDRESS.sub(" ", answer).split())[:LONGEST_REFUSAL]
    _mark(address, email_refused_at=now(), email_refusal=told)


def forget_refusal(address: str) -> None:
    """Take the mark away: the server took an email to the address."""
    marked = select(User.id).where(User.email_key == fold_email(address), User.email_refused_at.is_not(None))
    if db.session.scalar(marked) is not None:
        _mark(address, email_refused_at=None, email_refusal=None)


def _mark(address: str, **values: object) -> None:
    """Write ``values``; apps are told of no change, for there is none in what they read."""
    theirs = update(User).where(User.email_key == fold_email(address))
    db.session.execute(
        theirs.values(updated_at=User.updated_at, **values).execution_options(synchronize_session=False)
    )
