"""What happened in a team, in plain words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..audit.log_wording import kind_in_words
from ..audit.models import Event
from ..audit.wording import WARNINGS
from ..notifications.addresses import masked
from .models import Role
from .wording import ROLES

TOLD = ("app", "before", "name")  # what an event is about beside the team: one of these, or an address


@dataclass(frozen=True)
class Told:
    """An event as members read it; who is gone has no name."""

    at: datetime
    sentence: str
    about: str | None
    role: str | None
    actor: str | None
    is_by_somebody: bool
    person: str | None
    is_about_somebody: bool
    is_warning: bool


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
        role=str(ROLES[Role(role)]) if role in list(Role) else None,
        actor=people.get(event.actor_id or ""),
        is_by_somebody=event.actor_id is not None,
        person=people.get(concerns or ""),
        is_about_somebody=concerns is not None,
        is_warning=event.kind in WARNINGS,
    )
