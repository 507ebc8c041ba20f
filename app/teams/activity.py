"""What happened in a team, in plain words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from ..audit import EventKind
from ..audit.log_wording import kind_in_words
from ..audit.models import Event
from ..audit.wording import WARNINGS
from ..notifications.addresses import masked
from .models import Role
from .wording import ROLES

TOLD = ("app", "before", "name")  # what an event is about beside the team: one of these, or an address


# Details say to whom: ``person``, an id, or ``team``, a name.
OFFERS = (EventKind.CLIENT_OFFERED, EventKind.CLIENT_GIVEN_AWAY, EventKind.OFFER_DECLINED)


@dataclass(frozen=True)
class Told:
    """An event as members read it; who is gone has no name."""

    at: datetime
    sentence: str
    about: str | None
    to: str | None
    role: str | None
    actor: str | None
    is_by_somebody: bool
    person: str | None
    is_about_somebody: bool
    is_warning: bool


def concerned(event: Event) -> set[str | None]:
    """The ids of the people whose names tell of ``event``."""
    return {event.user_id, event.actor_id, json.loads(event.details).get("person")}


def tell(event: Event, people: Mapping[str, str], *, with_addresses: bool) -> Told:
    """``event`` in the reader's language; ``people`` are the names of those it may be about, by id.

    Owners read whom they invite; other members need not know addresses.
    """
    details = json.loads(event.details)
    role = details.get("role")
    email = details.get("email")
    address = (email if with_addresses else masked(email)) if email else None
    concerns = event.user_id if event.user_id != event.actor_id else None
    return Told(
        at=event.at,
        sentence=kind_in_words(event.kind),
        about=next((str(details[name]) for name in TOLD if details.get(name)), address),
        to=_to_whom(details, people) if event.kind in OFFERS else None,
        role=str(ROLES[Role(role)]) if role in list(Role) else None,
        actor=people.get(event.actor_id or ""),
        is_by_somebody=event.actor_id is not None,
        person=people.get(concerns or ""),
        is_about_somebody=concerns is not None,
        is_warning=event.kind in WARNINGS,
    )


def _to_whom(details: Mapping[str, Any], people: Mapping[str, str]) -> str | None:
    """Where an app went, or was to go; nothing of events of before it was written down."""
    if team := details.get("team"):
        return _("to the team “%(name)s”", name=team)
    if not (person := details.get("person")):
        return None
    return _("to %(name)s", name=people[person]) if person in people else _("to a deleted account")
