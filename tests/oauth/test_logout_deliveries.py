"""Logout tokens arrive once, again after a pause where they did not, and nobody waits for somebody else's server."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import insert, update

from app.clock import now
from app.database.rows import db, new_id
from app.extensions import background
from app.oauth.backchannel import pace
from app.oauth.backchannel.delivery import Deliveries
from app.oauth.backchannel.models import LogoutDelivery
from app.oauth.backchannel.outbox import PAUSES, TRIES
from tests import factories as make
from tests.oauth.logouts import Stage, post
from tests.support.apps import MakeApp
from tests.support.logout_receivers import LogoutReceiver
from tests.support.ports import wait_until

HANGING = 60


@pytest.fixture
def stage(app_with: MakeApp, logout_receiver: LogoutReceiver) -> Stage:
    return Stage(app_with(FETCH_ALLOW=logout_receiver.place, WEB_CONCURRENCY="1"), logout_receiver)


def end(stage: Stage) -> None:
    post(stage.browser, "/logout", page="/account")


def queue(stage: Stage, *clients: make.App, **values: object) -> None:
    """What the end of a session of the person at each of these apps leaves."""
    moment = now()
    row = {"user_id": stage.person.id, "created_at": moment, "next_try_at": moment, "attempts": 0, **values}
    with stage.app.app_context():
        rows = [{"id": new_id(), "sid": new_id(), "client_id": client.id, **row} for client in clients]
        db.session.execute(insert(LogoutDelivery), rows)
        db.session.commit()


def register(stage: Stage, *paths: str) -> list[make.App]:
    """An app for each path."""
    return [stage.make_client(path) for path in paths]


@pytest.mark.parametrize("status", [200, 204])
def test_it_is_taken_once(stage: Stage, status: int) -> None:
    stage.receiver.status = status
    end(stage)
    stage.deliver()
    stage.deliver()
    assert len(stage.told()) == 1
    assert stage.waiting() == []
    (entry,) = stage.logged()
    assert (entry.outcome, entry.status, entry.cause, entry.user_id) == ("ok", status, None, stage.person.id)
    assert re.fullmatch("[a-z2-7]{20}", entry.request_id)


def test_it_is_tried_again_eight_times_within_a_day_and_then_never(stage: Stage) -> None:
    assert (TRIES, sum(PAUSES, timedelta(0)) < timedelta(days=1)) == (9, True)
    stage.receiver.status = 503
    with time_machine.travel(now(), tick=False) as clock:
        end(stage)
        stage.deliver()
        for number, wait in enumerate(PAUSES, start=1):
            (row,) = stage.waiting()
            assert (row.attempts, row.last_cause) == (number, "backchannel_unreachable")
            assert row.next_try_at == now() + wait
            clock.shift(wait - timedelta(seconds=1))
            stage.deliver()
            assert len(stage.receiver.tokens) == number, "too early"
            clock.shift(timedelta(seconds=1))
            stage.deliver()
            assert len(stage.receiver.tokens) == number + 1
        assert stage.waiting() == []
        clock.shift(timedelta(days=1))
        stage.deliver()
    assert len(stage.receiver.tokens) == TRIES
    assert [entry.outcome for entry in stage.logged()] == ["refused"] * TRIES


def test_each_try_has_a_fresh_token(stage: Stage) -> None:
    stage.receiver.status = 500
    with time_machine.travel(now(), tick=True) as clock:
        end(stage)
        stage.deliver()
        clock.shift(timedelta(hours=1))
        stage.receiver.status = 200
        stage.deliver()
        first, second = (make.claims_of(token) for token in stage.receiver.tokens_at())
    assert first["jti"] != second["jti"]
    assert second["iat"] - first["iat"] >= 3600
    assert second["exp"] - second["iat"] == 120
    assert (first["sub"], first["sid"]) == (second["sub"], second["sid"])
    assert stage.waiting() == []
    stage.deliver()  # the row of the log, too
    assert [entry.outcome for entry in stage.logged()] == ["refused", "ok"]


def test_what_waits_longer_than_a_day_is_never_sent_and_cleaned_up(stage: Stage) -> None:
    end(stage)
    with time_machine.travel(now() + timedelta(hours=25), tick=True):
        stage.deliver()
        assert stage.receiver.tokens == []
        assert stage.app.test_cli_runner().invoke(args=["cleanup"]).exit_code == 0
    assert stage.waiting() == []


@pytest.mark.parametrize(
    ("status", "cause", "told"),
    [
        (400, "backchannel_refused", "answered its logout token with 400"),
        (500, "backchannel_unreachable", "HTTP 500"),
        (404, "backchannel_unreachable", "HTTP 404"),
        (302, "backchannel_unreachable", "it answered with a redirect"),
    ],
)
def test_the_log_of_the_app_says_why_and_what_to_do(stage: Stage, status: int, cause: str, told: str) -> None:
    stage.receiver.status = status
    end(stage)
    stage.deliver()
    (entry,) = stage.logged()
    assert (entry.outcome, entry.cause, entry.status) == ("refused", cause, status)
    owner = make.browser_of(stage.app, stage.owner)
    for path in (f"/dashboard/apps/{stage.client.id}/log", f"/failures/{entry.request_id}"):
        page = owner.get(path).text
        assert cause in page
        assert told in page
        assert "It was try 1 of 9. The next try: " in page
        assert "The request as sent to the app" in page
        assert f"/dashboard/apps/{stage.client.id}/edit#backchannel_logout_uri" in page


def test_nobody_listening_is_an_unreachable_app(stage: Stage) -> None:
    stage.client = stage.make_client(backchannel_logout_uri=f"https://{stage.receiver.place}/no-tls")
    end(stage)
    stage.deliver()
    (entry,) = stage.logged()
    assert (entry.cause, entry.status) == ("backchannel_unreachable", 0)
    assert "there was no TLS connection to it" in page_of_log(stage)


def test_the_last_try_says_that_it_was_the_last(stage: Stage) -> None:
    stage.receiver.status = 500
    queue(stage, stage.client, attempts=len(PAUSES))
    stage.deliver()
    assert "It was try 9 of 9. It was the last one" in page_of_log(stage)
    assert stage.waiting() == []


def page_of_log(stage: Stage) -> str:
    return make.browser_of(stage.app, stage.owner).get(f"/dashboard/apps/{stage.client.id}/log").text


def test_two_workers_do_not_send_twice(stage: Stage) -> None:
    clients = register(stage, *(f"/app{number}" for number in range(8)))
    for _session in range(5):
        queue(stage, *clients)
    both = threading.Barrier(2)

    def work() -> None:
        with stage.app.app_context():
            both.wait()
            Deliveries(10).run()

    background.init_app(stage.app)
    with ThreadPoolExecutor(2) as workers:
        for future in [workers.submit(work) for _ in range(2)]:
            future.result()
    sids = [make.claims_of(token)["sid"] for _path, token in stage.receiver.tokens]
    assert len(sids) == len(set(sids)) == 40
    assert stage.waiting() == []


def test_who_ends_while_it_sends_leaves_it_to_another_worker(stage: Stage) -> None:
    end(stage)
    with stage.app.app_context():
        taken = {"attempts": 1, "next_try_at": now() + timedelta(minutes=1)}
        db.session.execute(update(LogoutDelivery).values(taken))  # a worker that was killed meanwhile
        db.session.commit()
    stage.deliver()
    assert stage.receiver.tokens == []
    with time_machine.travel(now() + timedelta(minutes=2), tick=True):
        stage.deliver()
    assert len(stage.told()) == 1


def test_hanging_receivers_delay_nobody_else(stage: Stage) -> None:
    hanging = register(stage, *(f"/hang{number}" for number in range(HANGING)))
    queue(stage, *hanging, attempts=1, last_cause="backchannel_unreachable")  # they hung before
    queue(stage, stage.client)
    background.init_app(stage.app)
    with ThreadPoolExecutor(1) as worker:
        work = worker.submit(background.run_once)
        stage.receiver.wait_for(1)
        assert stage.receiver.held <= 25, "half of the room is for others"
        wait_until(lambda: stage.receiver.held == 25, 10, "all that find room hang")
        queue(stage, stage.client)  # another one while they hang
        stage.receiver.wait_for(2)
        assert stage.receiver.held == 25, "none of them has ended yet"
        stage.receiver.released.set()
        work.result(timeout=30)
    assert stage.receiver.held == HANGING
    assert stage.waiting() == []


def test_attack_apps_that_take_their_time_and_say_yes_delay_nobody_else(stage: Stage) -> None:
    """Ten apps answer just before the end of the patience, and have six sign-outs each: more than there is room for."""
    slow = register(stage, *(f"/hang{number}" for number in range(10)))
    for client in slow:
        pace.note(client.id, 2.9)
    for _session in range(6):
        queue(stage, *slow)
    background.init_app(stage.app)
    with ThreadPoolExecutor(1) as worker:
        work = worker.submit(background.run_once)
        wait_until(lambda: stage.receiver.held == 25, 10, "half of the room")
        queue(stage, stage.client)
        stage.receiver.wait_for(1)
        assert stage.receiver.held == 25, "none of them has ended yet"
        stage.receiver.released.set()
        work.result(timeout=30)
    assert stage.receiver.held == 60
    assert stage.waiting() == []


def test_a_machine_without_threads_is_no_try_of_the_app(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    end(stage)

    def none_left(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as machine:
        machine.setattr(threading.Thread, "start", none_left)
        stage.deliver()
    assert stage.logged() == []
    (waits,) = stage.waiting()
    assert waits.attempts == 0
    with time_machine.travel(now() + timedelta(seconds=11), tick=True):
        stage.deliver()
    assert len(stage.told()) == 1


def test_an_app_with_many_sign_outs_leaves_room_for_others(stage: Stage) -> None:
    (slow,) = register(stage, "/hang")
    for _session in range(30):
        queue(stage, slow)
    queue(stage, stage.client)
    background.init_app(stage.app)
    with ThreadPoolExecutor(1) as worker:
        work = worker.submit(background.run_once)
        stage.receiver.wait_for(1)
        wait_until(lambda: stage.receiver.held >= 10, 10, "as many of one app as may be on their way")
        assert stage.receiver.held == 10
        stage.receiver.released.set()
        work.result(timeout=30)
    assert len(stage.receiver.tokens_at("/hang")) == 30


def test_no_more_than_fifty_are_on_their_way_at_once(stage: Stage) -> None:
    queue(stage, *register(stage, *(f"/hang{number}" for number in range(HANGING))))
    background.init_app(stage.app)
    with ThreadPoolExecutor(1) as worker:
        work = worker.submit(background.run_once)
        wait_until(lambda: stage.receiver.held >= 50, 10, "fifty on their way")
        assert stage.receiver.held == 50
        stage.receiver.released.set()
        work.result(timeout=30)
    assert stage.receiver.held == HANGING


@pytest.mark.any_database
@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1:9/x", "https://localhost/x", "https://[::1]/x", "https://[::ffff:127.0.0.1]/x",
        "https://10.0.0.7/x", "https://192.168.1.1/x", "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/x", "https://0.0.0.0/x", "https://[fe80::1]/x", "https://[fd00::1]/x",
        "https://metadata.localhost/x", "http://127.0.0.1:1/x",
    ],
)  # fmt: skip
def test_attack_a_logout_uri_reaches_into_no_network_of_the_portal(stage: Stage, uri: str) -> None:
    assert stage.client
    stage.change(backchannel_logout_uri=uri)  # whatever the form may have let pass
    end(stage)
    stage.deliver()
    assert stage.receiver.tokens == []
    (entry,) = stage.logged()
    assert (entry.cause, entry.status) == ("address_not_public", 0)
    assert "of the public internet" in page_of_log(stage)


def test_attack_a_redirect_leads_nowhere(stage: Stage) -> None:
    stage.receiver.status = 307
    end(stage)
    stage.deliver()
    assert [path for path, _token in stage.receiver.tokens] == ["/logout"]
