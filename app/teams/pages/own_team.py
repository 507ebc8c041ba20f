"""The team that a page is about: one that the reader is in, or nothing at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort
from flask_login import current_user

from ..members import find_role
from ..models import Role, Team
from ..refusals import NotMember, NotOwner, TeamGone
from ..teams import find_team


def get_own_team(team_id: str) -> tuple[Team, Role]:
    """The team with this id and the reader's role in it; a 404 where they are not in it, as for one that never was."""
    team, role = find_team(team_id), find_role(team_id, current_user.id)
    if team is None or role is None:
        abort(404)
    return team, role


def get_owned_team(team_id: str) -> Team:
    """As :func:`get_own_team`, for what only owners may do; a 403 for other members."""
    team, role = get_own_team(team_id)
    if role is not Role.OWNER:
        abort(403)
    return team


@contextmanager
def changing() -> Iterator[None]:
    """Answer as for a page that is not there, or not theirs, where the reader has just lost what the change needs."""
    try:
        yield
    except (TeamGone, NotMember):
        abort(404)
    except NotOwner:
        abort(403)
