"""prompt=create: Initiating User Registration via OpenID Connect 1.0."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories as make
from tests.flows.test_prompts import submit
from tests.oauth.world import later

NEW = {"username": "newcomer", "email": "newcomer@example.org", "password": make.PASSWORD}


def create(browser: FlaskClient, client: make.App, **changes: str) -> TestResponse:
    return make.ask(browser, client, **{"prompt": "create", **changes})


def next_of(answer: TestResponse) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]


@pytest.mark.oidc("prompt-create#4.1")
def test_a_stranger_makes_an_account_and_the_request_goes_on(app: Flask, ledger: make.App) -> None:
    browser = app.test_client()
    answer = create(browser, ledger)
    assert urlsplit(answer.headers["Location"]).path == "/register"
    page = browser.get(answer.headers["Location"])
    assert "Continue to Ledger" in page.text
    onward = submit(browser, answer.headers["Location"], **NEW).headers["Location"]
    assert onward == next_of(answer)
    consent = browser.get(onward)
    with later(minutes=15):  # who reads the question for long is not sent back to the registration
        told = make.answer_of(make.decide(browser, consent))
    assert told["state"] == "st-1234567"
    claims = make.claims_of(make.redeem(browser, ledger, told["code"]).json["id_token"])
    assert claims["preferred_username"] == "newcomer"


@pytest.mark.oidc("prompt-create#4.1")
def test_who_is_signed_in_sees_the_registration_too_and_stays(
    browser: FlaskClient, ledger: make.App, anna: make.Person
) -> None:
    answer = create(browser, ledger)
    address = answer.headers["Location"]
    assert urlsplit(address).path == "/register"
    onward = submit(browser, address, **NEW).headers["Location"]
    code = make.answer_of(make.decide(browser, browser.get(onward)))["code"]
    claims = make.claims_of(make.redeem(browser, ledger, code).json["id_token"])
    assert claims["sub"] != anna.id
    assert "Sign out anna" in browser.get("/login/accounts").text


def test_who_has_an_account_already_signs_in_instead(app: Flask, ledger: make.App, anna: make.Person) -> None:
    browser = app.test_client()
    answer = create(browser, ledger)
    sign_in = f"/login?{urlsplit(answer.headers['Location']).query}"
    onward = submit(browser, sign_in, username="anna", password=make.PASSWORD).headers["Location"]
    code = make.answer_of(make.decide(browser, browser.get(onward)))["code"]
    claims = make.claims_of(make.redeem(browser, ledger, code).json["id_token"])
    assert claims["sub"] == anna.id


@pytest.mark.any_database
@pytest.mark.parametrize(("hint", "field"), [("n@example.org", "email"), ("newcomer", "username")])
def test_a_login_hint_fills_the_form(app: Flask, ledger: make.App, hint: str, field: str) -> None:
    browser = app.test_client()
    answer = create(browser, ledger, login_hint=hint)
    page = browser.get(answer.headers["Location"]).text
    assert f'name="{field}"' in page
    assert f'value="{hint}"' in page


@pytest.mark.any_database
@pytest.mark.parametrize("mode", ["invite", "closed"])
def test_where_nobody_may_register_by_themselves_the_app_is_told(app_with, mode: str) -> None:  # type: ignore[no-untyped-def]
    app = app_with(REGISTRATION=mode)
    client = make.make_client(app)
    told = make.answer_of(create(app.test_client(), client))
    assert (told["error"], told["state"]) == ("invalid_request", "st-1234567")
    assert "create" in told["error_description"]
    document = app.test_client().get("/.well-known/openid-configuration").json
    assert "create" not in document["prompt_values_supported"]


@pytest.mark.any_database
def test_discovery_lists_it_where_anybody_may_register(app: Flask) -> None:
    document = app.test_client().get("/.well-known/openid-configuration").json
    assert "create" in document["prompt_values_supported"]


@pytest.mark.any_database
def test_it_cannot_be_silent(browser: FlaskClient, ledger: make.App) -> None:
    assert make.answer_of(create(browser, ledger, prompt="none create"))["error"] == "invalid_request"
