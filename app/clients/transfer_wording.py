"""Why an app cannot be offered, in the reader's language."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .transfers import MOST_A_DAY, TransferProblem

_WORDS: Mapping[TransferProblem, LazyString] = {
    # One sentence for unknown and blocked: an account that is blocked is nobody's business.
    TransferProblem.NOBODY: _l(
        "No person and no team of this name can take an app. Check how it is written, or ask them for it."
    ),
    TransferProblem.OWN_ALREADY: _l("The app belongs to them already. Name somebody else."),
    TransferProblem.TOO_MANY: _l(
        "You have offered apps %(most_a_day)s times within a day, as often as one person may. Go on tomorrow."
    ),
    TransferProblem.DISABLED: _l("A disabled app cannot be offered. Enable it first."),
}


def explain_transfer(problem: TransferProblem) -> str:
    """What is wrong and what to do about it, as a sentence."""
    return str(_WORDS[problem]) % {"most_a_day": MOST_A_DAY}
