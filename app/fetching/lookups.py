"""The addresses of a host: looked up once, and all of them public, or none is used."""

import socket
import threading
from collections import Counter
from ipaddress import ip_address
from typing import Any

from .deadlines import Deadline
from .public_addresses import Address, is_public
from .refusals import FetchFailed
from .targets import Target

# Nothing ends a look-up that has begun: so many wait for slow name servers, the next one waits for room.
LOOKUPS_AT_ONCE = 32
# Of these, for all names below one domain: whoever has a slow name server leaves room for everybody else.
LOOKUPS_OF_A_DOMAIN = 8
MOST_ADDRESSES = 6  # that are tried: a name of thousands would make of each fetch a flood of connections
FAMILIES = (socket.AF_INET, socket.AF_INET6)


class _LookUp:
    """One question to the name servers; whoever asks for the same name meanwhile waits for its answer."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.answer: list[Any] | OSError = OSError("no answer")


_begun: dict[str, _LookUp] = {}
_of_domain: Counter[str] = Counter()
_changed = threading.Condition()


def addresses_of(target: Target, deadline: Deadline) -> list[Address]:
    """Return the addresses to connect to, in the order to try them.

    Raises :class:`FetchFailed`, ``address_not_public`` where a single one is not: whoever has a name of both kinds
    chooses by chance, or by time, which of them is met.
    """
    found = [target.address] if target.address else _look_up(target, deadline)
    if not target.is_allowed and not all(map(is_public, found)):
        raise FetchFailed("address_not_public", host=target.host)
    return found[:MOST_ADDRESSES]


def _look_up(target: Target, deadline: Deadline) -> list[Address]:
    look_up = _join(target, deadline)
    if not look_up.is_over.wait(deadline.left()):
        raise deadline.passed()
    if isinstance(look_up.answer, OSError):
        raise FetchFailed("unreachable", host=target.host, detail="the name is not known")
    found = [ip_address(place[0]) for family, *_kind, place in look_up.answer if family in FAMILIES]
    if not found:
        raise FetchFailed("unreachable", host=target.host, detail="the name has no address")
    return list(dict.fromkeys(found))


def _join(target: Target, deadline: Deadline) -> _LookUp:
    """The look-up of this name that is on its way, or a new one, once there is room.

    Raises :class:`FetchFailed`: ``no_room`` where others take it all, which is nobody's fault but ours.
    """
    domain = _domain(target.host)
    with _changed:
        while (found := _begun.get(target.host)) is None:
            if len(_begun) < LOOKUPS_AT_ONCE and _of_domain[domain] < LOOKUPS_OF_A_DOMAIN:
                return _begin(target, domain)
            try:
                _changed.wait(deadline.left())
            except FetchFailed:
                raise FetchFailed("no_room") from None
    return found


def _begin(target: Target, domain: str) -> _LookUp:
    look_up = _LookUp()
    try:
        threading.Thread(target=_ask, args=(target, domain, look_up), name="look-up", daemon=True).start()
    except RuntimeError:  # no more threads
        raise FetchFailed("no_room") from None
    _begun[target.host] = look_up
    _of_domain[domain] += 1
    return look_up


def _ask(target: Target, domain: str, look_up: _LookUp) -> None:
    try:
        look_up.answer = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        look_up.answer = error if isinstance(error, OSError) else OSError(str(error))
    finally:
        with _changed:
            del _begun[target.host]
            _of_domain[domain] -= 1
            if not _of_domain[domain]:
                del _of_domain[domain]
            _changed.notify_all()
        look_up.is_over.set()


def _domain(host: str) -> str:
    """The last two labels: what one owner of a name may have thousands of names below, or a registry, who is fast."""
    return ".".join(host.split(".")[-2:])
