"""The column ``groups`` of a file of people: which groups there are, the feature that keeps them tells."""

from collections.abc import Collection, Sequence

from blinker import Namespace
from flask_babel import ngettext

from .fields import GROUPS, Problem, Values

_signals = Namespace()

groups_wanted = _signals.signal("groups-wanted")
"""Asked with names of groups; receivers return the id of each, by the name, and leave out those there are not."""

people_imported = _signals.signal("people-imported")
"""Sent in the transaction of an import with the ids of the groups of each new person, by the person's id, and ``by``."""

MOST_TOLD = 5  # names, of a line


def find_ids(values: Sequence[Values]) -> dict[str, str]:
    """The ids of the groups that are named in ``values``, by the name; those there are not are left out."""
    names = {name for each in values for name in each[GROUPS]}
    if not names:
        return {}
    answers = [ids for _receiver, ids in groups_wanted.send(sorted(names))]
    return {name: group_id for ids in answers for name, group_id in ids.items()}


def problem_of(names: Sequence[str], known: Collection[str]) -> Problem | None:
    """What is wrong with a line that names these groups, if anything is."""
    unknown = [name for name in names if name not in known]
    if not unknown:
        return None
    told = ", ".join(f"“{name[:100]}”" for name in unknown[:MOST_TOLD])
    why = ngettext(
        "there is no group %(names)s: make it first, or mend the name; between several names stands a semicolon",
        "there are no groups %(names)s: make them first, or mend the names; between several names stands a semicolon",
        len(unknown),
        names=told + (" …" if len(unknown) > MOST_TOLD else ""),
    )
    return Problem(GROUPS, why)
