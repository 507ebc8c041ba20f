"""Fixtures of the tests of examples/."""

from collections.abc import Iterator

import pytest

from tests.examples.tokens import Operator
from tests.support.portals import Portals


@pytest.fixture(scope="session")
def operator(portals: Portals, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """The operator of the portal on SQLite that all tests share; the scopes of the examples are defined there."""
    found = Operator(portals["sqlite"], tmp_path_factory.mktemp("operator"))
    yield found
    found.close()
