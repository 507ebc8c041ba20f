"""How much an ID token may hold: cookies and headers of the apps that keep it end at 4 kB."""

import json
from typing import Any

from ...crypto import base64url

LARGEST = 4_096  # characters of a compact JWT


def with_fewer_groups(claims: dict[str, Any], excess: int) -> dict[str, Any]:
    """``claims`` whose token has ``excess`` characters less: the first groups by name, and how many are left out.

    Userinfo tells all of them.
    """
    groups: list[str] = claims["groups"]
    told = {**claims, "groups": [], "groups_omitted": len(groups)}
    room = (len(encoded(claims)) - excess) * 3 // 4 - len(_as_json(told))
    for number, name in enumerate(groups, start=1):
        room -= len(_as_json(name)) + (number > 1)  # and a comma
        if room < 0:
            break
        told["groups"].append(name)
        told["groups_omitted"] = len(groups) - number
    return told


def encoded(part: dict[str, Any]) -> str:
    """A header or claims as the compact serialization has them, :rfc:`7515#section-7.1`."""
    return base64url(_as_json(part).encode())


def _as_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
