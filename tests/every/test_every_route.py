"""Rules over all routes; a new one is held to them without being named here."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.database.rows import db
from tests import factories as make
from tests.every import routes

# What keeps its own books: a look at the page of a session notes that it was seen.
# What stands for their placeholders is no failure, no link of that purpose and no scope defined here.
LEADING_NOWHERE = (
    "/recover/",
    "/device/qr",
    "/failures/",
    "/reset-password/",
    "/setup/",
    "/undo-email/",
    "/dashboard/teams/invitations/",
    "/admin/scopes/edit",
    "/admin/scopes/delete",
)
UNSTEADY = {"browser_sessions", "logged_requests", "signing_keys", "alembic_version"}
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def pages(app: Flask, world: routes.World) -> list[str]:
    return [routes.address(rule, world.values) for rule in routes.rules(app, "GET") if routes.is_page(rule)]


def dump(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    with app.app_context():
        names = [table.name for table in db.metadata.sorted_tables if table.name not in UNSTEADY]
        rows = {
            name: sorted(map(tuple, db.session.execute(text(f"SELECT * FROM {name}"))), key=repr)
            for name in names
        }
        db.session.rollback()
        return rows


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_page_renders_in_both_languages(
    app: Flask, browser: FlaskClient, world: routes.World, locale: str
) -> None:
    seen = 0
    for path in pages(app, world):
        response = browser.get(path, query_string={"locale": locale})
        expected = (404, 410) if path.startswith(LEADING_NOWHERE) else (200, 302, 303)
        assert response.status_code in expected, f"{path}: {response.status_code}"
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            assert f'<html lang="{locale}"' in response.text, path
            assert len(re.findall(r"<h1\b", response.text)) == 1, path
            seen += 1
    assert seen > 15


@pytest.mark.any_database
def test_no_page_has_anything_inline(app: Flask, browser: FlaskClient, world: routes.World) -> None:
    for client in (browser, app.test_client()):
        for path in pages(app, world):
            response = client.get(path)
            if response.mimetype == "text/html":
                assert not INLINE.search(response.text), f"{path}: {INLINE.search(response.text)}"


@pytest.mark.rfc9700("4.7")
@pytest.mark.any_database
@pytest.mark.parametrize("token", [{}, {"csrf_token": "stale"}])
@pytest.mark.parametrize("site", [None, "same-origin", "cross-site"])
def test_every_posted_page_refuses_a_missing_csrf_token(
    app: Flask, browser: FlaskClient, world: routes.World, site: str | None, token: dict[str, str]
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    before = dump(app)
    refused = 0
    for rule in routes.rules(app, "POST"):
        if not routes.is_page(rule):
            continue
        fields = {"decision": "allow", "confirm": world.person.username, "password": make.PASSWORD, **token}
        response = browser.post(routes.address(rule, world.values), data=fields, headers=headers)
        # What comes too late from a page of ours is a look at that page, which may lead on.
        onward = (302, 303, 404, 410) if site == "same-origin" else (303,)
        assert response.status_code in (400, *onward), f"{rule}: {response.status_code}"
        refused += 1
    assert refused > 15
    assert dump(app) == before


@pytest.mark.any_database
def test_every_route_is_open_by_declaration_or_asks_for_a_sign_in(app: Flask, world: routes.World) -> None:
    stranger = app.test_client()
    closed = 0
    for method in ("GET", "POST"):
        for rule in routes.rules(app, method):
            if routes.is_open(app, rule):
                continue
            with stranger.session_transaction() as session:
                session["csrf_token"] = "x"
            response = stranger.open(routes.address(rule, world.values), method=method)
            # A form that was open for too long leads back to its page, and that one asks.
            asked = response.headers.get("Location", "").startswith(("/login", rule.rule))
            assert asked or (method == "POST" and response.status_code == 400), f"{method} {rule}"
            closed += 1
    assert closed > 20


@pytest.mark.any_database
def test_what_is_open_is_known(app: Flask) -> None:
    """Opening a route to everybody is a decision: it is made here, too."""
    found = {rule.rule for rule in app.url_map.iter_rules() if routes.is_open(app, rule)}
    assert found == {
        *(
            "/",
            "/favicon.ico",
            "/robots.txt",
            "/pictures/<picture_id>.webp",
            "/privacy",
            "/static/<path:filename>",
            "/health/live",
            "/health/ready",
            "/metrics",
        ),
        *("/.well-known/change-password", "/.well-known/security.txt", "/.well-known/passkey-endpoints"),
        *("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
        *("/.well-known/jwks.json", "/oauth/jwks.json", "/v1/keys"),
        *(
            "/login",
            "/login/accounts",
            "/login/verify",
            "/register",
            "/forgot-password",
            "/reset-password/<token>",
            "/verify-email/<token>",
        ),
        *("/login/passkey", "/login/passkey/options"),
        *("/login/verify/passkey", "/login/verify/passkey/options"),
        *("/recover", "/recover/<token>", "/recover/cancel/<token>"),
        *("/undo-email/<token>", "/setup/<token>", "/failures/<request_id>", "/logout"),
        *("/oauth/authorize", "/oauth/consent", "/oauth/account"),
        *("/oauth/logout", "/oauth/logout/confirm"),
        *("/oauth/device_authorization", "/device/qr"),
        *("/oauth/register", "/oauth/register/<client_id>"),
        *("/oauth/par", "/openapi.json"),
        *("/oauth/token", "/v1/token", "/oauth/introspect", "/oauth/revoke", "/oauth/userinfo", "/oauth/me"),
        *(
            "/api/register",
            "/api/auth",
            "/api/authorize",
            "/api/verify",
            "/api/users/<username>",
            "/api/greet",
        ),
    }


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(app: Flask, browser: FlaskClient, world: routes.World, method: str) -> None:
    app.test_client().get("/v1/keys")
    before = dump(app)
    for rule in routes.rules(app, "GET"):
        browser.open(routes.address(rule, world.values), method=method)
    assert dump(app) == before


@pytest.mark.rfc9700("4.2.4", "4.16")
@pytest.mark.any_database
def test_every_answer_carries_its_headers(app: Flask, browser: FlaskClient, world: routes.World) -> None:
    for client in (browser, app.test_client()):
        for method in ("GET", "POST", "OPTIONS", "DELETE"):
            for rule in app.url_map.iter_rules():
                response = client.open(routes.address(rule, world.values), method=method)
                where = f"{method} {rule}: {response.status_code}"
                assert re.fullmatch(r"[a-z2-7]{20}", response.headers["X-Request-Id"]), where
                assert response.headers["X-Content-Type-Options"] == "nosniff", where
                assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"], where
                assert response.headers["Referrer-Policy"], where
                assert response.status_code < 500, where


@pytest.mark.any_database
def test_a_stranger_to_the_app_finds_none_of_its_pages(app: Flask, world: routes.World) -> None:
    other = make.browser_of(app, make.make_user(app))
    found = 0
    for rule in routes.rules(app, "GET"):
        if "client_id" in rule.arguments and rule.rule.startswith("/dashboard"):
            assert other.get(routes.address(rule, world.values)).status_code == 404, rule
            found += 1
    assert found >= 6


@pytest.mark.any_database
def test_a_stranger_to_the_team_finds_none_of_its_pages(app: Flask, world: routes.World) -> None:
    other = make.browser_of(app, make.make_user(app))
    token = make.csrf_token(other.get("/account/profile"))
    found = 0
    for method in ("GET", "POST"):
        for rule in routes.rules(app, method):
            if "team_id" in rule.arguments and not rule.rule.endswith("/answer"):
                path = routes.address(rule, world.values)
                answer = other.open(path, method=method, data={"csrf_token": token})
                assert answer.status_code == 404, f"{method} {rule}"
                found += 1
    assert found >= 12


@pytest.mark.any_database
def test_nobody_but_administrators_finds_a_page_of_theirs(app: Flask, world: routes.World) -> None:
    other, stranger = make.browser_of(app, make.make_user(app)), app.test_client()
    token = make.csrf_token(other.get("/account/profile"))
    found = 0
    for method in ("GET", "POST"):
        for rule in routes.rules(app, method):
            if rule.rule.startswith("/admin"):
                path = routes.address(rule, world.values)
                answer = other.open(path, method=method, data={"csrf_token": token})
                assert answer.status_code == 404, f"{method} {rule}"
                if method == "GET":
                    assert stranger.get(path).headers["Location"].startswith("/login?next="), rule
                found += 1
    assert found >= 1
