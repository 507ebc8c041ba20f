"""Sending what waits in the outbox, once each, and again after a pause where that failed."""

import json
import logging
import threading
from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config import Settings

from ..clock import now
from ..crypto import Undecryptable
from ..database.engines import read_connection
from ..database.rows import changed, db
from ..database.trouble import was_undone
from ..extensions import background, settings, vault
from . import errands, sms
from .headers import address_of
from .mail import sealed_for
from .message import compose, message_id
from .models import OutgoingMail
from .recipients import recipient_reached, recipient_refused
from .refusals import AddressNeedsSmtpUtf8, MailNotConfigured, NotAMail, RecipientRefused, TooLate
from .transport import SmtpServer, keep_in_folder
from .urgency import order
from .wording import trouble_in_words

AT_ONCE = 10  # mails of one turn, all over one connection
LEASE = timedelta(minutes=10)  # longer than the slowest server: nobody else tries the same mail meanwhile
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)

_log = logging.getLogger(__name__)
_sending = threading.Lock()


def deliver_in_background() -> None:
    """Send what is due, in a thread of its own: a slow mail server must not hold up the other jobs."""
    if not _due() or not _sending.acquire(blocking=False):
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if app.testing:
        _deliver(app)
    elif not background.run_beside(lambda: _deliver(app), "mail"):
        _sending.release()  # the worker ends: another one, or the next, sends it


def _deliver(app: Flask) -> None:
    try:
        with app.app_context():
            deliver_due()
    except SQLAlchemyError as error:  # a mail just sent may then be sent again: better twice than never
        _log.warning("Mails wait for the database: %r", getattr(error, "orig", None) or error)
    finally:
        _sending.release()


def deliver_due() -> int:
    """Deal with the mails that are due, one after the other; how many they were.

    Each time the most urgent one is looked for: one that is queued meanwhile waits for no more than one other.
    """
    done = 0
    with SmtpServer(settings.mail_url) as server:
        while done < AT_ONCE and any(_deliver_one(row_id, server) for row_id in _due()):
            done += 1
    return done


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: doubling up to an hour."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE)


def _due() -> list[str]:
    query = select(OutgoingMail.id).where(OutgoingMail.next_try_at <= now())
    query = query.order_by(order(), OutgoingMail.next_try_at)
    with read_connection() as connection:
        return list(connection.scalars(query.limit(AT_ONCE)))


def _deliver_one(row_id: str, server: SmtpServer) -> bool:
    row = db.session.get(OutgoingMail, row_id, populate_existing=True) if _claim(row_id) else None
    if row is None:
        return False
    reached = None
    try:
        reached = _send(row, settings, server)
    except (RecipientRefused, Undecryptable, TooLate) as error:
        if isinstance(error, RecipientRefused):
            recipient_refused.send(error.to, answer=error.answer)
        _log.warning("Mail %s (%s) is dropped: %s", row_id, row.template, str(error) or type(error).__name__)
    except Exception as error:  # whatever it was may be mended: the mail waits for the next try
        if row.created_at > now() - GIVE_UP_AFTER:
            # No try mends these; until they are dropped, administrators see them among those that wait.
            never = isinstance(error, NotAMail | AddressNeedsSmtpUtf8)
            _try_again_later(row, error, GIVE_UP_AFTER if never else pause(row.attempts))
            return True
        _log.error(
            "Mail %s (%s) is dropped after a day of tries: %s", row_id, row.template, trouble_in_words(error)
        )
    if reached is not None:
        recipient_reached.send(reached)
    db.session.execute(delete(OutgoingMail).where(OutgoingMail.id == row_id))
    db.session.commit()
    return True


def _claim(row_id: str) -> bool:
    """True for the one worker that may try this mail now; an empty ``last_error`` tells that it is at it."""
    moment = now()
    claim = update(OutgoingMail).where(OutgoingMail.id == row_id, OutgoingMail.next_try_at <= moment)
    claim = claim.values(next_try_at=moment + LEASE, attempts=OutgoingMail.attempts + 1, last_error=None)
    try:
        claimed = changed(claim.execution_options(synchronize_session=False))
        db.session.commit()
    except DBAPIError as error:
        db.session.rollback()
        if was_undone(error):  # on a cluster a worker at another node was quicker
            return False
        raise
    return claimed == 1


def _send(row: OutgoingMail, settings: Settings, server: SmtpServer) -> str | None:
    """Send it, and return the address to which a server took it."""
    content = json.loads(vault.decrypt(row.sealed, sealed_for(row.id)))
    if content.get("channel") == errands.CHANNEL:
        errands.run(row.template, content)
        return None
    if content.get("channel") == sms.CHANNEL:
        sms.send(content, settings, row.id)
        return None
    message = compose(
        content["to"],
        content["locale"] or settings.default_locale,
        row.template,
        content["context"],
        sender=settings.mail_from,
        message_id=message_id(row.id, settings.issuer),
    )
    to: str = content["to"]
    if settings.mail_url is not None:
        server.send(message, sender=address_of(settings.mail_from), to=to)
        return to
    if settings.app_env == "production":
        raise MailNotConfigured("MAIL_URL is not set")
    keep_in_folder(message, settings.instance / "mail", row.template)
    return None


def _try_again_later(row: OutgoingMail, error: Exception, wait: timedelta) -> None:
    row.next_try_at = now() + wait
    row.last_error = trouble_in_words(error)
    _log.warning("Mail %s (%s) waits %s for its next try: %s", row.id, row.template, wait, row.last_error)
    db.session.commit()
