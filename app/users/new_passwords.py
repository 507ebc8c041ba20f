"""Which passwords are good enough for a new one."""

from functools import cache

from flask_babel import lazy_gettext as _l

SHORTEST, LONGEST = 8, 256  # characters
WEAKEST_SCORE = 2  # of zxcvbn's 0 to 4: below it, a million guesses are enough
SCORED = (
    32  # characters; a random text of that length is beyond guessing, and scoring more takes half a second
)
# Characters that zxcvbn takes for letters, too. It tries every combination of those it meets: twenty different
# ones kept a process busy for five seconds. The part of a password up to there is no stronger than the whole.
LETTER_LIKE = frozenset("4@8({[<369!1|0$5+7%2")
MOST_LETTER_LIKE = 12
# Common here, and missing from lists made from English-speaking services.
ALSO_COMMON = (
    "passwort",
    "qwertz",
    "qwertzui",
    "qwertzuiop",
    "hallo",
    "schatz",
    "sommer",
    "winter",
    "pforte",
)

EXPLANATIONS = {
    "short": _l("This password is too short. Please use at least 8 characters."),
    "long": _l("This password is too long. Please use at most 256 characters."),
    "common": _l(
        "This password is on lists that attackers try first. "
        "Please choose another one, for example three or four words that do not belong together."
    ),
    "guessable": _l(
        "This password is easy to guess. "
        "Please make it longer, for example with three or four words that do not belong together."
    ),
    "personal": _l(
        "This password is too close to your name or e-mail address. "
        "Please choose one that has nothing to do with you."
    ),
}


def check_new_password(password: str, *personal: str | None) -> None:
    """Refuse a password that is short, long, known to attackers, or easily guessed by who knows ``personal``.

    ``personal``: username, e-mail address, name. Raises :class:`PasswordRefused`.
    """
    if len(password) < SHORTEST:
        raise PasswordRefused("short")
    if len(password) > LONGEST:
        raise PasswordRefused("long")
    if password.casefold() in _common():
        raise PasswordRefused("common")
    inputs = _parts(personal)
    if password.casefold().strip() in inputs:
        raise PasswordRefused("personal")
    if _score(password, inputs) >= WEAKEST_SCORE:
        return
    raise PasswordRefused("personal" if _score(password, []) >= WEAKEST_SCORE else "guessable")


def _parts(personal: tuple[str | None, ...]) -> list[str]:
    parts: list[str] = []
    for text in personal:
        whole = (text or "").casefold()
        parts += [whole, *whole.replace("@", " ").replace(".", " ").split()]
    return [part for part in parts if len(part) > 2]


def _score(password: str, inputs: list[str]) -> int:
    from zxcvbn import zxcvbn  # its dictionaries take memory and a moment: only who sets a password pays

    score: int = zxcvbn(_scored(password), user_inputs=[*inputs, *ALSO_COMMON])["score"]
    return score


def _scored(password: str) -> str:
    met: set[str] = set()
    for position, character in enumerate(password[:SCORED]):
        met |= LETTER_LIKE & {character}
        if len(met) > MOST_LETTER_LIKE:
            return password[:position]
    return password[:SCORED]


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


class PasswordRefused(ValueError):
    """Not good enough; ``reason`` is a key of :data:`EXPLANATIONS`, and ``str()`` says it in the reader's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(EXPLANATIONS[self.reason])
