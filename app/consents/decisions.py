"""What a person allows a client: giving, finding and withdrawing it."""

from collections.abc import Collection, Iterable
from datetime import datetime

from blinker import Namespace
from sqlalchemy import Select, or_, select, update
from sqlalchemy.dialects import mysql, sqlite

from ..audit.events import EventKind, record
from ..clients.models import Client
from ..clock import now
from ..database.rows import db, new_id
from ..scopes.words import has_word, without_word
from ..users.models import User
from .models import Consent

# Sent with the consent that was just withdrawn: what was issued on it must end.
consent_withdrawn = Namespace().signal("consent_withdrawn")


def find_consent(user_id: str, client_id: str) -> Consent | None:
    """What this person allows this client at present; None when they withdrew it."""
    return db.session.execute(_standing(user_id, client_id)).scalar_one_or_none()


def who_allows(user_ids: Collection[str], client_id: str) -> set[str]:
    """Return those of these people who allow this client something at present."""
    query = select(Consent.user_id).where(
        Consent.user_id.in_(user_ids), Consent.client_id == client_id, Consent.withdrawn_at.is_(None)
    )
    return set(db.session.scalars(query))


def list_consents(user_id: str) -> list[tuple[Consent, Client]]:
    """What this person allows at present, with the client of each; newest first."""
    query = (
        select(Consent, Client)
        .join(Client, Client.id == Consent.client_id)
        .where(Consent.user_id == user_id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.granted_at.desc(), Consent.id.desc())
    )
    return [(consent, client) for consent, client in db.session.execute(query)]


def give_consent(
    user_id: str, client_id: str, scopes: Iterable[str], declined: Iterable[str] = ()
) -> Consent:
    """Add ``scopes`` to the person's consent and return it; one that was withdrawn starts anew with these alone.

    ``declined`` is taken from it and remembered beside, so that nobody is asked twice.
    Two tabs may decide at the same time: both succeed, and everything allowed in either is kept.
    """
    wanted = list(scopes)
    consent, is_new = _locked(user_id, client_id)
    fresh = is_new or consent.withdrawn_at is not None
    refused_now = list(declined)
    before = [] if fresh else [name for name in consent.scope.split() if name not in refused_now]
    if fresh:
        consent.granted_at = now()
        consent.withdrawn_at = consent.last_used_at = None
    added = [name for name in dict.fromkeys(wanted) if name not in before]
    consent.scope = " ".join([*before, *added])
    refused = [] if fresh else (consent.declined or "").split()
    consent.declined = " ".join(
        name for name in dict.fromkeys([*refused, *refused_now]) if name not in {*before, *added}
    )
    if fresh or added:
        app = _name_of(client_id)
        record(EventKind.ACCESS_GIVEN, user_id, user_id, client_id=client_id, app=app, scopes=added)
    db.session.flush()
    return consent


def withdraw_consent(user_id: str, client_id: str) -> Consent | None:
    """Withdraw the consent and return it, None where there was none; ``consent_withdrawn`` tells those above."""
    query = _standing(user_id, client_id).with_for_update().execution_options(populate_existing=True)
    consent = db.session.execute(query).scalar_one_or_none()
    if consent is None:
        return None
    consent.withdrawn_at = now()
    record(EventKind.ACCESS_WITHDRAWN, user_id, user_id, client_id=client_id, app=_name_of(client_id))
    db.session.flush()
    consent_withdrawn.send(consent)
    return consent


def forget_scope(scope: str) -> None:
    """Take ``scope`` from every consent; one that is defined under this name later nobody has decided upon."""
    decided = or_(has_word(Consent.scope, scope), has_word(Consent.declined, scope))
    words = {column: without_word(column, scope) for column in (Consent.scope, Consent.declined)}
    db.session.execute(update(Consent).where(decided).values(words))


def withdraw_all_of(user: User) -> None:
    """Withdraw every consent of a person who is gone, or of an account that a squatter had."""
    for consent, _client in list_consents(user.id):
        withdraw_consent(user.id, consent.client_id)


def _standing(user_id: str, client_id: str) -> Select[Consent]:
    return select(Consent).where(
        Consent.user_id == user_id, Consent.client_id == client_id, Consent.withdrawn_at.is_(None)
    )


def _locked(user_id: str, client_id: str) -> tuple[Consent, bool]:
    """The row of this pair, held until the end of the transaction, and whether it was made just now.

    One statement writes it either way, so that of two simultaneous ones the second waits for the first.
    """
    moment = now()
    values: dict[str, object] = {
        "id": new_id(),
        "user_id": user_id,
        "client_id": client_id,
        "scope": "",
        "declined": "",
        "granted_at": moment,
        "updated_at": moment,
    }
    db.session.execute(_upsert(values, moment))
    query = select(Consent).where(Consent.user_id == user_id, Consent.client_id == client_id)
    # The row may be in memory as it was before the lock.
    locked = query.with_for_update().execution_options(populate_existing=True)
    consent = db.session.execute(locked).scalar_one()
    return consent, consent.id == values["id"]


def _upsert(values: dict[str, object], moment: datetime) -> sqlite.Insert | mysql.Insert:
    if db.session.get_bind().dialect.name == "sqlite":
        insert = sqlite.insert(Consent).values(values)
        return insert.on_conflict_do_update(
            index_elements=["user_id", "client_id"], set_={"updated_at": moment}
        )
    return mysql.insert(Consent).values(values).on_duplicate_key_update(updated_at=moment)


def _name_of(client_id: str) -> str | None:
    """The name as the person read it: the app may have another one, or none, when they read of it later."""
    return db.session.scalar(select(Client.name).where(Client.id == client_id))
