"""Web apps with the libraries that Node.js developers take: somebody signs in, says no, and signs out."""

from typing import Any

import pytest

from tests.foreign_clients.programs import run_client
from tests.foreign_clients.registered import register_app
from tests.foreign_clients.web_apps import Visit, WebApp, node_app, running
from tests.support.people import Person
from tests.support.portals import Portal, StartPortal
from tests.support.ports import free_port, wait_until

pytestmark = pytest.mark.node


def member(portal: Portal) -> Person:
    """Somebody with a confirmed address."""
    return Person(portal.url).register().confirm(portal.instance)


@pytest.mark.client(
    "passport-openidconnect", "signs in with a nonce and userinfo, without PKCE; hears of a refusal"
)
def test_passport_signs_somebody_in_and_hears_of_a_refusal(portal: Portal) -> None:
    person = member(portal)
    with running(node_app("passport.mjs"), portal) as app:
        refused = Visit(app, person).get("/login", "deny")
        found = Visit(app, person).get("/login")["person"]
    assert len(refused["refused"]) == 1
    assert "did not allow" in refused["refused"][0]
    assert found["issuer"] == portal.url
    assert found["userinfo"]["sub"] == found["id"]
    assert found["userinfo"]["preferred_username"] == person.username
    assert found["userinfo"]["email"] == person.email
    assert found["authTime"]
    assert found["refreshToken"]


@pytest.mark.client(
    "simple-oauth2", "signs in with basic and post, refreshes, revokes, gets a token of its own"
)
@pytest.mark.parametrize("method", ["header", "body"])
def test_simple_oauth2_signs_in_refreshes_and_revokes(portal: Portal, method: str) -> None:
    grants = ("authorization_code", "refresh_token", "client_credentials")
    app = register_app(portal, *(word for name in grants for word in ("--grant", name)))
    person = member(portal)

    found = run_client("simple_oauth2.mjs", person, method=method, **app.settings)

    assert found["person"]["preferred_username"] == person.username
    assert found["scope"] == app.scope
    assert found["itself"] == "Bearer"


@pytest.mark.client("simple-oauth2", "hears of a refusal")
def test_simple_oauth2_hears_of_a_refusal(portal: Portal) -> None:
    app = register_app(portal)
    found = run_client(
        "simple_oauth2.mjs", member(portal), deny=True, denied=True, method="header", **app.settings
    )
    assert found == {"error": "access_denied"}


@pytest.mark.client("@auth/express", "signs in with PKCE, state and nonce; hears of a refusal")
def test_auth_js_signs_somebody_in_and_hears_of_a_refusal(portal: Portal) -> None:
    person = member(portal)
    with running(
        node_app("auth_js.mjs"), portal, "--pkce", "required", callback="/auth/callback/pforte"
    ) as app:
        found = begin_auth_js(Visit(app, person))["session"]
        assert Visit(app, person).get("/") == {"session": None}
        stranger = member(portal)
        refused = begin_auth_js(Visit(app, stranger), "deny")
    assert found["profile"]["sub"]
    assert found["profile"]["preferred_username"] == person.username
    assert found["user"]["email"] == person.email
    assert found["scope"] == "openid profile email"
    assert refused == {"refused": "OAuthCallbackError"}


def begin_auth_js(visit: Visit, decision: str = "allow") -> Any:
    """Press its button, which is a form with a token; what its start page shows in the end."""
    token = visit.get("/auth/csrf")["csrfToken"]
    fields = {"csrfToken": token, "callbackUrl": visit.app.url}
    return visit.post("/auth/signin/pforte", fields, decision)


@pytest.mark.client(
    "express-openid-connect", "signs in, refreshes, signs out at the portal; hears of a refusal"
)
def test_express_openid_connect_signs_somebody_in_and_out(portal: Portal) -> None:
    port = free_port()
    person, bye = member(portal), f"http://127.0.0.1:{port}"
    options = ("--post-logout-redirect-uri", bye)
    with running(node_app("express_openid_connect.mjs"), portal, *options, port=port) as app:
        refused = Visit(app, person).get("/login", "deny")
        visit = Visit(app, person)
        found = visit.get("/login")
        assert visit.get("/refresh")["expires_in"] > 3500
        assert visit.get("/logout") == {"claims": None, "userinfo": None}
    assert refused["failed"]["error"] == "access_denied"
    assert found["claims"]["preferred_username"] == person.username
    assert found["userinfo"]["email"] == person.email
    assert person.open("/account") is None
    assert person.page is not None
    assert "/login" in person.page.url


@pytest.mark.client("express-openid-connect", "ends the sessions of the very person on back-channel logout")
def test_express_openid_connect_ends_the_sessions_of_that_person_alone(start_portal: StartPortal) -> None:
    port = free_port()
    portal = start_portal("sqlite", workers=2, FETCH_ALLOW=f"127.0.0.1:{port}")
    options = ("--backchannel-logout-uri", f"http://127.0.0.1:{port}/backchannel-logout")
    with running(node_app("express_openid_connect.mjs"), portal, *options, port=port) as app:
        person = member(portal)
        ended, other = signed_in(app, person), signed_in(app, member(portal))
        person.open("/account")
        person.press("/logout")
        wait_until(lambda: not ended.get("/is-in"), 10, "the end of the session")
        assert other.get("/is-in")


def signed_in(app: WebApp, person: Person) -> Visit:
    """A browser that is signed in at the app."""
    visit = Visit(app, person)
    assert visit.get("/login")["claims"]["sid"]
    assert visit.get("/is-in")
    return visit
