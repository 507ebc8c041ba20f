"""Does a ``code_verifier`` belong to a ``code_challenge``? :rfc:`7636#section-4.6`, S256 only."""

import re

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ...crypto import equal
from ...diagnostics import causes
from ..refusals import Refused

_FORM = re.compile(r"[A-Za-z0-9\-._~]{43,128}")  # :rfc:`7636#section-4.1`


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
        raise Refused(causes.VERIFIER_MALFORMED, length=len(verifier))
    if not belongs(verifier, challenge):
        raise Refused(causes.VERIFIER_WRONG, computed=challenge_of(verifier), stored=challenge)
