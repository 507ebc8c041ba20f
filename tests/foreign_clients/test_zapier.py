"""What Zapier sends, byte for byte as its platform does, and what it expects to come back."""

import base64
import hashlib
import re
import secrets

import pytest
import requests

from tests.foreign_clients.registered import register_app
from tests.foreign_clients.zapier import RETURN, STALE_UNLESS, STATE, Zap, arrived, causes_in_log, connect
from tests.support.people import Person
from tests.support.portals import Portal
from tests.support.ports import wait_until


@pytest.fixture
def developer(portal: Portal) -> Person:
    return Person(portal.url, "developer").register()


@pytest.fixture
def zap(portal: Portal, developer: Person) -> Zap:
    options = ("--preset", "zapier", "--owner", developer.username)
    return Zap(portal, register_app(portal, *options, redirect_uri=RETURN))


@pytest.fixture
def person(portal: Portal) -> Person:
    return Person(portal.url).register().confirm(portal.instance)


def test_the_state_comes_back_unchanged(zap: Zap, person: Person) -> None:
    by_consent = arrived(person.allow(zap.authorize_url()))
    without_consent = arrived(person.allow(zap.authorize_url()))

    assert by_consent["state"] == without_consent["state"] == STATE
    assert by_consent["code"] != without_consent["code"]


def test_the_state_comes_back_unchanged_through_sign_in_and_refusal(zap: Zap, person: Person) -> None:
    found = arrived(person.sign_out().deny(zap.authorize_url()))

    assert found["state"] == STATE
    assert found["error"] == "access_denied"


def test_the_exchange_answers_what_zapier_keeps(zap: Zap, person: Person) -> None:
    answer = zap.exchange(person.allow(zap.authorize_url(scope="profile email")), redirect_uri=RETURN)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert {"access_token", "refresh_token", "token_type", "expires_in", "scope"} == tokens.keys()
    assert tokens["token_type"] == "Bearer"
    assert isinstance(tokens["expires_in"], int)


@pytest.mark.rfc("7636#4.5")
def test_the_exchange_works_with_pkce_where_zapier_sends_it(zap: Zap, person: Person) -> None:
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    url = zap.authorize_url(code_challenge=challenge, code_challenge_method="S256")
    callback = person.allow(url)

    assert zap.exchange(callback, redirect_uri=RETURN).status_code == 400
    answer = zap.exchange(callback, redirect_uri=RETURN, code_verifier=verifier)

    assert answer.status_code == 200, answer.text


def test_the_exchange_goes_on_without_redirect_uri_and_the_log_says_so(
    zap: Zap, person: Person, developer: Person
) -> None:
    answer = zap.exchange(person.allow(zap.authorize_url()))

    assert answer.status_code == 200, answer.text
    wait_until(lambda: "redirect_uri_omitted" in causes_in_log(developer, zap.app), 5, "the remark")


def test_the_exchange_with_another_redirect_uri_is_refused(
    zap: Zap, person: Person, developer: Person
) -> None:
    answer = zap.exchange(person.allow(zap.authorize_url()), redirect_uri=RETURN.rstrip("/"))

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"
    wait_until(lambda: "redirect_uri_differs" in causes_in_log(developer, zap.app), 5, "the refusal")


def test_a_redirect_uri_without_the_slash_at_its_end_gets_a_page_and_no_redirect(
    zap: Zap, person: Person
) -> None:
    url = zap.authorize_url().replace("CLIAPI%2F", "CLIAPI")

    answer = person.browser.get(url, allow_redirects=False, timeout=30)

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert answer.headers["Content-Type"].startswith("text/html")


def test_me_labels_the_connection(zap: Zap, person: Person) -> None:
    label = zap.me(connect(zap, person)["access_token"])

    assert label.status_code == 200
    assert label.json()["username"] == person.username
    assert label.json()["email"] == person.email
    assert label.json()["name"]
    assert label.json()["id"]


def test_a_refresh_with_credentials_in_the_body_gives_both_tokens_anew(zap: Zap, person: Person) -> None:
    tokens = connect(zap, person)

    answer = zap.refresh(tokens["refresh_token"])

    assert answer.status_code == 200, answer.text
    renewed = answer.json()
    assert renewed["access_token"] != tokens["access_token"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert zap.me(renewed["access_token"]).status_code == 200


def test_a_refresh_repeated_because_the_answer_was_lost_does_not_end_the_connection(
    zap: Zap, person: Person, developer: Person
) -> None:
    tokens = connect(zap, person)
    lost = zap.refresh(tokens["refresh_token"]).json()

    repeated = zap.refresh(tokens["refresh_token"])

    assert repeated.status_code == 200, repeated.text
    assert repeated.json()["refresh_token"] == lost["refresh_token"]
    assert zap.refresh(repeated.json()["refresh_token"]).status_code == 200
    wait_until(lambda: "refresh_retried" in causes_in_log(developer, zap.app), 5, "the remark")


def test_an_ended_token_is_answered_401_which_makes_zapier_refresh(zap: Zap, person: Person) -> None:
    tokens = connect(zap, person)
    credentials = {"client_id": zap.app.client_id, "client_secret": str(zap.app.client_secret)}
    requests.post(
        f"{zap.portal.url}/oauth/revoke", data={"token": tokens["access_token"], **credentials}, timeout=30
    )

    answer = zap.me(tokens["access_token"])

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_person_who_disconnects_makes_the_connection_stale(zap: Zap, person: Person) -> None:
    tokens = connect(zap, person)
    person.open("/account/apps")
    page = re.search(rf'action="(/account/apps/{zap.app.client_id}/disconnect)"', person.text)
    assert page, person.text
    person.press(page[1])

    assert zap.me(tokens["access_token"]).status_code == 401
    answer = zap.refresh(tokens["refresh_token"])
    assert answer.json()["error"] == "invalid_grant"
    assert 400 <= answer.status_code < 500
    assert answer.status_code not in STALE_UNLESS


def test_scopes_with_commas_are_refused_with_the_reason(zap: Zap, person: Person, developer: Person) -> None:
    found = arrived(person.allow(zap.authorize_url(scope="openid,profile,email")))

    assert found["error"] == "invalid_scope"
    assert "comma" in found["error_description"] or "space" in found["error_description"]
    wait_until(lambda: "scope_has_comma" in causes_in_log(developer, zap.app), 5, "the refusal")
