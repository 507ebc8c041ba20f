"""The order of a run in two processes: what takes long begins first, so that both end at the same time.

Of two processes the first begins with the first half of all tests, the second with the second half; the one that
is ready first takes over what is last in the other's half. So Chromium starts in one of them only.
"""

import pytest

SERVERS = {"chromium", "portals", "start_portal"}
BESIDE_CHROMIUM = ("tests/browser/", "tests/site/", "tests/messages/", "tests/authentication/")
PROCESSES = (
    "tests/races/",
    "tests/operations/",
    "tests/examples/",
    "tests/foreign_clients/",
    "tests/test_make.py",
)


def takes_long(item: pytest.Item) -> bool:
    """Tell whether the test talks to a process of its own or of all tests."""
    return item.nodeid.startswith(PROCESSES) or not SERVERS.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long to the front of both halves; in one process tests keep their order."""
    if not hasattr(config, "workerinput"):
        return
    long = [item for item in items if takes_long(item)]
    first = [item for item in long if item.nodeid.startswith(BESIDE_CHROMIUM)]
    second = [item for item in long if not item.nodeid.startswith(BESIDE_CHROMIUM)]
    short = [item for item in items if not takes_long(item)]
    room = max(0, len(items) // 2 - len(first))
    items[:] = [*first, *short[:room], *second, *short[room:]]
