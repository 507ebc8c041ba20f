"""Why a scope is refused, in the reader's language."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .checks import LONGEST_AUDIENCE, LONGEST_DESCRIPTION, LONGEST_NAME
from .refusals import Reason, ScopeRefused

_TEXTS: dict[Reason, LazyString] = {
    Reason.NAME_MISSING: _l("Give the permission a name, such as invoices.read."),
    Reason.NAME_TOO_LONG: _l("The name may have up to %(longest_name)s characters."),
    Reason.NAME_CHARACTERS: _l(
        "The name may have letters, digits and signs of ASCII, but no spaces, commas, quotes or backslashes."
    ),
    Reason.NAME_RESERVED: _l("This name has a meaning of its own here. Choose a different one."),
    Reason.NAME_TAKEN: _l("There is a permission of this name already. Choose a different one."),
    Reason.DESCRIPTION_MISSING: _l(
        "Say in a few words what the permission allows; people read it before they decide."
    ),
    Reason.DESCRIPTION_TOO_LONG: _l("A description may have up to %(longest_description)s characters."),
    Reason.AUDIENCE_CHARACTERS: _l("Write the audience as an address or a name in ASCII, without spaces."),
    Reason.AUDIENCE_RESERVED: _l(
        "This audience is the portal itself. Name the API that accepts the tokens, or leave it empty."
    ),
    Reason.AUDIENCE_TOO_LONG: _l("The audience may have up to %(longest_audience)s characters."),
}


def explain(refusal: ScopeRefused) -> str:
    """What is wrong and what to do about it, as a sentence."""
    values = {
        "longest_name": LONGEST_NAME,
        "longest_description": LONGEST_DESCRIPTION,
        "longest_audience": LONGEST_AUDIENCE,
    }
    return str(_TEXTS[refusal.reason]) % values
