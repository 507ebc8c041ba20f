"""Failed sign-ins of one network, whoever they were for: one guess for each of many names is no way around the waits."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.authentication import network_throttling
from app.authentication.network_throttling import LONGEST_WAIT, wait_after
from app.authentication.refusals import InvalidCredentials, NetworkWaits
from app.authentication.sign_in import authenticate
from app.database.rows import db
from app.extensions import limiter
from tests.authentication.visitors import NOON, PASSWORD, THERE, browser_at, make_user, sign_in
from tests.support.apps import MakeApp
from tests.support.portals import StartPortal

ELSEWHERE = "203.0.113.8"


@pytest.fixture(autouse=True)
def anna(app: Flask) -> str:
    return make_user(app)


def by_page(app: Flask, name: str, password: str = "wrong", address: str = THERE) -> Any:
    return sign_in(browser_at(app, address), name, password)


def by_api(app: Flask, name: str, password: str = "wrong", address: str = THERE) -> Any:
    fields = {"username": name, "password": password}
    return browser_at(app, address).post("/api/auth", json=fields)


def stuff(app: Flask, number: int, ask: Callable[..., Any] = by_api, **where: str) -> list[int]:
    """One guess for each of so many names."""
    return [ask(app, f"name{each}", **where).status_code for each in range(number)]


def test_attack_one_guess_for_each_of_many_names(app: Flask, db_session: Session) -> None:
    """Known names and unknown ones, by the page and by the API, are one count."""
    make_user(app, "bert", "bert@example.org")
    with time_machine.travel(NOON, tick=False):
        assert by_page(app, "anna").status_code == by_page(app, "bert").status_code == 422
        assert stuff(app, 9, by_page) == [422] * 9
        assert stuff(app, 9, by_api) == [401] * 9
        page, answer = by_page(app, "name20"), by_api(app, "name21")
    assert page.status_code == answer.status_code == 429
    assert 30 <= int(page.headers["Retry-After"]) == int(answer.headers["Retry-After"]) <= 31
    assert "Too many sign-ins from the network you use have failed" in page.text
    assert 'value="name20"' in page.text, "what was typed is kept"
    assert answer.json["error"] == "too_many_requests"
    event = db_session.scalars(select(Event).where(Event.kind == "authentication.network.paused")).one()
    assert (event.ip, event.user_id) == (THERE, None)
    assert THERE in event.details


def test_during_the_wait_no_password_is_looked_at_and_nothing_is_counted(
    app: Flask, db_session: Session
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        stuff(app, 20)
        assert by_page(app, "anna", PASSWORD).status_code == 429
        assert stuff(app, 30) == [429] * 30
        clock.shift(32)
        assert by_page(app, "anna", PASSWORD).status_code == 303
    paused = select(Event).where(Event.kind == "authentication.network.paused")
    assert len(db_session.scalars(paused).all()) == 1


def test_other_networks_do_not_wait(app: Flask) -> None:
    stuff(app, 21)
    assert by_page(app, "anna", PASSWORD, address=ELSEWHERE).status_code == 303


def test_right_passwords_neither_count_nor_clear_the_count(app: Flask) -> None:
    assert [by_api(app, "anna", PASSWORD).status_code for _ in range(25)] == [200] * 25
    stuff(app, 19)
    assert by_api(app, "anna", PASSWORD).status_code == 200
    assert stuff(app, 2) == [401, 429], "an account of one's own buys no guesses"


def test_waits_grow_up_to_a_quarter_of_an_hour(app: Flask) -> None:
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        stuff(app, 20)
        for _ in range(4):
            waits.append(int(by_api(app, "nobody").headers["Retry-After"]))
            clock.shift(waits[-1])
            assert by_api(app, "nobody" + str(len(waits))).status_code == 401
    assert waits == sorted(set(waits))
    assert [wait_after(number) for number in (1, 2, 3, 6, 7, 50)] == [30, 60, 120, 900, 900, LONGEST_WAIT]


def test_the_next_wait_of_the_day_goes_on_where_the_last_one_ended(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        stuff(app, 20)
        clock.shift(timedelta(minutes=20))
        assert stuff(app, 20) == [401] * 20, "a quarter of an hour later the count begins anew"
        assert 60 <= int(by_api(app, "nobody").headers["Retry-After"]) <= 61


def test_attack_addresses_of_one_ipv6_network(app: Flask) -> None:
    assert [
        by_api(app, f"name{number}", address=f"2001:db8:1:1::{number + 1:x}").status_code
        for number in range(22)
    ] == [401] * 20 + [429] * 2
    neighbours = [
        by_api(app, f"name{number}", address=f"2001:db8:1:{number + 2:x}::1").status_code
        for number in range(190)
    ]
    assert neighbours == [401] * 180 + [429] * 10, "a customer of a hoster has 65,536 of them"


def test_listed_addresses_are_exempt(app_with: MakeApp) -> None:
    app = app_with(RATE_LIMIT_WHITE_LIST="127.0.0.1, 203.0.113.7")
    assert stuff(app, 25) == [401] * 25


def test_counts_and_waits_are_in_redis_where_there_is_one(app_with: MakeApp, redis_url: str) -> None:
    app = app_with(REDIS_URL=redis_url)
    assert stuff(app, 20) == [401] * 20
    answer = by_api(app, "name21")
    assert answer.status_code == 429
    assert 25 <= int(answer.headers["Retry-After"]) <= 32


@pytest.mark.slow
def test_all_workers_of_a_portal_count_together(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=3, RATE_LIMIT_WHITE_LIST="")
    statuses = [
        requests.post(
            f"{portal.url}/api/auth", json={"username": f"name{number}", "password": "wrong"}, timeout=30
        ).status_code
        for number in range(23)
    ]
    assert statuses == [401] * 20 + [429] * 3


def test_an_app_that_asks_by_the_password_grant_has_no_network(app: Flask) -> None:
    """Its address is that of its server, which has proved who it is: one guesser would keep out all its people."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": THERE}):
        for number in range(30):
            with pytest.raises(InvalidCredentials):
                authenticate(f"name{number}", "wrong", address=None)
            db.session.commit()


def test_attack_tries_at_the_moment_a_wait_begins_are_not_told(app: Flask) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": THERE}):
        network_throttling.refuse_waiting(THERE)  # now the password would be checked, and meanwhile:
        for _ in range(20):
            network_throttling.count_failure(THERE)
        with pytest.raises(NetworkWaits):
            network_throttling.count_failure(THERE)


def test_counters_in_trouble_keep_nobody_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> int:
        raise OSError("no room left")

    for name in ("incr", "get", "get_expiry"):
        monkeypatch.setattr(limiter.storage, name, broken)
    assert stuff(app, 25) == [401] * 25
    assert by_page(app, "anna", PASSWORD).status_code == 303
    assert "counters of networks are in trouble" in caplog.text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_says_it_in_the_readers_language(app: Flask, language: str) -> None:
    stuff(app, 20)
    browser = browser_at(app, THERE)
    browser.get(f"/login?locale={language}")
    page = sign_in(browser, "anna", PASSWORD)
    assert page.status_code == 429
    told = {"en": "the network you use", "de": "dem Netz, das Sie benutzen"}[language]
    assert told in page.text
    assert re.search(r"3[01] (seconds|Sekunden)", page.text)
