"""Limits per address: over all workers, over all machines with Redis, and what those who exceed them are told."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.extensions import background, limiter
from app.process import rate_limits_in_redis
from app.process.rate_limits import storage_uri
from app.process.rate_limits_in_redis import RedisOrFile
from tests.support.apps import MakeApp
from tests.support.portals import Portal, StartPortal
from tests.support.ports import free_port, wait_until
from tests.support.servers import private_redis
from tests.support.statements import count_statements

STRANGER = {"REMOTE_ADDR": "203.0.113.7"}
FEW = {"RATE_LIMIT_REQUESTS_NUMBER": "3", "RATE_LIMIT_DURATION_SECONDS": "1 hour"}
LOGIN = "/login"


@pytest.fixture
def make_app(make_app: MakeApp) -> Iterator[MakeApp]:
    """The limiter is one a process: what the first application of the tests has set would hold for all."""
    manager = limiter.limit_manager
    before = manager._application_limits

    def make(**changes: str) -> Flask:
        manager.set_application_limits([])
        return make_app(**changes)

    yield make
    manager.set_application_limits(before)


def ask(client: FlaskClient, number: int, path: str = "/robots.txt", **headers: str) -> list[Any]:
    return [client.get(path, headers=headers, environ_overrides=STRANGER) for _ in range(number)]


def statuses(portal: Portal, number: int) -> Counter[int]:
    def one(_number: int) -> int:
        return requests.get(f"{portal.url}/robots.txt", timeout=30).status_code

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(one, range(number)))


def test_of_many_requests_to_three_workers_exactly_the_limit_passes(start_portal: StartPortal) -> None:
    portal = start_portal(
        "sqlite", workers=3, RATE_LIMIT_REQUESTS_NUMBER="25", RATE_LIMIT_DURATION_SECONDS="1 hour",
        RATE_LIMIT_WHITE_LIST="",
    )  # fmt: skip
    assert statuses(portal, 60) == {200: 25, 429: 35}
    victim = max(portal.workers())
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(portal.workers() - {victim}) == 3, 60, "a new worker")
    assert statuses(portal, 5) == {429: 5}, "a crash forgives nobody"
    portal.reload()
    assert statuses(portal, 5) == {429: 5}, "a reload forgives nobody"
    assert requests.get(f"{portal.url}/health/live", timeout=30).status_code == 200


def test_requests_without_a_host_count_as_others_do(make_app: MakeApp) -> None:
    client = make_app(**FEW).test_client()
    answers = [client.get(LOGIN, headers={"Host": "a..b"}, environ_base=STRANGER) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert "Retry-After" in answers[-1].headers


def test_two_machines_count_together_in_redis_and_go_on_without_it(start_portal: StartPortal) -> None:
    limit = {
        "RATE_LIMIT_REQUESTS_NUMBER": "10",
        "RATE_LIMIT_DURATION_SECONDS": "1 hour",
        "RATE_LIMIT_WHITE_LIST": "",
    }
    with private_redis() as url:
        one, other = (start_portal("sqlite", workers=1, REDIS_URL=url, **limit) for _ in range(2))
        assert statuses(one, 6) == {200: 6}
        assert statuses(other, 6) == {200: 4, 429: 2}
        assert statuses(one, 1) == {429: 1}
    for portal in (one, other):  # each counts for itself now, from zero
        assert statuses(portal, 12) == {200: 10, 429: 2}
        ready = requests.get(f"{portal.url}/health/ready", timeout=30)
        assert ready.status_code in (429, 503)
        assert portal.log.count("Redis is away") == 1
        assert "Traceback" not in portal.log


def test_counters_return_to_redis_when_it_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, redis_url: str
) -> None:
    monkeypatch.setattr(rate_limits_in_redis, "PAUSE", 0.0)
    storage = RedisOrFile("", redis_url, storage_uri(tmp_path))
    assert storage.incr("returning", 60) == 1
    real = storage._redis
    storage._redis = type(real)(f"redis://127.0.0.1:{free_port()}/0")
    assert storage.incr("returning", 60) == 1, "the file knows nothing of it"
    storage._redis = real
    assert storage.incr("returning", 60) == 2


def test_a_redis_that_is_away_is_not_asked_by_every_request(tmp_path: Any) -> None:
    storage = RedisOrFile("", f"redis://127.0.0.1:{free_port()}/0", storage_uri(tmp_path))
    assert storage.incr("k", 60) == 1
    storage._redis = None  # type: ignore[assignment]  # who asked it would fail
    assert [storage.incr("k", 60) for _ in range(5)] == [2, 3, 4, 5, 6]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("settings", "address", "exempt"),
    [
        ({}, "127.0.0.1", True), ({}, "127.0.0.2", False), ({"RATE_LIMIT_WHITE_LIST": ""}, "127.0.0.1", False),
        ({"RATE_LIMIT_WHITE_LIST": "10.0.0.1, ::1"}, "::1", True),
        ({"RATE_LIMIT_WHITE_LIST_REGEXP": r"10\.0\..*"}, "10.0.7.7", True),
        ({"RATE_LIMIT_WHITE_LIST_REGEXP": r"10\.0\."}, "10.0.7.7", False),
        ({"RATE_LIMIT_WHITE_LIST_REGEXP": r"10\.0\.0\.1"}, "110.0.0.1", False),
        ({"RATE_LIMIT_WHITE_LIST_REGEXP": r"10\.0\.0\.1"}, "10.0.0.11", False),
        ({}, "::ffff:127.0.0.1", True), ({"RATE_LIMIT_WHITE_LIST_REGEXP": r"127\.0\.0\.\d+"}, "::ffff:127.0.0.9", True),
        ({"RATE_LIMIT_WHITE_LIST": "2001:DB8:0::1"}, "2001:db8::1", True),
    ],
)  # fmt: skip
def test_who_is_exempt(make_app: MakeApp, settings: dict[str, str], address: str, exempt: bool) -> None:
    client = make_app(**FEW, **settings).test_client()
    answers = [client.get("/robots.txt", environ_overrides={"REMOTE_ADDR": address}) for _ in range(5)]
    assert (answers[-1].status_code == 200) is exempt


def test_behind_a_proxy_each_caller_has_a_limit_of_their_own_that_no_header_forges(make_app: MakeApp) -> None:
    client = make_app(**FEW, TRUSTED_PROXIES="1").test_client()

    def last(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return [client.get("/robots.txt", headers=headers).status_code for _ in range(4)][-1]

    assert last("198.51.100.1") == 429
    assert last("198.51.100.99, 198.51.100.1") == 429, "what the caller wrote in front counts for nothing"
    assert client.get("/robots.txt", headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 200


def test_attack_another_port_or_another_spelling_is_no_other_address(make_app: MakeApp) -> None:
    client = make_app(**FEW, TRUSTED_PROXIES="1").test_client()

    def statuses_of(*forwarded: str) -> list[int]:
        return [
            client.get("/robots.txt", headers={"X-Forwarded-For": each}).status_code for each in forwarded
        ]

    ports = [f"198.51.100.2:{40_000 + number}" for number in range(4)]
    assert statuses_of(*ports, "::ffff:198.51.100.2") == [200, 200, 200, 429, 429]
    spellings = ["2001:DB8:9::1", "2001:db8:9:0::1", "[2001:db8:9::1]:443", "2001:db8:9::1%eth0"]
    assert statuses_of(*spellings) == [200, 200, 200, 429]


def test_attack_a_network_has_as_many_ipv6_addresses_as_one_likes(make_app: MakeApp) -> None:
    client = make_app(**FEW).test_client()

    def count_of(addresses: list[str]) -> Counter[int]:
        asked = (client.get("/robots.txt", environ_overrides={"REMOTE_ADDR": each}) for each in addresses)
        return Counter(answer.status_code for answer in asked)

    of_one_home = [f"2001:db8:1:1::{number:x}" for number in range(1, 31)]
    assert count_of(of_one_home) == {200: 3, 429: 27}
    of_a_neighbour = ["2001:db8:2:1::1"]
    assert count_of(of_a_neighbour) == {200: 1}
    # Of 48 bits somebody has 65,536 networks: ten of them may do what one may, and three requests are spent.
    of_one_customer = [f"2001:db8:1:{number:x}::1" for number in range(16, 76)]
    assert count_of(of_one_customer) == {200: 27, 429: 33}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("ask_by", ["header", "query"])
def test_people_read_in_their_language_when_to_come_back(
    make_app: MakeApp, language: str, ask_by: str
) -> None:
    client = make_app(**FEW).test_client()
    headers = {"Accept-Language": language} if ask_by == "header" else {}
    path = LOGIN if ask_by == "header" else f"{LOGIN}?locale={language}"
    answer = ask(client, 4, path, **headers)[-1]
    assert answer.status_code == 429
    assert f'<html lang="{language}">' in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 3601
    assert answer.headers["X-Request-Id"] in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/oauth/token", "/v1/token", "/oauth/introspect", "/oauth/userinfo"])
def test_integrations_read_that_they_may_come_back(make_app: MakeApp, path: str) -> None:
    client = make_app(**FEW).test_client()
    ask(client, 3)
    answer = client.post(path, environ_overrides=STRANGER)
    assert answer.status_code == 429
    assert (answer.json or {})["error"] == "temporarily_unavailable"
    assert (answer.json or {})["error_uri"].endswith(f"/failures/{answer.headers['X-Request-Id']}")
    assert int(answer.headers["Retry-After"]) > 0


def test_programs_read_json(make_app: MakeApp) -> None:
    answer = ask(make_app(**FEW).test_client(), 4, "/health/ready")[-1]
    assert answer.status_code == 429
    assert (answer.json or {})["error"] == "too_many_requests"


@pytest.mark.parametrize("with_redis", [False, True])
def test_limits_cost_no_statement_on_the_database(
    make_app: MakeApp, redis_url: str, with_redis: bool
) -> None:
    client = make_app(**FEW, **({"REDIS_URL": redis_url} if with_redis else {})).test_client()
    with count_statements() as statements:
        answers = ask(client, 6)
    assert [answer.status_code for answer in answers][-1] == 429
    assert statements == []


def test_a_network_that_asks_too_often_is_one_event_a_minute(make_app: MakeApp, db_session: Session) -> None:
    app = make_app(**FEW)
    with count_statements() as statements:
        assert ask(app.test_client(), 9, "/forgot-password?x=1")[-1].status_code == 429
    assert not [each for each in statements if "events" in each]
    background.init_app(app)
    background.run_once()
    (event,) = db_session.scalars(select(Event).where(Event.kind == "requests.limit.reached"))
    told = {"limit": "requests", "method": "GET", "network": event.ip, "path": "/forgot-password"}
    assert json.loads(event.details) == told
