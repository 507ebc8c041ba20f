"""How far a connection has come."""

from enum import Enum


class Stage(Enum):
    """What a connection waits for; those that come first make room first where there are too many."""

    CLOSING = 0
    HANDSHAKE = 1
    REQUEST = 2
    IDLE = 3
    ANSWER = 4


class Now(Enum):
    """What a connection needs when it does not wait for its client."""

    A_THREAD = 1
    AN_END = 2
