"""Clients of the Python world with versions of their own go the whole way against the running portal."""

import time
from typing import Any

import pytest

from app.clients.grants import DEVICE_CODE
from tests.foreign_clients.programs import run_program
from tests.foreign_clients.registered import RegisteredApp, register_app
from tests.foreign_clients.web_apps import Visit, running
from tests.more_clients.environment import python
from tests.support.people import Person
from tests.support.portals import Portal, StartPortal
from tests.support.ports import free_port

BYE = "https://app.example.com/bye"


def member(portal: Portal) -> Person:
    """Somebody with a confirmed address."""
    return Person(portal.url).register().confirm(portal.instance)


def requests_oauth2client(app: RegisteredApp, person: Person, deny: bool = False, **changes: bool) -> Any:
    """What it found; signed in, refreshed and revoked, but where the person says no."""
    settings = {"dpop": False, "pushed": False} | app.settings | changes
    found = run_program(python("with_requests_oauth2client.py"), person, deny=deny, **settings)
    if not deny:
        assert found["claims"]["aud"] == app.client_id
        assert found["person"]["preferred_username"] == person.username
        assert found["access"]["active"] is True
        assert found["afterwards"] == {"active": False}
        assert found["refused"]
    return found


@pytest.mark.client(
    "requests-oauth2client", "signs in with PKCE, checks the ID token, refreshes, introspects, revokes"
)
def test_requests_oauth2client_goes_the_whole_way(portal: Portal) -> None:
    found = requests_oauth2client(register_app(portal), member(portal))
    assert found["kinds"] == ["BearerToken", "BearerToken"]


@pytest.mark.client("requests-oauth2client", "pushes its request (PAR)")
def test_requests_oauth2client_pushes_its_request(portal: Portal) -> None:
    requests_oauth2client(register_app(portal, "--par", "required"), member(portal), pushed=True)


@pytest.mark.client("requests-oauth2client", "DPoP, with the server's nonce and without")
@pytest.mark.parametrize("nonce", ["on", "off"])
def test_requests_oauth2client_proves_its_key(start_portal: StartPortal, nonce: str) -> None:
    portal = start_portal("sqlite", workers=2, DPOP_NONCE=nonce)
    app = register_app(portal, "--dpop", "required")
    found = requests_oauth2client(app, member(portal), dpop=True, pushed=True)
    assert found["kinds"] == ["DPoPToken", "DPoPToken"]
    assert found["access"]["cnf"]["jkt"]


@pytest.mark.client("requests-oauth2client", "hears of a refusal")
def test_requests_oauth2client_hears_of_a_refusal(portal: Portal) -> None:
    assert requests_oauth2client(register_app(portal), member(portal), deny=True) == {
        "error": "access_denied"
    }


@pytest.mark.client("requests-oauth2client", "the device grant, and a token of its own")
@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_requests_oauth2client_waits_on_a_device(portal: Portal, decision: str) -> None:
    grants = [word for name in (DEVICE_CODE, "client_credentials") for word in ("--grant", name)]
    app, person = register_app(portal, *grants, redirect_uri=""), member(portal)

    def decide(codes: dict[str, str]) -> None:
        person.open(codes["verification_uri"])
        person.send(user_code=codes["user_code"])
        person.choose("decision", decision)

    program = python("with_requests_oauth2client_device.py")
    found = run_program(program, person, steps={"decide": decide}, **app.settings)
    assert found["waited"]
    if decision == "deny":
        assert found["error"] == "access_denied"
    else:
        assert found["person"]["preferred_username"] == person.username
        assert found["itself"] == "Bearer"


def idpyoidc(portal: Portal, app: RegisteredApp, person: Person, *add_ons: str, deny: bool = False) -> Any:
    """What it found; signed in, refreshed and signed out, but where the person says no."""
    program, settings = python("with_idpyoidc.py"), app.settings | {"bye": BYE, "add_ons": add_ons}
    found = run_program(program, person, deny=deny, **settings)
    if not deny:
        assert found["claims"]["aud"] == [found["client_id"]]
        assert found["person"]["sub"] == found["claims"]["sub"]
        assert found["arrived"].startswith(BYE)
        assert person.open(f"{portal.url}/account") is None
        assert person.page is not None
        assert "/login" in person.page.url
    return found


@pytest.mark.client("idpyoidc", "signs in with PKCE, reads userinfo, refreshes, signs out at the portal")
def test_idpyoidc_goes_the_whole_way(portal: Portal) -> None:
    app = register_app(portal, "--pkce", "required", "--post-logout-redirect-uri", BYE)
    person = member(portal)
    found = idpyoidc(portal, app, person, "pkce")
    assert found["refreshed"] == ["Bearer", True]
    assert found["person"]["preferred_username"] == person.username
    assert found["person"]["email"] == person.email


@pytest.mark.client("idpyoidc", "hears of a refusal")
def test_idpyoidc_hears_of_a_refusal(portal: Portal) -> None:
    found = idpyoidc(portal, register_app(portal), member(portal), "pkce", deny=True)
    assert found == {"error": "access_denied"}


@pytest.mark.client("idpyoidc", "registers itself, and goes the whole way with that")
def test_idpyoidc_registers_itself(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=2, DYNAMIC_REGISTRATION="open")
    unregistered = RegisteredApp(portal.url, "", None, scope="openid")
    found = idpyoidc(portal, unregistered, member(portal), "pkce")
    (listed,) = portal.flask_json("client", "list")
    assert listed["client_id"] == found["client_id"]


@pytest.mark.client(
    "mozilla-django-oidc",
    "signs in with PKCE, looks again with prompt=none, signs out at the portal; hears of a refusal",
)
def test_mozilla_django_oidc_signs_somebody_in_and_out(portal: Portal) -> None:
    port, person = free_port(), member(portal)
    options = ("--pkce", "required", "--post-logout-redirect-uri", f"http://127.0.0.1:{port}/")
    program = python("with_mozilla_django_oidc.py")
    with running(program, portal, *options, callback="/oidc/callback/", port=port) as app:
        assert Visit(app, person).get("/oidc/authenticate/", "deny") == {"refused": True}
        visit = Visit(app, person)
        signed_in = {"username": person.username, "email": person.email}
        assert visit.get("/oidc/authenticate/") == signed_in
        time.sleep(2.1)  # OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS
        assert visit.get("/") == signed_in
        assert "prompt=none" in visit.trips[-1]
        assert visit.post("/oidc/logout/", {}) == {"username": None}
        assert "id_token_hint" in visit.trips[-1]
    assert person.open("/account") is None
    assert person.page is not None
    assert "/login" in person.page.url
