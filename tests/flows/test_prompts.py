"""How an app wants its request treated: prompt, max_age, and who is signed in."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.world import later


def submit(browser: FlaskClient, url: str, **fields: str) -> TestResponse:
    return browser.post(url, data={"csrf_token": make.csrf_token(browser.get(url)), **fields})


def sign_in(browser: FlaskClient, url: str, username: str = "anna") -> TestResponse:
    return submit(browser, url, username=username, password=make.PASSWORD)


@pytest.mark.module("oidcc-prompt-none-logged-in")
@pytest.mark.oidc("core#3.1.2.1")
def test_prompt_none_answers_silently_once_everything_is_decided(
    browser: FlaskClient, ledger: make.App
) -> None:
    make.authorize(ledger, browser)
    assert "code" in make.answer_of(make.ask(browser, ledger, prompt="none"))


@pytest.mark.oidc("core#3.1.2.6")
@pytest.mark.parametrize(
    ("changes", "error"),
    [({"max_age": "0"}, "login_required"), ({"scope": "openid phone"}, "consent_required")],
)
def test_prompt_none_says_what_would_have_to_be_asked(
    browser: FlaskClient, ledger: make.App, changes: dict[str, str], error: str
) -> None:
    make.authorize(ledger, browser, scope="openid")
    with later(seconds=5):
        answer = make.answer_of(make.ask(browser, ledger, prompt="none", **{"scope": "openid", **changes}))
    assert answer["error"] == error
    assert answer["state"] == "st-1234567"


@pytest.mark.module("oidcc-prompt-login", "oidcc-max-age-1")
@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "60"}, {"max_age": "0"}])
def test_a_fresh_sign_in_is_asked_for_once_and_told_in_auth_time(
    browser: FlaskClient, ledger: make.App, changes: dict[str, str]
) -> None:
    before = make.claims_of(make.tokens_for(ledger, browser)["id_token"])["auth_time"]
    with later(minutes=5):
        response = make.ask(browser, ledger, **changes)
        url = response.headers["Location"]
        assert urlsplit(url).path == "/reauthenticate"
        onward = submit(browser, url, password=make.PASSWORD)
        answer = make.answer_of(browser.get(onward.headers["Location"]))
        claims = make.claims_of(make.redeem(browser, ledger, answer["code"]).json["id_token"])
        assert claims["auth_time"] >= before + 299


def test_prompt_login_cannot_be_passed_by_opening_the_request_again(
    browser: FlaskClient, ledger: make.App
) -> None:
    make.authorize(ledger, browser)
    with later(minutes=5):
        for _try in range(3):
            assert (
                urlsplit(make.ask(browser, ledger, prompt="login").headers["Location"]).path
                == "/reauthenticate"
            )


@pytest.mark.module("oidcc-max-age-10000")
def test_a_recent_sign_in_satisfies_max_age(browser: FlaskClient, ledger: make.App) -> None:
    make.authorize(ledger, browser)
    assert "code" in make.answer_of(make.ask(browser, ledger, max_age="3600"))


def test_select_account_shows_who_is_signed_in_and_goes_on(browser: FlaskClient, ledger: make.App) -> None:
    make.authorize(ledger, browser)
    page = make.ask(browser, ledger, prompt="select_account")
    assert "anna" in page.text
    onward = _choose(browser, page, "continue")
    assert "code" in make.answer_of(browser.get(onward.headers["Location"]))


def test_select_account_lets_somebody_else_sign_in(
    app: Flask, browser: FlaskClient, ledger: make.App, anna: make.Person
) -> None:
    bert = make.make_user(app, "bert")
    page = make.ask(browser, ledger, prompt="select_account")
    to_sign_in = _choose(browser, page, "other").headers["Location"]
    onward = sign_in(browser, to_sign_in, "bert").headers["Location"]
    code = make.answer_of(make.decide(browser, browser.get(onward)))["code"]
    assert make.claims_of(make.redeem(browser, ledger, code).json["id_token"])["sub"] == bert.id != anna.id


def test_not_you_on_the_consent_page_leads_to_another_sign_in_and_keeps_the_request(
    browser: FlaskClient, ledger: make.App
) -> None:
    page = make.ask(browser, ledger)
    answer = _choose(browser, page, "other")
    assert urlsplit(answer.headers["Location"]).path == "/login"
    assert "/oauth/authorize" in make.query_of(answer.headers["Location"])["next"][0]
    assert "stays signed in." in browser.get(answer.headers["Location"]).text


def test_a_pending_request_survives_the_sign_in(app: Flask, anna: make.Person, ledger: make.App) -> None:
    visitor = app.test_client()
    response = make.ask(visitor, ledger)
    assert urlsplit(response.headers["Location"]).path == "/login"
    page = visitor.get(response.headers["Location"])
    assert "Ledger" in page.text
    onward = sign_in(visitor, response.headers["Location"]).headers["Location"]
    assert "code" in make.answer_of(make.decide(visitor, visitor.get(onward)))


def test_a_pending_request_survives_a_wrong_password(app: Flask, anna: make.Person, ledger: make.App) -> None:
    visitor = app.test_client()
    url = make.ask(visitor, ledger).headers["Location"]
    wrong = submit(visitor, url, username="anna", password="wrong")
    found = re.search(r'<form[^>]*action="([^"]*)"', wrong.text)
    assert wrong.status_code in (401, 422)
    assert found is None or "oauth" in found[1] or found[1] == ""
    assert "code" in make.answer_of(
        make.decide(visitor, visitor.get(sign_in(visitor, url).headers["Location"]))
    )


def test_a_pending_request_survives_the_registration(app: Flask, ledger: make.App) -> None:
    visitor = app.test_client()
    login = make.ask(visitor, ledger).headers["Location"]
    register = _link(visitor.get(login), "/register")
    assert "Ledger" in visitor.get(register).text
    fields = {"username": "carla", "email": "carla@example.org", "password": make.PASSWORD}
    onward = submit(visitor, register, **fields).headers["Location"]
    assert "code" in make.answer_of(make.decide(visitor, visitor.get(onward)))


def test_a_pending_request_survives_a_forgotten_password(
    app: Flask, anna: make.Person, ledger: make.App
) -> None:
    from tests.account.visitor import last_link

    visitor = app.test_client()
    forgot = _link(visitor.get(make.ask(visitor, ledger).headers["Location"]), "/forgot-password")
    submit(visitor, forgot, email=anna.email)
    new = "nine quiet lanterns by the harbour"
    login = submit(visitor, last_link(app, "reset_password"), password=new).headers["Location"]
    onward = submit(visitor, login, username="anna", password=new).headers["Location"]
    assert "code" in make.answer_of(make.decide(visitor, visitor.get(onward)))


def _choose(browser: FlaskClient, page: TestResponse, choice: str) -> TestResponse:
    url = make.action_of(page, "/oauth/account")
    return browser.post(url, data={"csrf_token": make.csrf_token(page), "choice": choice})


def _link(page: TestResponse, path: str) -> str:
    import html

    found = re.search(rf'href="({path}[^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])
