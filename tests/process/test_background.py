"""The end of a worker's work beside the requests."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.process import background as module
from app.process.background import Background


@pytest.fixture
def background(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Background]:
    """A worker's work beside the requests, with turns that follow each other at once."""
    monkeypatch.setattr(module, "INTERVAL", 0.001)
    found = Background()
    found.init_app(Flask("worker", instance_path=str(tmp_path)))
    yield found
    found.stop()


def threads_of(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


def test_the_last_turn_begins_when_the_one_at_work_has_ended(background: Background) -> None:
    at_work, go_on, at_once, most = threading.Event(), threading.Event(), [0], [0]

    def job() -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        at_work.set()
        go_on.wait(30)
        at_once[0] -= 1

    background.add(job)
    background.start()
    assert at_work.wait(30)
    ending = threading.Thread(target=background.stop)
    ending.start()
    go_on.set()
    ending.join(30)
    assert not ending.is_alive()
    assert most == [1]
    assert background._thread is not None
    assert not background._thread.is_alive()


def test_the_end_waits_for_a_mail_on_its_way_and_lets_no_other_begin(background: Background) -> None:
    sent, go_on = [], threading.Event()

    def send() -> None:
        go_on.wait(30)
        sent.append("mail")

    background.start()
    assert background.run_beside(send, "a mail of this test")
    background.add(go_on.set)  # the last turn comes before the wait
    background.stop()
    assert sent == ["mail"]
    assert threads_of("a mail of this test") == []
    assert not background.run_beside(send, "another mail")


def test_what_hangs_does_not_keep_a_worker_from_ending(
    background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LAST_WAIT", 0.01)
    hanging, go_on, turns = threading.Event(), threading.Event(), []

    def hang() -> None:
        turns.append("turn")
        hanging.set()
        go_on.wait(30)

    background.add(hang)
    background.start()
    assert hanging.wait(30)
    background.stop()
    assert turns == ["turn"], "the jobs do not run twice at once"
    go_on.set()
