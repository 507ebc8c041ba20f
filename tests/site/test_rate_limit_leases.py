"""Reserved hits: never more pass than the limit says, hardly fewer, and a window ends for them too."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from limits import RateLimitItemPerHour

from app.process.rate_limit_leases import MOST_HITS, SHARE, Leases
from app.process.rate_limits import SharedFileStorage, storage_uri
from app.process.rate_limits_in_redis import RedisOrFile

Counters = SharedFileStorage | RedisOrFile


def passed(leases: Leases, storage: Counters, limit: int, hits: int, address: str = "203.0.113.7") -> int:
    """How many of the hits of one address pass."""
    return sum(leases.hit(storage, RateLimitItemPerHour(limit), address) for _ in range(hits))


@pytest.fixture(params=["file", "redis"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str) -> Counters:
    uri = storage_uri(tmp_path)
    return SharedFileStorage(uri) if request.param == "file" else RedisOrFile("", redis_url, uri)


@pytest.fixture
def address() -> str:
    """Nobody else's: tests share the Redis server."""
    return secrets.token_hex(8)


@pytest.mark.parametrize("limit", [1, 3, 25, SHARE, 2 * SHARE, 5 * SHARE + 7, 3000])
def test_alone_exactly_the_limit_passes(storage: Counters, address: str, limit: int) -> None:
    assert passed(Leases(), storage, limit, limit + 200, address) == limit


@pytest.mark.parametrize("limit", [1, 7, 25, SHARE])
def test_several_workers_share_a_small_limit_exactly(storage: Counters, address: str, limit: int) -> None:
    workers = [Leases() for _ in range(4)]
    assert sum(passed(worker, storage, limit, 1, address) for worker in workers * (limit + 5)) == limit


def test_several_workers_never_exceed_a_large_limit_and_lose_little_of_it(
    storage: Counters, address: str
) -> None:
    limit, workers = 4000, [Leases() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        together = sum(pool.map(lambda at: passed(workers[at % 4], storage, limit, 100, address), range(60)))
    assert limit * 0.95 <= together <= limit


def test_most_requests_do_not_ask_the_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage, asked = SharedFileStorage(storage_uri(tmp_path)), []
    real = storage.incr
    monkeypatch.setattr(storage, "incr", lambda *args, **kw: asked.append(1) or real(*args, **kw))
    assert passed(Leases(), storage, 100_000, 3200) == 3200
    assert len(asked) <= 3200 / MOST_HITS + 2


def test_what_was_reserved_ends_with_its_window(storage: Counters, address: str) -> None:
    leases = Leases()
    assert passed(leases, storage, 3000, 40, address) == 40
    if isinstance(storage, RedisOrFile):
        return  # its clock is the server's
    with time_machine.travel(time.time() + 3601, tick=True):
        assert passed(leases, storage, 3000, 3200, address) == 3000


def test_another_storage_is_asked_anew(tmp_path: Path) -> None:
    """As when an application of another portal lives in the same process."""
    leases = Leases()
    for name in ("one", "two"):
        assert passed(leases, SharedFileStorage(storage_uri(tmp_path / name)), 1000, 1100) == 1000
