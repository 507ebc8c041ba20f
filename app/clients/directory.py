"""Finding apps among many, for administrators."""

import re
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from ..database.rows import db
from ..teams.models import Team
from ..users.directory import LAST_ASCII, begins
from ..users.display_names import LONGEST_KEY, name_key
from ..users.models import User
from . import grants
from .models import Client
from .registration import PORTALS_OWN

AN_ID = re.compile("[0-9a-f]{8,32}")


class State(StrEnum):
    """What a list of apps can be narrowed to."""

    DISABLED = "disabled"
    OWNERLESS = "ownerless"
    IN_CARE = "in_care"
    PUBLIC = "public"
    PASSWORD = "password"
    TRUSTED = "trusted"
    INTROSPECTING = "introspecting"
    REGISTERED = "registered"


def search(text: str, state: State | None = None) -> Select[Client, User, Team]:
    """Apps, each with its owner and its team, whose name, client ID or owner's username begins with ``text``."""
    query = select(Client, User, Team).outerjoin(User, User.id == Client.owner_id)
    query = query.outerjoin(Team, Team.id == Client.team_id)
    if state is not None:
        query = query.where(_NARROWED[state])
    return query.where(_matches(text)) if text else query


def count_in(state: State) -> int:
    """How many apps are in ``state``."""
    return db.session.scalar(select(func.count()).select_from(Client).where(_NARROWED[state])) or 0


_NARROWED: dict[State, ColumnElement[bool]] = {
    State.DISABLED: Client.disabled_at.is_not(None),
    State.OWNERLESS: and_(
        Client.owner_id.is_(None), Client.team_id.is_(None), Client.registered_dynamically.is_(False)
    ),
    State.REGISTERED: and_(
        Client.owner_id.is_(None),
        Client.team_id.is_(None),
        Client.registered_dynamically.is_(True),
        Client.owner_left_at.is_(None),
    ),
    State.IN_CARE: Client.owner_left_at.is_not(None),
    State.PUBLIC: Client.client_type == "public",
    # No other grant has this word in its name.
    State.PASSWORD: Client.grant_types.contains(grants.PASSWORD, autoescape=True),
    State.TRUSTED: Client.trusted.is_(True),
    State.INTROSPECTING: Client.introspects_all.is_(True),
}


def _matches(text: str) -> ColumnElement[bool]:
    key = name_key(text)
    if not key or len(key) > LONGEST_KEY:
        return false()
    # An app that registered itself has no folded name: there its name counts as it is written.
    own_name = and_(Client.name_key.is_(None), begins(Client.name, text))
    ways = [
        begins(Client.name_key, key),
        own_name,
        begins(User.username_key, key),
        begins(Team.name_key, key),
    ]
    if AN_ID.fullmatch(text) or text == PORTALS_OWN:
        ways.append(and_(Client.id >= text, Client.id <= text + LAST_ASCII))
    return or_(*ways)
