"""How an app wants its authorization request treated: ``prompt``, ``max_age``, ``acr_values`` and ``claims``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..authentication import methods
from ..diagnostics import causes
from . import claims_parameter
from .claims_parameter import ClaimsRequest
from .refusals import Refused

PROMPTS = ("none", "login", "consent", "select_account")
CREATE = "create"  # Initiating User Registration via OpenID Connect 1.0; only where anybody may register
RESPONSE_MODES = ("query", "form_post")
LONGEST_MAX_AGE = 10 * 365 * 24 * 3600  # seconds; beyond it a number is a mistake

# One cause, two errors: OpenID Connect Core section 6.1 has a code of its own for each parameter.
_UNSUPPORTED = {
    "request": causes.REQUEST_OBJECT_UNSUPPORTED,
    "request_uri": replace(causes.REQUEST_OBJECT_UNSUPPORTED, error="request_uri_not_supported"),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """The parameters of OpenID Connect Core section 3.1.2.1 that steer what the person sees."""

    prompts: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...] = ()
    """What was asked for, known here or not."""
    claims: ClaimsRequest = claims_parameter.NOTHING
    """What was asked for claim by claim."""

    @property
    def required_acr_values(self) -> tuple[str, ...]:
        """Those values known here of which one has to be reached; none: whatever is reached will do."""
        return methods.known_acr_values(self.claims.acr_values) if self.claims.insists_on_acr else ()

    @property
    def second_factor(self) -> bool:
        """Whether one factor is not enough: whichever of the known values the app is content with takes two."""
        wanted = self.required_acr_values or (*self.acr_values, *self.claims.acr_values)
        known = methods.known_acr_values(wanted)
        return bool(known) and all(map(methods.acr_has_two_factors, known))

    @property
    def silent(self) -> bool:
        """Whether the person must not see anything."""
        return "none" in self.prompts


def offered_prompts(registration: str) -> tuple[str, ...]:
    """The values of ``prompt`` that work; ``registration`` is the setting REGISTRATION."""
    return (*PROMPTS, CREATE) if registration == "open" else PROMPTS


def read(parameters: Mapping[str, str], registration: str) -> Wishes:
    """The wishes in ``parameters``; raises :class:`Refused` for those nobody can grant.

    ``registration`` is the setting REGISTRATION.
    """
    for name in ("request", "request_uri"):
        if name in parameters:
            raise Refused(_UNSUPPORTED[name], parameter=name)
    acr_values = tuple(parameters.get("acr_values", "").split())
    claims = claims_parameter.read(parameters)
    found = Wishes(_prompts(parameters, registration), _max_age(parameters), acr_values, claims)
    mode = parameters.get("response_mode") or "query"
    if mode not in RESPONSE_MODES:
        raise Refused(causes.RESPONSE_MODE_UNSUPPORTED, sent=mode[:100])
    return found


def _prompts(parameters: Mapping[str, str], registration: str) -> frozenset[str]:
    prompts = frozenset(parameters.get("prompt", "").split())
    offered = offered_prompts(registration)
    unknown = prompts.difference(offered)
    if unknown == {CREATE}:
        raise Refused(causes.REGISTRATION_NOT_OPEN, supported=list(offered))
    if unknown:
        raise Refused(causes.PROMPT_UNKNOWN, sent=" ".join(sorted(unknown))[:100], supported=list(offered))
    if "none" in prompts and len(prompts) > 1:
        raise Refused(causes.PROMPT_CONFLICT, sent=" ".join(sorted(prompts)))
    return prompts


def _max_age(parameters: Mapping[str, str]) -> int | None:
    sent = parameters.get("max_age")
    if not sent:
        return None
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 9 and int(sent) <= LONGEST_MAX_AGE):
        raise Refused(causes.MAX_AGE_MALFORMED, sent=sent[:100])
    return int(sent)
