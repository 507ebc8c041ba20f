"""The order of a run in several processes: the files that take long begin first, so that all end at the same time.

A file is run by one process as a whole (`--dist loadfile`), so what its tests share is made once; who is ready takes
the next one.
"""

import pytest

SERVERS = {"chromium", "portals", "start_portal"}
PROCESSES = (
    "tests/test_make.py",
    "tests/operations/",
    "tests/relying_applications/",
    "tests/browser/",
    "tests/races/",
    "tests/foreign_clients/",
    "tests/examples/",
)


def rank(item: pytest.Item) -> int:
    """Tell how early the test begins: what starts processes, what talks to servers of all tests, everything else."""
    for number, start in enumerate(PROCESSES):
        if item.nodeid.startswith(start):
            return number
    return len(PROCESSES) + SERVERS.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long to the front; in one process tests keep their order."""
    if hasattr(config, "workerinput"):
        items.sort(key=rank)
