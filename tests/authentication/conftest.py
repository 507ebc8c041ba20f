"""A clock that stands still, for tests that move it."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.authentication.visitors import NOON


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock
