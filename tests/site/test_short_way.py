"""What programs get on the short way is what they would get on the long one."""

import pytest
import requests
from flask import Flask

from app.authentication.access import is_for_programs
from app.extensions import limiter
from app.site import rate_limiting
from tests import factories as make
from tests.support.apps import MakeApp
from tests.support.portals import StartPortal

PATHS = (
    "/oauth/par",
    "/oauth/token",
    "/v1/token",
    "/oauth/introspect",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/oauth/me",
)
OWED = (
    "X-Request-Id",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cache-Control",
)


def _method(path: str) -> str:
    return "GET" if path in ("/oauth/userinfo", "/oauth/me") else "POST"


def test_the_endpoints_for_programs_are_known_by_method_and_path_with_a_slash_or_without(app: Flask) -> None:
    known = app._for_programs  # type: ignore[attr-defined]
    for path in PATHS:
        assert (_method(path), path) in known
        assert (_method(path), f"{path}/") in known
    assert ("OPTIONS", "/oauth/token") not in known
    assert all(is_for_programs(app.view_functions[rule.endpoint]) for rule in known.values())


@pytest.mark.any_database
@pytest.mark.parametrize("path", [*PATHS, *(f"{path}/" for path in PATHS)])
def test_every_header_is_sent_exactly_once(app: Flask, path: str) -> None:
    answer = app.test_client().open(path, method=_method(path))
    for name in OWED:
        assert len(answer.headers.getlist(name)) == 1, name


def test_success_and_refusal_carry_the_headers_of_every_answer(app: Flask) -> None:
    client = make.make_client(app, name="Short")
    for secret in (client.auth[1], "wrong"):
        answer = app.test_client().post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client.auth[0], secret)
        )
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert len(answer.headers["X-Request-Id"]) == 20


def test_no_cookie_is_read_and_none_is_set(app: Flask) -> None:
    browser = make.browser_of(app, make.make_user(app))
    answer = browser.get("/oauth/userinfo")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_what_a_view_raises_gets_the_answer_of_the_error_handlers_with_all_headers(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()

    def fail() -> None:
        raise RuntimeError("trouble")

    endpoint = app._for_programs["POST", "/oauth/token"].endpoint  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, endpoint, fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = app.test_client().post("/oauth/token")
    assert answer.status_code == 500
    assert answer.get_json()["error"] == "server_error"
    for name in OWED:
        assert len(answer.headers.getlist(name)) == 1, name


def test_pages_and_endpoints_share_the_count_of_an_address(start_portal: StartPortal) -> None:
    portal = start_portal(workers=2, RATE_LIMIT_REQUESTS_NUMBER="3", RATE_LIMIT_WHITE_LIST="")
    assert requests.get(f"{portal.url}/login", timeout=30).status_code == 200
    answers = [requests.post(f"{portal.url}/oauth/token", timeout=30) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    refused = answers[-1]
    assert refused.json()["error"] == "temporarily_unavailable"
    assert refused.json()["error_uri"].endswith(refused.headers["X-Request-Id"])
    assert 1 <= int(refused.headers["Retry-After"]) <= 1001
    assert refused.headers["X-Frame-Options"] == "DENY"
    assert requests.get(f"{portal.url}/login", timeout=30).status_code == 429


def test_counters_in_trouble_lock_nobody_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> bool:
        raise OSError("no counters")

    monkeypatch.setattr(rate_limiting, "is_exempt", lambda _address: False)
    monkeypatch.setattr(limiter.storage, "incr", fail)
    assert app.test_client().post("/oauth/token").status_code == 400
