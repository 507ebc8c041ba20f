"""Emails to everybody who uses an app that ends: some at a time, beside the requests."""

from urllib.parse import urlsplit

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import aliased

from ..clients.models import Client
from ..database.rows import db
from ..extensions import settings
from ..notifications.errands import errand, queue_errand
from ..notifications.mail import queue_mail
from ..users.models import User
from .models import Consent

Earlier = aliased(Consent)
PEOPLE_A_TURN = 50  # emails queued at once: what else waits in the outbox comes in between


def tell_people_of(client: Client) -> None:
    """Let everybody who uses ``client`` be told when it ends."""
    queue_errand(tell_of_end, client.id, after="")


@errand
def tell_of_end(client_id: str, after: str) -> None:
    """Queue the emails to the people whose consent has an id beyond ``after``; where there are more, go on later."""
    client = db.session.get(Client, client_id)
    if client is None or client.ends_at is None:  # handed over meanwhile
        return
    people = _people_of(client_id, after)
    told = {"app": client.name, "host": urlsplit(settings.issuer).netloc, "at": client.ends_at.isoformat()}
    for person in people:
        queue_mail(
            person.email, person.mail_language, "app_ends", **told, link=f"{settings.issuer}/account/apps"
        )
    if len(people) == PEOPLE_A_TURN:
        queue_errand(tell_of_end, client_id, after=people[-1].id)


def _people_of(client_id: str, after: str) -> list[Row[str, str, str | None]]:
    """Consent, confirmed address and language of the next ones; the first consent of each, where there are several."""
    standing = Consent.client_id == client_id, Consent.withdrawn_at.is_(None), Consent.id > after
    reachable = User.email.is_not(None), User.email_verified_at.is_not(None)
    earlier = exists().where(
        Earlier.client_id == client_id,
        Earlier.user_id == Consent.user_id,
        Earlier.withdrawn_at.is_(None),
        Earlier.id < Consent.id,
    )
    query = select(Consent.id, User.email, User.mail_language).join(User, User.id == Consent.user_id)
    return list(
        db.session.execute(
            query.where(*standing, *reachable, ~earlier).order_by(Consent.id).limit(PEOPLE_A_TURN)
        )
    )
