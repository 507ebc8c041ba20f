"""OpenID Connect RP-Initiated Logout 1.0, one test for each module of the OpenID Foundation's plan for it.

The names of the modules stand in the marks; docs/conformance.md is made of them.
"""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.crypto import base64url, from_base64url
from tests import factories as make
from tests.oauth.world import World

BYE = "https://app.example.org/post-logout"


@pytest.fixture
def client(world: World) -> make.App:
    return world.make_client(post_logout_redirect_uris=((1, BYE),))


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return world.browser


@pytest.fixture
def hint(browser: FlaskClient, client: make.App) -> str:
    return str(make.tokens_for(client, browser)["id_token"])


def end_session(browser: FlaskClient, **parameters: str) -> TestResponse:
    return browser.get("/oauth/logout", query_string=parameters)


def is_signed_in(browser: FlaskClient, client: make.App) -> bool:
    """Whether a silent request is answered with a code, as the suite looks."""
    return "code" in make.answer_of(make.ask(browser, client, prompt="none"))


def shows_an_error(page: TestResponse) -> bool:
    return (
        page.status_code == 400
        and "Location" not in page.headers
        and "request cannot be answered" in page.text
    )


def asks(page: TestResponse) -> bool:
    return page.status_code == 200 and "Location" not in page.headers and "Sign out of Pforte?" in page.text


@pytest.mark.module("oidcc-rp-initiated-logout-discovery-endpoint-verification")
def test_discovery_names_an_endpoint_that_is_there(app: Flask, client: make.App) -> None:
    document = app.test_client().get("/.well-known/openid-configuration").json
    endpoint = document["end_session_endpoint"]
    assert endpoint.startswith(document["issuer"])
    assert app.test_client().get(urlsplit(endpoint).path).status_code == 200
    assert "sid" in document["claims_supported"]


@pytest.mark.module("oidcc-rp-initiated-logout")
def test_the_person_is_signed_out_and_comes_back_with_the_state(
    browser: FlaskClient, client: make.App, hint: str
) -> None:
    answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s" * 128)
    assert answer.headers["Location"] == f"{BYE}?state={'s' * 128}"
    answer = make.ask(browser, client, prompt="none")
    assert (answer.status_code, "Location" in answer.headers) == (400, False)  # nobody is there any more


@pytest.mark.module("oidcc-rp-initiated-logout-no-state")
def test_without_a_state_none_comes_back(browser: FlaskClient, hint: str) -> None:
    answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert answer.headers["Location"] == BYE


@pytest.mark.module("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri")
def test_an_unregistered_address_is_an_error(browser: FlaskClient, client: make.App, hint: str) -> None:
    page = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=f"{BYE}/other", state="x")
    assert shows_an_error(page)
    assert is_signed_in(browser, client)


@pytest.mark.module("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri")
def test_a_query_more_is_an_error(browser: FlaskClient, client: make.App, hint: str) -> None:
    page = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=f"{BYE}?foo=bar", state="x")
    assert shows_an_error(page)
    assert is_signed_in(browser, client)


@pytest.mark.module("oidcc-rp-initiated-logout-bad-id-token-hint")
def test_what_is_no_id_token_is_an_error(browser: FlaskClient, client: make.App, hint: str) -> None:
    page = end_session(browser, id_token_hint="no-id-token", post_logout_redirect_uri=BYE, state="x")
    assert shows_an_error(page)
    assert is_signed_in(browser, client)


@pytest.mark.module("oidcc-rp-initiated-logout-modified-id-token-hint")
def test_a_changed_id_token_is_an_error(browser: FlaskClient, client: make.App, hint: str) -> None:
    head, claims, signature = hint.split(".")
    changed = from_base64url(claims).replace(b'"sub":"', b'"sub":"x')
    page = end_session(
        browser,
        id_token_hint=f"{head}.{base64url(changed)}.{signature}",
        post_logout_redirect_uri=BYE,
        state="x",
    )
    assert shows_an_error(page)
    assert is_signed_in(browser, client)


@pytest.mark.module("oidcc-rp-initiated-logout-no-id-token-hint")
def test_without_an_id_token_nobody_is_led_to_the_app_unasked(
    browser: FlaskClient, client: make.App, hint: str
) -> None:
    assert shows_an_error(end_session(browser, post_logout_redirect_uri=BYE, state="x"))
    assert asks(end_session(browser, client_id=client.id, post_logout_redirect_uri=BYE, state="x"))
    assert is_signed_in(browser, client)


@pytest.mark.module("oidcc-rp-initiated-logout-no-params")
def test_without_anything_the_person_is_asked(browser: FlaskClient, client: make.App, hint: str) -> None:
    assert asks(end_session(browser))
    assert is_signed_in(browser, client)


@pytest.mark.module("oidcc-rp-initiated-logout-only-state")
def test_with_nothing_but_a_state_the_person_is_asked(
    browser: FlaskClient, client: make.App, hint: str
) -> None:
    page = end_session(browser, state="x-1234567")
    assert asks(page)
    assert is_signed_in(browser, client)


@pytest.mark.module("oidcc-rp-initiated-logout-no-post-logout-redirect-uri")
def test_without_an_address_a_page_says_that_one_is_signed_out(
    browser: FlaskClient, client: make.App, hint: str
) -> None:
    page = end_session(browser, id_token_hint=hint, state="x")
    assert (page.status_code, "You are signed out" in page.text) == (200, True)
    assert make.ask(browser, client, prompt="none").status_code == 400
