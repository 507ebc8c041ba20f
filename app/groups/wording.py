"""What groups refuse, and what is told of them, in the reader's language."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from .refusals import GroupRefused, NotFound, Problem

MOST_NAMED = 20  # of a list, in a sentence

_TEXTS: dict[Problem, LazyString] = {
    Problem.NAME_MISSING: _l("Give the group a name, such as “Sales”."),
    Problem.NAME_TOO_LONG: _l("The name may have up to 100 characters."),
    Problem.NAME_INVISIBLE: _l("The name has an invisible character in it. Please type it anew."),
    Problem.NAME_SEPARATOR: _l(
        "The name may have no comma and no semicolon: apps and files take them for the end of a name."
    ),
    Problem.NAME_MIXED_SCRIPTS: _l(
        "The name mixes letters of several scripts that look alike. Write it in one script."
    ),
    Problem.NAME_TAKEN: _l("There is a group of this name already. Choose a different one."),
    Problem.DESCRIPTION_TOO_LONG: _l("The description may have up to 200 characters."),
}


def explain(refusal: GroupRefused) -> str:
    """What is wrong and what to do about it, as a sentence."""
    return str(_TEXTS[refusal.problem])


def explain_unknown_people(missing: NotFound) -> str:
    """Who of those that were typed is nobody here."""
    return ngettext(
        "Nobody here has this username or email address: %(names)s. Nothing was changed.",
        "Nobody here has these usernames or email addresses: %(names)s. Nothing was changed.",
        len(missing.names),
        names=some_of(missing.names),
    )


def explain_unknown_groups(missing: NotFound) -> str:
    """Which of those that were typed is no group."""
    return ngettext(
        "There is no group of this name: %(names)s. Nothing was changed.",
        "There are no groups of these names: %(names)s. Nothing was changed.",
        len(missing.names),
        names=some_of(missing.names),
    )


def some_of(names: Sequence[str], most: int = MOST_NAMED, between: str = ", ") -> str:
    """``names`` in a line, shortened where they are many."""
    shown = between.join(names[:most])
    left = len(names) - most
    return _("%(names)s and %(number)d more", names=shown, number=left) if left > 0 else shown
