"""The addresses of a host: looked up once, and all of them public, or none is used."""

import socket
import threading
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

from .deadlines import Deadline
from .public_addresses import Address, is_public
from .refusals import FetchFailed
from .targets import Target

# Nothing ends a look-up that has begun: so many wait for slow name servers, the next one waits for room.
LOOKUPS_AT_ONCE = 32
FAMILIES = (socket.AF_INET, socket.AF_INET6)

_room = threading.BoundedSemaphore(LOOKUPS_AT_ONCE)


def addresses_of(target: Target, deadline: Deadline) -> list[Address]:
    """Return the addresses to connect to, in the order to try them.

    Raises :class:`FetchFailed`, ``address_not_public`` where a single one is not: whoever has a name of both kinds
    chooses by chance, or by time, which of them is met.
    """
    found = [target.address] if target.address else _look_up(target, deadline)
    if not target.is_allowed and not all(map(is_public, found)):
        raise FetchFailed("address_not_public", host=target.host)
    return found


def _look_up(target: Target, deadline: Deadline) -> list[Address]:
    if not _room.acquire(timeout=deadline.left()):
        raise deadline.passed()
    answers: SimpleQueue[list[Any] | OSError] = SimpleQueue()
    threading.Thread(target=_ask, args=(target, answers), name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except Empty:
        raise deadline.passed() from None
    if isinstance(answer, OSError):
        raise FetchFailed("unreachable", host=target.host, detail="the name is not known")
    found = [ip_address(place[0]) for family, _type, _protocol, _name, place in answer if family in FAMILIES]
    if not found:
        raise FetchFailed("unreachable", host=target.host, detail="the name has no address")
    return list(dict.fromkeys(found))


def _ask(target: Target, answers: "SimpleQueue[list[Any] | OSError]") -> None:
    try:
        answers.put(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        answers.put(error if isinstance(error, OSError) else OSError(str(error)))
    finally:
        _room.release()
