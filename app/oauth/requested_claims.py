"""Claims that were asked for one by one, as codes and token families keep them.

The row keeps names and no values, and only those whose permission the person had given. What the app or the person
has taken back since is left out again whenever the row is read.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from .claims_parameter import SCOPE_OF, ClaimsRequest


@dataclass(frozen=True, slots=True)
class RequestedClaims:
    """What a row keeps."""

    userinfo: frozenset[str] = frozenset()
    id_token: frozenset[str] = frozenset()
    acr: str | None = None
    """What the ID token says as ``acr`` where the app insisted on a value that is not the strongest one reached."""

    def in_userinfo(self, *allowed: Collection[str]) -> frozenset[str]:
        """The claims for userinfo whose scope is in each of ``allowed``."""
        return _within(self.userinfo, allowed)

    def in_id_token(self, *allowed: Collection[str]) -> frozenset[str]:
        """The claims for the ID token whose scope is in each of ``allowed``."""
        return _within(self.id_token, allowed)


NONE = RequestedClaims()


def written(asked: ClaimsRequest, scopes: Collection[str], acr: str | None) -> str | None:
    """What a row keeps of ``asked``, as JSON: the claims that ``scopes`` allow, and ``acr``; None where that is nothing."""
    kept: dict[str, list[str] | str] = {}
    for member, names in (("id_token", asked.id_token), ("userinfo", asked.userinfo)):
        if allowed := _within(names, (scopes,)):
            kept[member] = sorted(allowed)
    if acr is not None:
        kept["acr"] = acr
    return json.dumps(kept, separators=(",", ":")) if kept else None


@lru_cache(maxsize=1024)
def read(kept: str | None) -> RequestedClaims:
    """Read what :func:`written` wrote."""
    if kept is None:
        return NONE
    found = json.loads(kept)
    named = {
        member: frozenset(found.get(member, ())) & SCOPE_OF.keys() for member in ("userinfo", "id_token")
    }
    return RequestedClaims(named["userinfo"], named["id_token"], found.get("acr"))


def _within(names: Collection[str], allowed: Collection[Collection[str]]) -> frozenset[str]:
    return frozenset(name for name in names if all(SCOPE_OF[name] in scopes for scopes in allowed))
