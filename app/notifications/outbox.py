"""What waits to leave, for administrators: never what it says, since it may hold a one-time link."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Delete, Row, Select, Update, and_, delete, func, or_, select, update

from ..clock import now
from ..crypto import Undecryptable
from ..database.rows import changed, db
from ..extensions import vault
from .addresses import masked
from .mail import sealed_for
from .models import OutgoingMail
from .refusals import MailNotWaiting

ROWS_A_STATEMENT = 500


def list_queued() -> Select[OutgoingMail]:
    """The mails in the outbox."""
    return select(OutgoingMail)


class Waiting(NamedTuple):
    """How many mails wait, how many of them were tried before without success, and since when the oldest does."""

    mails: int
    failing: int
    since: datetime | None


def count_waiting() -> Waiting:
    """What the outbox holds at this moment."""
    columns = func.count(), func.count(OutgoingMail.last_error), func.min(OutgoingMail.created_at)
    return Waiting(*db.session.execute(select(*columns).select_from(OutgoingMail)).one())


def is_being_sent(mail: OutgoingMail) -> bool:
    """Whether a worker has taken it and not reported back."""
    return mail.attempts > 0 and mail.last_error is None


def recipient_of(mail: OutgoingMail) -> str | None:
    """The address or number, masked; None where it cannot be read."""
    to = _recipient(mail)
    return masked(to) if to else None


def find_queued(mail_id: str) -> OutgoingMail | None:
    """The mail of this id, while it is in the outbox."""
    return db.session.get(OutgoingMail, mail_id)


def hurry(mail: OutgoingMail) -> None:
    """Let the next worker try ``mail``. Raises :class:`MailNotWaiting`."""
    _done(update(OutgoingMail).where(_waits(mail.id)).values(next_try_at=now()))


def drop(mail: OutgoingMail) -> None:
    """Delete ``mail`` unsent. Raises :class:`MailNotWaiting`."""
    _done(delete(OutgoingMail).where(_waits(mail.id)))


def drop_all_to(recipients: Collection[str], *, besides: str) -> None:
    """Delete what waits for these addresses and numbers, but mails of the template ``besides``.

    The content is sealed, so each one is opened: what waits is what mail servers have not taken within a day.
    """
    folded = {recipient.casefold() for recipient in recipients}
    last, found = "", []
    while rows := _sealed_after(last):
        last = rows[-1].id
        found += [row.id for row in rows if row.template != besides and _recipient(row).casefold() in folded]
    for start in range(0, len(found), ROWS_A_STATEMENT):
        some = OutgoingMail.id.in_(found[start : start + ROWS_A_STATEMENT])
        db.session.execute(delete(OutgoingMail).where(some).execution_options(synchronize_session=False))


def _sealed_after(last: str) -> Sequence[Row[str, str, str]]:
    columns = select(OutgoingMail.id, OutgoingMail.template, OutgoingMail.sealed)
    query = columns.where(OutgoingMail.id > last).order_by(OutgoingMail.id).limit(ROWS_A_STATEMENT)
    return db.session.execute(query).all()


def _recipient(mail: OutgoingMail | Row[str, str, str]) -> str:
    """Return the address or number; an empty text where it cannot be read."""
    try:
        to: str = json.loads(vault.decrypt(mail.sealed, sealed_for(mail.id)))["to"]
    except Undecryptable:  # the encryption secret was changed since
        return ""
    return to


def _waits(mail_id: str) -> ColumnElement[bool]:
    """Nobody gets a mail twice because it was hurried while a worker was sending it."""
    idle = or_(OutgoingMail.attempts == 0, OutgoingMail.last_error.is_not(None))
    return and_(OutgoingMail.id == mail_id, idle)


def _done(statement: Update | Delete) -> None:
    if changed(statement.execution_options(synchronize_session=False)) != 1:
        raise MailNotWaiting
