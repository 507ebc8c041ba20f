"""A page at an app's origin reads why it was refused; other pages, and pages of the portal, stay as they were."""

from typing import Any

import pytest
from flask import Flask

from app.extensions import limiter
from app.oauth.endpoints.metadata import DISCOVERY_PATHS, JWKS_PATHS
from app.oauth.wire import cross_origin
from app.process.cache import Cache
from tests import factories as make
from tests.oauth.world import World
from tests.support.apps import MakeApp
from tests.support.statements import count_statements

ORIGIN = "https://app.example.org"
EVIL = "https://evil.example"
FORM = {"data": {"grant_type": "client_credentials"}}
REFUSED = [
    ("POST", "/oauth/token", {}, 400),
    ("POST", "/oauth/token", FORM, 401),
    ("POST", "/v1/token", {"data": {**FORM["data"], "client_id": "unknown"}}, 401),
    ("POST", "/oauth/token/", FORM, 401),
    ("POST", "/oauth/token", {"json": {}}, 400),
    ("PUT", "/oauth/token", {}, 405),
    ("POST", "/oauth/token", {"data": {"scope": "x" * 300_000}}, 413),
    ("POST", "/oauth/device_authorization", FORM, 401),
    ("POST", "/oauth/par", {}, 401),
    ("GET", "/oauth/par", {}, 405),
    ("POST", "/oauth/revoke", FORM, 401),
    ("GET", "/oauth/revoke", {}, 405),
    ("GET", "/oauth/userinfo", {}, 401),
    ("GET", "/oauth/me", {"headers": {"Authorization": "Bearer x"}}, 401),
]


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_origin, "_met", Cache(cross_origin.MOST_ORIGINS))


@pytest.mark.parametrize(("method", "path", "sent", "status"), REFUSED)
def test_a_page_of_an_app_reads_why_it_was_refused(
    app: Flask, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    world = World(app)
    assert world.client.id
    for asking, allowed in ((EVIL, None), ("null", None), (f"{ORIGIN}.evil.example", None), (ORIGIN, ORIGIN)):
        headers = {**sent.get("headers", {}), "Origin": asking}
        answer = world.http.open(path, method=method, **{**sent, "headers": headers})
        assert answer.status_code == status
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        policies = answer.headers.getlist("Cross-Origin-Resource-Policy")
        assert policies == ["cross-origin" if allowed else "same-origin"]
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/oauth/introspect", "/oauth/authorize", "/login", "/nowhere", "/api/auth"])
def test_attack_a_page_elsewhere_reads_refusals_of_what_is_not_for_pages(app: Flask, path: str) -> None:
    world = World(app)
    assert world.client.id
    for method in ("POST", "DELETE"):
        answer = world.http.open(path, method=method, headers={"Origin": ORIGIN})
        assert answer.status_code >= 400
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_limit_is_readable_where_the_app_was_met_and_costs_no_statement(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter.limit_manager, "_application_limits", [])  # one a process
    app = make_app(RATE_LIMIT_REQUESTS_NUMBER="2", RATE_LIMIT_DURATION_SECONDS="1 hour")
    client = make.make_client(app, make.make_user(app))

    def ask(asking: str) -> Any:
        fields = {"grant_type": "client_credentials", **client.form}
        environ = {"REMOTE_ADDR": "203.0.113.9"}
        headers = {"Origin": asking}
        return app.test_client().post("/oauth/token", data=fields, headers=headers, environ_overrides=environ)

    assert [ask(ORIGIN).status_code for _ in range(2)] == [200, 200]
    with count_statements() as statements:
        mine, other = ask(ORIGIN), ask(EVIL)
    assert (mine.status_code, other.status_code) == (429, 429)
    assert mine.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Origin" not in other.headers
    assert statements == []


@pytest.mark.parametrize(
    "asked", ["MCP-Protocol-Version", "traceparent, sentry-trace", "authorization,content-type"]
)
def test_a_page_may_read_what_is_for_everybody_with_whatever_headers_its_libraries_add(
    app: Flask, asked: str
) -> None:
    http = app.test_client()
    headers = {
        "Origin": EVIL,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": asked,
    }
    for path in (*DISCOVERY_PATHS, *JWKS_PATHS, f"{JWKS_PATHS[0]}/"):
        answer = http.options(path, headers=headers)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Headers"] == f"Authorization, Content-Type, {asked}"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET"
        document = http.get(path, headers={"Origin": EVIL}).headers
        assert document["Access-Control-Allow-Origin"] == "*"
        assert document.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]


@pytest.mark.parametrize(
    "path",
    [
        *("/oauth/token", "/v1/token", "/oauth/par", "/oauth/device_authorization"),
        *("/oauth/revoke", "/oauth/userinfo", "/oauth/me"),
    ],
)
def test_a_page_of_an_app_may_send_whatever_headers_its_libraries_add(app: Flask, path: str) -> None:
    world = World(app)
    assert world.client.id
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "traceparent,baggage"}
    mine = world.http.options(path, headers={**asked, "Origin": ORIGIN})
    assert mine.headers["Access-Control-Allow-Headers"].endswith(", traceparent,baggage")
    assert {"Origin", "Access-Control-Request-Headers"} <= set(mine.headers["Vary"].split(", "))
    other = world.http.options(path, headers={**asked, "Origin": EVIL})
    assert "Access-Control-Allow-Headers" not in other.headers


def test_attack_a_preflight_writes_a_header_of_its_own(app: Flask) -> None:
    for odd in ("x" * 5 + "\x7f", 'a"b', "a b", ",", "a,,b", "ä"):
        headers = {"Origin": ORIGIN, "Access-Control-Request-Headers": odd}
        answer = app.test_client().options(JWKS_PATHS[0], headers=headers)
        assert answer.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


@pytest.mark.parametrize(
    "asking", ["h", "http", "https://", "https:", "://", "null", "example", "%", "_", "https://app."]
)
def test_attack_a_preflight_whose_origin_is_none_has_all_apps_looked_at(app: Flask, asking: str) -> None:
    client = make.make_client(app, make.make_user(app))
    assert client.callback.startswith(ORIGIN)
    http = app.test_client()
    with count_statements() as statements:
        answer = http.options("/oauth/token", headers={"Origin": asking})
    assert answer.status_code == 204
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert statements == [] or asking == "https://app."
    assert (
        http.options("/oauth/token", headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"]
        == ORIGIN
    )
