"""How somebody proved who they are: what ``amr`` (:rfc:`8176`) and ``acr`` of tokens say.

Sessions, codes and token families keep the methods as one text, separated by blanks.
"""

from collections.abc import Iterable

PASSWORD = "pwd"
ONE_TIME_CODE = "otp"
HARDWARE_KEY = "hwk"
SOFTWARE_KEY = "swk"
USER_PRESENT = "user"
SEVERAL = "mfa"

ONE_FACTOR = "1"
TWO_FACTORS = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
PHISHING_RESISTANT = "phr"  # OpenID Connect Extended Authentication Profile ACR Values 1.0, section 2
ACR_VALUES = (ONE_FACTOR, TWO_FACTORS, PHISHING_RESISTANT)
"""From the weakest to the strongest; whoever reaches one has reached those before it."""

_KEYS = {HARDWARE_KEY, SOFTWARE_KEY}


def combine(methods: str, *more: str) -> str:
    """Return ``methods`` with ``more``, each once, in the order in which they came."""
    return " ".join(dict.fromkeys((*methods.split(), *more)))


def has_two_factors(methods: str) -> bool:
    """Whether these were two different factors."""
    return SEVERAL in methods.split()


def known_acr_values(asked: Iterable[str]) -> tuple[str, ...]:
    """Return those of :data:`ACR_VALUES` that are ``asked`` for."""
    return tuple(value for value in asked if value in ACR_VALUES)


def acr_has_two_factors(acr: str | None) -> bool:
    """Whether what an ``acr`` claim says is reached by two factors only; None: the token says nothing."""
    return acr in (TWO_FACTORS, PHISHING_RESISTANT)


def strongest_reached(methods: str, among: Iterable[str]) -> str | None:
    """Return the strongest value ``among`` these that the methods reach; None where they reach none of them."""
    reached = ACR_VALUES[: ACR_VALUES.index(acr_of(methods)) + 1]
    wanted = set(among)
    return next((value for value in reversed(reached) if value in wanted), None)


def acr_of(methods: str) -> str:
    """Return the strongest of :data:`ACR_VALUES` that these methods reach."""
    if not has_two_factors(methods):
        return ONE_FACTOR
    return PHISHING_RESISTANT if _KEYS.intersection(methods.split()) else TWO_FACTORS
