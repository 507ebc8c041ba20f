"""The parameter ``claims``: what an app asks for claim by claim, OpenID Connect Core section 5.5."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ..diagnostics import causes
from ..scopes.catalogue import GROUPS
from ..users.person_fields import CLAIMED
from .refusals import Refused

LONGEST = 4000  # characters; every claim of this portal with all its members takes a quarter of it
SCOPE_OF = {str(field.claim): str(field.scope) for field in CLAIMED} | {"groups": GROUPS}
"""The claims that can be asked for one by one, and the scope whose permission lets an app read each."""


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What ``claims`` asks for, as far as this portal knows it."""

    userinfo: frozenset[str] = frozenset()
    """Claims about the person for userinfo, all of :data:`SCOPE_OF`."""
    id_token: frozenset[str] = frozenset()
    """The same for the ID token."""
    subjects: frozenset[str] | None = None
    """The people it may be about; None: whoever is signed in."""
    acr_values: tuple[str, ...] = ()
    """How the person should have signed in, known here or not."""
    insists_on_acr: bool = False
    """Whether an answer without one of ``acr_values`` is none."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """The permissions that what is asked for belongs to."""
        return tuple(dict.fromkeys(SCOPE_OF[name] for name in sorted(self.userinfo | self.id_token)))


NOTHING = ClaimsRequest()


def read(parameters: Mapping[str, str]) -> ClaimsRequest:
    """Read ``claims``; what is not known here is left out. Raises :class:`Refused` where it is malformed."""
    sent = parameters.get("claims")
    if not sent:
        return NOTHING
    if len(sent) > LONGEST:
        raise Refused(causes.CLAIMS_TOO_LONG, length=len(sent), limit=LONGEST)
    members = _parsed(sent)
    userinfo, id_token = (_rules(members, name) for name in ("userinfo", "id_token"))
    acr = id_token.get("acr", {})
    acr_values = _texts(acr, "id_token.acr")
    return ClaimsRequest(
        userinfo=_about_person(userinfo),
        id_token=_about_person(id_token),
        subjects=_subjects(userinfo, id_token),
        acr_values=acr_values or (),
        insists_on_acr=bool(acr.get("essential") and acr_values),
    )


def _parsed(sent: str) -> dict[str, Any]:
    try:
        found = json.loads(sent)
    except (ValueError, RecursionError):
        found = None
    return _object(_malformed("claims") if found is None else found, "claims")


def _rules(members: dict[str, Any], member: str) -> dict[str, dict[str, Any]]:
    """What ``member`` says of each claim."""
    claims = _object(members.get(member), member)
    rules = {name: _object(rule, f"{member}.{name}") for name, rule in claims.items()}
    for name, rule in rules.items():
        if not isinstance(rule.get("essential", False), bool):
            _malformed(f"{member}.{name}.essential")
        if "values" in rule and not (isinstance(rule["values"], list) and rule["values"]):
            _malformed(f"{member}.{name}.values")
    return rules


def _texts(rule: dict[str, Any], where: str) -> tuple[str, ...] | None:
    """The values that a rule is content with, each a text; None: any."""
    if "value" not in rule and "values" not in rule:
        return None
    values = [rule["value"]] if "value" in rule else rule["values"]
    if not all(isinstance(value, str) for value in values):
        _malformed(where)
    return tuple(values)


def _subjects(*members: dict[str, dict[str, Any]]) -> frozenset[str] | None:
    """Those people whom every member that names people names."""
    named = [_texts(rules.get("sub", {}), "sub") for rules in members]
    sets = [frozenset(values) for values in named if values is not None]
    return frozenset.intersection(*sets) if sets else None


def _about_person(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if name in SCOPE_OF)


def _object(found: Any, where: str) -> dict[str, Any]:
    """What is ``found`` as an object; null is one that says nothing."""
    if found is None:
        return {}
    if not isinstance(found, dict):
        _malformed(where)
    return found


def _malformed(where: str) -> NoReturn:
    raise Refused(causes.CLAIMS_MALFORMED, where=where[:100])
