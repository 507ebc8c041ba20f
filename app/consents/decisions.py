"""What a person allows a client, for themselves or for a team: giving and withdrawing it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from blinker import Namespace
from sqlalchemy import or_, select, update
from sqlalchemy.dialects import mysql, sqlite

from ..audit.events import EventKind, record
from ..clients.models import Client
from ..clock import now
from ..database.rows import db, new_id
from ..scopes.words import has_word, without_word
from ..teams.changing import hold_role
from ..teams.models import Team, TeamMember
from ..users.models import User
from .models import ONESELF, Consent
from .standing import list_consents, standing

# Sent with the consent that was just withdrawn: what was issued on it must end.
consent_withdrawn = Namespace().signal("consent_withdrawn")


class NotInTeam(Exception):
    """The person is not in the team they would give access for, or has just left it."""


def give_consent(
    user_id: str,
    client_id: str,
    scopes: Iterable[str],
    declined: Iterable[str] = (),
    *,
    team_id: str | None = None,
) -> Consent:
    """Add ``scopes`` to the person's consent and return it; one that was withdrawn starts anew with these alone.

    ``declined`` is taken from it and remembered beside, so that nobody is asked twice.
    Two tabs may decide at the same time: both succeed, and everything allowed in either is kept.
    Raises :class:`NotInTeam`, also for somebody who is removed at the same moment.
    """
    if team_id is not None and hold_role(team_id, user_id) is None:
        raise NotInTeam
    wanted = list(scopes)
    consent, is_new = _locked(user_id, client_id, team_id)
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
        _record(EventKind.ACCESS_GIVEN, consent, scopes=added)
    db.session.flush()
    return consent


def change_consent(
    user_id: str, client_id: str, ticked: Iterable[str], team_id: str | None = None
) -> Consent | None:
    """Allow what is ``ticked`` of all that the app has asked for, decline the rest, and return the consent.

    Tokens that are out there may do no more from then on. None where there is no consent.
    """
    query = standing(user_id, client_id, team_id).with_for_update().execution_options(populate_existing=True)
    consent = db.session.execute(query).scalar_one_or_none()
    if consent is None:
        return None
    before, wanted = consent.scope.split(), set(ticked)
    asked = asked_of(consent)
    allowed = [name for name in asked if name in wanted]
    consent.scope = " ".join(allowed)
    consent.declined = " ".join(name for name in asked if name not in wanted)
    added, taken = [name for name in allowed if name not in before], sorted(set(before) - wanted)
    if added or taken:
        _record(EventKind.ACCESS_CHANGED, consent, added=added, taken=taken)
    db.session.flush()
    return consent


def asked_of(consent: Consent) -> list[str]:
    """Return everything that was decided upon: what is allowed, then what was declined."""
    return list(dict.fromkeys([*consent.scope.split(), *consent.declined.split()]))


def withdraw_consent(user_id: str, client_id: str, team_id: str | None = None) -> Consent | None:
    """Withdraw the consent and return it, None where there was none; ``consent_withdrawn`` tells those above."""
    query = standing(user_id, client_id, team_id).with_for_update().execution_options(populate_existing=True)
    consent = db.session.execute(query).scalar_one_or_none()
    if consent is None:
        return None
    consent.withdrawn_at = now()
    _record(EventKind.ACCESS_WITHDRAWN, consent)
    db.session.flush()
    consent_withdrawn.send(consent)
    return consent


def withdraw_for_team(member: TeamMember) -> None:
    """Withdraw what somebody who leaves a team gave for it."""
    query = select(Consent.client_id).where(
        Consent.user_id == member.user_id, Consent.team_id == member.team_id, Consent.withdrawn_at.is_(None)
    )
    for client_id in db.session.scalars(query.order_by(Consent.id)).all():
        withdraw_consent(member.user_id, client_id, member.team_id)


def forget_scope(scope: str) -> None:
    """Take ``scope`` from every consent; one that is defined under this name later nobody has decided upon."""
    decided = or_(has_word(Consent.scope, scope), has_word(Consent.declined, scope))
    words = {column: without_word(column, scope) for column in (Consent.scope, Consent.declined)}
    db.session.execute(update(Consent).where(decided).values(words))


def withdraw_all_of(user: User) -> None:
    """Withdraw every consent of a person who is gone, or of an account that a squatter had."""
    for consent, _client, _team in list_consents(user.id):
        withdraw_consent(user.id, consent.client_id, consent.team_id)


def _locked(user_id: str, client_id: str, team_id: str | None) -> tuple[Consent, bool]:
    """The row of these, held until the end of the transaction, and whether it was made just now.

    One statement writes it either way, so that of two simultaneous ones the second waits for the first.
    """
    moment = now()
    key = {"user_id": user_id, "client_id": client_id, "for_whom": team_id or ONESELF}
    values: dict[str, object] = {
        "id": new_id(),
        **key,
        "team_id": team_id,
        "scope": "",
        "declined": "",
        "granted_at": moment,
        "updated_at": moment,
    }
    db.session.execute(_upsert(values, list(key), moment))
    # The row may be in memory as it was before the lock.
    query = select(Consent).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    consent = db.session.execute(query).scalar_one()
    return consent, consent.id == values["id"]


def _upsert(values: dict[str, object], key: list[str], moment: datetime) -> sqlite.Insert | mysql.Insert:
    if db.session.get_bind().dialect.name == "sqlite":
        insert = sqlite.insert(Consent).values(values)
        return insert.on_conflict_do_update(index_elements=key, set_={"updated_at": moment})
    return mysql.insert(Consent).values(values).on_duplicate_key_update(updated_at=moment)


def _record(kind: EventKind, consent: Consent, **details: Any) -> None:
    """Record it with the names as the person read them: there may be others, or none, when they read of it later."""
    app = db.session.scalar(select(Client.name).where(Client.id == consent.client_id))
    if consent.team_id is not None:
        details["team"] = db.session.scalar(select(Team.name).where(Team.id == consent.team_id))
    user_id, client_id, team_id = consent.user_id, consent.client_id, consent.team_id
    record(kind, user_id, user_id, client_id=client_id, team_id=team_id, app=app, **details)
