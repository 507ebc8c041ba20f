"""Addresses that some mail servers take for another one: nothing takes them any more, but older versions did."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select

from ...account.models import EmailLink
from ...clock import now
from ...database.engines import read_connection
from ...notifications.addresses import is_mailbox
from ...notifications.models import OutgoingMail
from ...notifications.refusals import NotAMail
from ...users.models import User
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

ROWS_AT_ONCE = 5_000  # rows read at once
MOST_NAMED = 50
ANOTHER_ADDRESS = (
    "They get no mail. Have each of them give another address under /account/email, or run: "
    "flask user block USERNAME. If one counts as confirmed, apps are told so: block that one at once."
)
INVITE_ANOTHER = "The invitations open nothing. Invite another address: flask invite create EMAIL"
DELETE_THE_MAILS = "They never leave; look at them under /admin/mails and delete them there."


def check(_settings: "Settings") -> Iterator[Finding]:
    """Every address is that of one mailbox."""
    people, invited, mails = _people(), _invited(), _mails()
    if people:
        yield _wrong("people whose address some mail servers take for another one", people, ANOTHER_ADDRESS)
    if invited:
        yield _wrong("invitations to such addresses", invited, INVITE_ANOTHER)
    if mails:
        yield Finding("addresses", False, f"mails that wait and can never leave: {mails}", DELETE_THE_MAILS)
    if not people and not invited and not mails:
        yield Finding("addresses", True, "each is that of one mailbox")


def _wrong(what: str, named: list[str], mend: str) -> Finding:
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return Finding("addresses", False, f"{what} ({len(named)}): {', '.join(named[:MOST_NAMED])}{more}", mend)


def _people() -> list[str]:
    confirmed = User.email_verified_at.is_not(None).label("confirmed")
    query = select(User.id, User.email, User.username, confirmed).where(User.blocked_at.is_(None))
    return [
        f"{row.username!r} with {row.email!r}{', which counts as confirmed' if row.confirmed else ''}"
        for row in _ambiguous(query, User)
    ]


def _invited() -> list[str]:
    query = select(EmailLink.id, EmailLink.email).where(EmailLink.user_id.is_(None))
    works = EmailLink.used_at.is_(None), EmailLink.expires_at > now()
    return [repr(row.email) for row in _ambiguous(query.where(*works), EmailLink)]


def _mails() -> int:
    never = OutgoingMail.last_error.startswith(NotAMail.__name__)
    with read_connection() as connection:
        return connection.scalar(select(func.count(OutgoingMail.id)).where(never)) or 0


def _ambiguous(query: Select[*tuple[Any, ...]], model: type[User] | type[EmailLink]) -> Iterator[Any]:
    """The rows whose address is not that of one mailbox; some thousands are read at a time."""
    last = ""
    some = query.where(model.email.is_not(None)).order_by(model.id).limit(ROWS_AT_ONCE)
    while True:
        with read_connection() as connection:
            rows = connection.execute(some.where(model.id > last)).all()
        yield from (row for row in rows if not is_mailbox(row.email))
        if len(rows) < ROWS_AT_ONCE:
            return
        last = rows[-1].id
