"""Roles in a team, in plain words."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .models import Role

_NAMES: Mapping[Role, LazyString] = {
    Role.OWNER: _l("Owner"),
    Role.DEVELOPER: _l("Developer"),
    Role.READER: _l("Reader"),
}


def role_name(role: str) -> str:
    """What pages call a role."""
    return str(_NAMES[Role(role)])
