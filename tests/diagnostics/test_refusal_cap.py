"""Refusals of no app are capped for all workers together, so that strangers cannot fill the log."""

from collections.abc import Iterator

import pytest
from flask import Flask
from limits import RateLimitItemPerMinute

from app.diagnostics.request_log import cap
from app.diagnostics.request_log.cap import PER_MINUTE, RefusalCap
from app.extensions import limiter


@pytest.fixture(autouse=True)
def _small(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cap, "OF_NO_APP", RateLimitItemPerMinute(4))
    with app.app_context():
        yield


def kept(of: RefusalCap, client_id: str | None, tries: int) -> list[str]:
    return [f"row{number}" for number in range(tries) if of.admits(client_id, f"row{number}")]


def test_all_workers_together_keep_as_many_as_one_may() -> None:
    workers = [RefusalCap() for _ in range(5)]
    together = sum(len(kept(worker, None, 50)) for worker in workers)
    assert together <= 4 + len(workers)  # each keeps its first, which tells how many came after


def test_what_was_not_kept_is_told_by_a_row_that_was(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = RefusalCap(), RefusalCap()
    kept(first, None, 50)
    assert kept(second, None, 30) == ["row0"]
    monkeypatch.setattr(cap, "MINUTE", 0.0)
    assert second.take_counted() == {"row0": 29}


def test_an_app_of_its_own_has_a_cap_of_its_own() -> None:
    kept(RefusalCap(), None, 50)
    assert len(kept(RefusalCap(), "an app", PER_MINUTE + 10)) == PER_MINUTE


def test_without_counters_each_worker_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> bool:
        raise OSError("no room left")

    monkeypatch.setattr(limiter.limiter, "hit", broken)
    assert len(kept(RefusalCap(), None, PER_MINUTE + 10)) == PER_MINUTE
