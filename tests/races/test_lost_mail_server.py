"""The mail server goes away for a while, and workers are killed in between: no mail is lost, and none comes thrice."""

import asyncio
import os
import signal
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from sqlalchemy import Engine, create_engine, func, or_, select, update

from app.clock import now
from app.notifications.models import OutgoingMail
from configuration.values import database as read_database
from tests.support.mailboxes import Mailbox
from tests.support.people import Person
from tests.support.portals import StartPortal
from tests.support.ports import free_port, wait_until

PEOPLE = 6
MAILS = OutgoingMail.__table__.c
SECONDS = 60


class Keeping(Mailbox):
    """A server that takes a mail though whoever sent it is gone."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        return await asyncio.shield(super().handle_DATA(server, session, envelope))


@contextmanager
def serving(mailbox: Mailbox, port: int) -> Iterator[None]:
    """The mail server, for as long as the block lasts."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def let_time_pass(database: Engine, orphans: Collection[str] = ()) -> None:
    """Every pause is over, as after ten minutes, and so are the leases of ``orphans``; what is being sent is left alone."""
    waiting = or_(MAILS.last_error.is_not(None), MAILS.attempts == 0, MAILS.id.in_(orphans))
    with database.begin() as connection:
        connection.execute(update(OutgoingMail.__table__).where(waiting).values(next_try_at=now()))


def count(database: Engine, *conditions: object) -> int:
    with database.connect() as connection:
        query = select(func.count()).select_from(OutgoingMail.__table__)
        return connection.scalar(query.where(*conditions)) or 0  # type: ignore[arg-type]


def find_taken(database: Engine) -> list[str]:
    """The ids of the mails that a worker is sending, or was when it was killed."""
    with database.connect() as connection:
        query = select(MAILS.id).where(MAILS.last_error.is_(None), MAILS.attempts > 0)
        return list(connection.scalars(query))


def is_empty(database: Engine) -> bool:
    let_time_pass(database)  # a try that failed just before the server was back waits again
    return count(database) == 0


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.parametrize("taken", [False, True], ids=["the mail was not taken", "the mail was taken"])
def test_every_mail_comes_once_or_twice_though_workers_die_and_the_server_is_gone(
    start_portal: StartPortal, kind: str, taken: bool
) -> None:
    port = free_port()
    mailbox = (Keeping if taken else Mailbox)(f"smtp://127.0.0.1:{port}")
    portal = start_portal(kind, workers=2, MAIL_URL=mailbox.url)
    database = create_engine(read_database(portal.database_url))
    addresses = {Person(portal.url).register().email for _ in range(PEOPLE)}
    wait_until(
        lambda: count(database, MAILS.last_error.is_not(None)) == PEOPLE,
        SECONDS,
        "a first try of each mail, in vain",
    )

    mailbox.held = True
    with serving(mailbox, port):
        let_time_pass(database)
        wait_until(lambda: mailbox.at_the_door >= 1, SECONDS, "a mail at the door")
        before = portal.workers()
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not before & portal.workers(), SECONDS, "the end of both")
        held, orphans = mailbox.at_the_door, find_taken(database)  # new workers do not send yet
        wait_until(lambda: len(portal.workers()) == 2, SECONDS, "new workers")
        if taken:  # and nobody is left to hear that it was
            mailbox.held = False
            wait_until(lambda: len(mailbox.messages) >= held, SECONDS, "the mail that was at the door")
    mailbox.held = False
    assert orphans
    assert count(database, MAILS.id.in_(orphans)) == len(orphans), "whoever took them is gone, so they wait"

    with serving(mailbox, port):
        let_time_pass(database, orphans)
        wait_until(lambda: is_empty(database), SECONDS, "an empty outbox")
    came = Counter(to for (to,) in mailbox.recipients)
    assert set(came) == addresses
    assert max(came.values()) == 2 if taken else max(came.values()) <= 2
    ids = defaultdict(set)
    for mail in mailbox.messages:
        ids[mail["To"]].add(mail["Message-ID"])
    assert all(len(each) == 1 for each in ids.values()), "readers drop the second copy"
    assert "Traceback" not in portal.log
    database.dispose()
