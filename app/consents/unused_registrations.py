"""Apps that registered themselves and that nobody has let in: gone after a day, or strangers could fill the database."""

from sqlalchemy import exists, select, update

from ..audit.events import EventKind
from ..clients.dynamic.models import ClientRegistration
from ..clients.events import note
from ..clients.models import Client
from ..clock import now
from ..database.rows import db
from .models import Consent

APPS_A_BATCH = 100  # of a transaction: nobody's consents or tokens hang on them


def delete_unused() -> int:
    """Settle up to :data:`APPS_A_BATCH` registrations whose day is over, and return how many they were.

    The app goes, or stays for good: a consent was given once, even if it was withdrawn, or administrators stand for it.
    """
    over = select(ClientRegistration.client_id).where(ClientRegistration.unused_until <= now())
    ids = db.session.scalars(over.order_by(ClientRegistration.unused_until).limit(APPS_A_BATCH)).all()
    # Whoever lets one of them in at this moment waits for our commit, or we for theirs.
    held = select(Client).where(Client.id.in_(ids)).order_by(Client.id).with_for_update()
    for client in db.session.scalars(held.execution_options(populate_existing=True)).all():
        if client.keeper_id or client.trusted or _was_let_in(client.id):
            _keep(client.id)
        else:
            note(EventKind.CLIENT_DELETED, client, None, reason="unused")
            db.session.delete(client)
    db.session.flush()
    return len(ids)


def _was_let_in(client_id: str) -> bool:
    return bool(db.session.scalar(select(exists().where(Consent.client_id == client_id))))


def _keep(client_id: str) -> None:
    this = update(ClientRegistration).where(ClientRegistration.client_id == client_id)
    db.session.execute(this.values(unused_until=None).execution_options(synchronize_session=False))
