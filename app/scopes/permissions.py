"""Permissions as people read them and tick them: on the consent page, for devices, and of a connected app."""

from dataclasses import dataclass

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from . import catalogue
from .catalogue import GROUPS, TEAMS
from .models import CHANGES, READS, SPENDS

# Without it an OpenID app cannot even say who came back; who does not want that chooses Deny, or disconnects it.
# For which team it is, the page asks by itself; the app always learns the answer.
REQUIRED = frozenset({"openid", TEAMS})
ICONS = {
    "openid": "shield",
    "profile": "user",
    "email": "mail",
    "phone": "phone",
    "offline_access": "clock",
    GROUPS: "users",
}
EFFECTS: dict[str, LazyString] = {
    READS: _l("Reads"),
    CHANGES: _l("Changes"),
    SPENDS: _l("Spends or deletes"),
}
"""What a permission does to the person's things, with the word that people read."""


@dataclass(frozen=True)
class Permission:
    """One line with its box."""

    name: str
    text: str
    icon: str
    required: bool
    effect: LazyString | None
    """What it does beyond reading."""
    ticked: bool
    value: str | None = None
    held_back: bool = False
    """Whether the app is not told yet, since the person has not confirmed it."""


def describe(name: str, *, ticked: bool, value: str | None = None, held_back: bool = False) -> Permission:
    """Return the line of the scope, in the reader's language."""
    return Permission(
        name=name,
        text=catalogue.describe(name, str(get_locale())),
        icon=ICONS.get(name, "key"),
        required=name in REQUIRED,
        effect=None if only_reads(name) else EFFECTS[catalogue.effect_of(name)],
        ticked=ticked,
        value=value,
        held_back=held_back,
    )


def only_reads(name: str) -> bool:
    """Return whether the scope changes, spends and deletes nothing: then it is ticked before anybody has said yes."""
    return catalogue.effect_of(name) == READS
