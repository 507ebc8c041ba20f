"""Does a ``code_verifier`` belong to a ``code_challenge``? :rfc:`7636#section-4.6`, S256 only."""

import re

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ...crypto import equal
from ...diagnostics import causes
from ..refusals import Refused

SHORTEST, LONGEST = 43, 128  # characters, :rfc:`7636#section-4.1`
_FORM = re.compile(rf"[A-Za-z0-9\-._~]{{{SHORTEST},{LONGEST}}}")


def is_well_formed(verifier: str) -> bool:
    """Whether it could be one."""
    return _FORM.fullmatch(verifier) is not None


def challenge_of(verifier: str) -> str:
    """The challenge that a well-formed ``verifier`` gives."""
    return str(create_s256_code_challenge(verifier))


def belongs(verifier: str | None, challenge: str | None) -> bool:
    """Whether ``verifier`` proves who made ``challenge``; without either nothing is proven."""
    if not verifier or not challenge or not is_well_formed(verifier):
        return False
    return equal(challenge_of(verifier), challenge)


def check_verifier(verifier: str | None, challenge: str | None) -> None:
    """Refuse a ``verifier`` other than that of ``challenge``, and either of the two without the other."""
    if not challenge:
        if verifier:
            raise Refused(causes.VERIFIER_UNEXPECTED)
        return
    if not verifier:
        raise Refused(causes.VERIFIER_MISSING)
    if not is_well_formed(verifier):
        raise Refused(causes.VERIFIER_MALFORMED, length=len(verifier), hint=_hint_at(verifier))
    if not belongs(verifier, challenge):
        hint = "plain_challenge" if verifier == challenge else None
        raise Refused(causes.VERIFIER_WRONG, computed=challenge_of(verifier), stored=challenge, hint=hint)


def _hint_at(verifier: str) -> str:
    """The key of the hint at what is wrong with a malformed ``verifier``."""
    if verifier.endswith("="):
        return "padded"
    if len(verifier) < SHORTEST:
        return "too_short"
    return "too_long" if len(verifier) > LONGEST else "wrong_characters"
