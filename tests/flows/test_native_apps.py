"""Public apps on a device: anybody could pretend to be one, so each sign-in needs the person's act (RFC 8252, 8.6)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.clients.redirect_uris import leads_to_a_device
from app.consents.standing import find_consent
from tests import factories as make
from tests.oauth.world import World
from tests.support.apps import MakeApp

DEVICE = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:3000/cb", "com.example.app:/cb"]


@pytest.fixture
def world(app_with: MakeApp) -> World:
    return World(app_with(ISSUER="http://id.example.org"))


def ask_again(world: World, uri: str, **changes: str) -> TestResponse:
    """What a public app with this redirect URI gets after the person allowed it once."""
    client = world.make_client(client_type="public", redirect_uris=[uri])
    world.client = client  # type: ignore[misc]
    proof = make.make_proof()
    make.authorize(client, world.browser, proof)
    return world.browser.get("/oauth/authorize", query_string=make.request_of(client, proof, **changes))


@pytest.mark.asvs("10.7.1")
@pytest.mark.rfc("8252#section-8.6")
@pytest.mark.parametrize("uri", DEVICE)
def test_another_program_on_the_device_gets_no_code_in_silence(world: World, uri: str) -> None:
    page = ask_again(world, uri)
    assert page.status_code == 200
    assert "Continue to App" in page.text
    assert make.offered(page) == []
    assert "code" in make.answer_of(make.decide(world.browser, page))


def test_cancelling_tells_the_app_so(world: World) -> None:
    page = ask_again(world, DEVICE[0])
    assert make.answer_of(make.decide(world.browser, page, "deny"))["error"] == "access_denied"


def test_confirming_changes_nothing_of_what_was_allowed(world: World) -> None:
    page = ask_again(world, DEVICE[0], scope="openid")
    before = consent_of(world)
    make.decide(world.browser, page)
    assert before == consent_of(world) == ("openid profile email", "")


@pytest.mark.oidc("core#3.1.2.6")
@pytest.mark.parametrize("uri", DEVICE)
def test_a_silent_request_is_told_that_the_person_is_needed(world: World, uri: str) -> None:
    answer = make.answer_of(ask_again(world, uri, prompt="none"))
    assert answer["error"] == "interaction_required"


def test_signing_in_first_is_no_confirmation(world: World) -> None:
    """Another program may open the page and wait until the person signs in for something else."""
    client = world.make_client(client_type="public", redirect_uris=DEVICE[:1])
    proof = make.make_proof()
    make.authorize(client, world.browser, proof)
    stranger: FlaskClient = world.app.test_client()
    query = make.request_of(client, proof)
    to_login = stranger.get("/oauth/authorize", query_string=query)
    assert to_login.headers["Location"].startswith("/login?")
    page = stranger.get("/login")
    fields = {"csrf_token": make.csrf_token(page), "username": "person", "password": make.PASSWORD}
    assert stranger.post("/login", data=fields).status_code == 303
    page = stranger.get("/oauth/authorize", query_string=query)
    assert "Continue to App" in page.text
    assert "Let it in only" not in page.text


@pytest.mark.parametrize(
    ("client_type", "uri"),
    [("confidential", "http://127.0.0.1/cb"), ("public", "https://app.example.org/cb")],
)
def test_an_app_whose_identity_is_assured_goes_on_in_silence(
    world: World, client_type: str, uri: str
) -> None:
    client = world.make_client(client_type=client_type, redirect_uris=[uri])
    proof = make.make_proof()
    make.authorize(client, world.browser, proof)
    assert "code" in make.answer_of(make.ask(world.browser, client, proof, prompt="none"))


@pytest.mark.parametrize("uri", DEVICE[:3])
def test_a_portal_on_its_developers_own_device_asks_once(app: Flask, uri: str) -> None:
    assert "code" in make.answer_of(ask_again(World(app), uri, prompt="none"))


def test_a_scheme_may_lead_anywhere_so_even_that_portal_asks(app: Flask) -> None:
    assert make.answer_of(ask_again(World(app), DEVICE[3], prompt="none"))["error"] == "interaction_required"


@pytest.mark.parametrize("uri", DEVICE)
def test_these_addresses_lead_to_a_device(uri: str) -> None:
    assert leads_to_a_device(uri)


@pytest.mark.parametrize("uri", ["https://app.example.org/cb", "https://127.0.0.1.example.org/cb"])
def test_these_lead_to_a_server(uri: str) -> None:
    assert not leads_to_a_device(uri)


def consent_of(world: World) -> tuple[str, str]:
    with world.app.app_context():
        consent = find_consent(world.person.id, world.client.id)
        assert consent is not None
        return consent.scope, consent.declined
