"""A person comes from an app, decides, and goes back with a code."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make

WHOLE = "openid profile email phone offline_access"


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna", locale="en")


def test_the_whole_walk_ends_with_tokens_that_work(
    browser: FlaskClient, ledger: make.App, anna: make.Person
) -> None:
    tokens = make.tokens_for(ledger, browser)
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"}
    person = browser.get("/oauth/userinfo", headers=make.with_token(tokens["access_token"])).json
    assert person["sub"] == anna.id
    assert person["email"] == anna.email


@pytest.mark.asvs("10.7.1")
def test_asking_alone_gives_nothing_away(browser: FlaskClient, ledger: make.App) -> None:
    page = make.ask(browser, ledger)
    assert page.status_code == 200
    assert "Location" not in page.headers


def test_a_remembered_decision_is_not_asked_for_again(browser: FlaskClient, ledger: make.App) -> None:
    make.authorize(ledger, browser)
    assert "code" in make.answer_of(make.ask(browser, ledger))


def test_only_what_is_new_is_asked_for_again(browser: FlaskClient, ledger: make.App) -> None:
    make.authorize(ledger, browser, scope="openid email")
    page = make.ask(browser, ledger, scope="openid email phone")
    assert make.offered(page) == ["phone"]
    assert "code" in make.answer_of(make.decide(browser, page))


def test_an_unticked_permission_is_not_granted_and_not_asked_for_again(
    browser: FlaskClient, ledger: make.App
) -> None:
    page = make.ask(browser, ledger)
    answer = make.answer_of(make.decide(browser, page, ticked=["email"]))
    tokens = make.redeem(browser, ledger, answer["code"]).json
    assert tokens["scope"] == "openid email"
    again = make.answer_of(make.ask(browser, ledger))
    assert make.redeem(browser, ledger, again["code"]).json["scope"] == "openid email"


@pytest.mark.asvs("10.7.3")
def test_prompt_consent_asks_again_and_may_bring_back_what_was_unticked(
    browser: FlaskClient, ledger: make.App
) -> None:
    make.decide(browser, make.ask(browser, ledger), ticked=["email"])
    page = make.ask(browser, ledger, prompt="consent")
    assert make.offered(page) == ["openid", "profile", "email"]
    answer = make.answer_of(make.decide(browser, page, ticked=["email", "profile"]))
    assert make.redeem(browser, ledger, answer["code"]).json["scope"] == "openid profile email"


def test_without_openid_nothing_ticked_is_asked_again_instead_of_granting_nothing(
    browser: FlaskClient, ledger: make.App
) -> None:
    page = make.ask(browser, ledger, scope="email profile")
    again = make.decide(browser, page, ticked=[])
    assert again.status_code == 422
    assert "Location" not in again.headers


def test_what_was_unticked_stays_unticked_when_the_question_is_put_again(
    browser: FlaskClient, ledger: make.App
) -> None:
    page = make.ask(browser, ledger, scope="profile email")
    again = make.decide(browser, page, ticked=[])
    assert again.status_code == 422
    assert make.offered(again) == ["profile", "email"]
    assert " checked" not in again.text
    assert make.answer_of(make.decide(browser, again, ticked=["email"]))["code"]


@pytest.mark.parametrize("scope", [None, "default", ""])
def test_leaving_the_scope_out_means_all_registered_ones(
    app: Flask, browser: FlaskClient, scope: str | None
) -> None:
    ledger = make.make_client(app, scopes=("openid", "email"))
    assert make.tokens_for(ledger, browser, scope=scope)["scope"] == "openid email"


def test_denying_sends_access_denied_and_asks_the_next_time(browser: FlaskClient, ledger: make.App) -> None:
    answer = make.answer_of(make.decide(browser, make.ask(browser, ledger), "deny"))
    assert (answer["error"], answer["state"], answer["iss"]) == (
        "access_denied",
        "st-1234567",
        "http://127.0.0.1:8000",
    )
    assert "code" not in answer
    assert make.ask(browser, ledger).status_code == 200


@pytest.mark.module("oidcc-ensure-post-request-succeeds")
def test_a_post_to_the_authorization_endpoint_means_the_same_without_csrf_token(
    browser: FlaskClient, ledger: make.App
) -> None:
    page = browser.post("/oauth/authorize", data=make.request_of(ledger))
    assert "code" in make.answer_of(make.decide(browser, page))
    assert "code" in make.answer_of(browser.post("/oauth/authorize", data=make.request_of(ledger)))


@pytest.mark.module("oidcc-formpost-basic-certification-test-plan")
def test_form_post_delivers_the_code_in_a_form(browser: FlaskClient, ledger: make.App) -> None:
    page = make.decide(browser, make.ask(browser, ledger, response_mode="form_post"))
    assert page.status_code == 200
    assert f'action="{ledger.callback}"' in page.text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    assert fields["state"] == "st-1234567"
    assert fields["iss"] == "http://127.0.0.1:8000"
    assert "form-action 'self' https://app.example.org" in page.headers["Content-Security-Policy"]
    assert make.redeem(browser, ledger, fields["code"]).status_code == 200


def test_the_consent_page_lets_the_browser_go_on_to_the_app_only(
    browser: FlaskClient, ledger: make.App
) -> None:
    policy = make.ask(browser, ledger).headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://app.example.org")


@pytest.mark.rfc9700("4.7")
def test_the_consent_form_is_worth_nothing_without_its_csrf_token(
    browser: FlaskClient, ledger: make.App
) -> None:
    page = make.ask(browser, ledger)
    refused = browser.post(make.action_of(page), data={"decision": "allow", "scope": ["email"]})
    assert refused.status_code == 400
    assert make.ask(browser, ledger).status_code == 200  # nothing was decided


def test_scopes_smuggled_into_the_consent_form_are_not_granted(
    browser: FlaskClient, ledger: make.App
) -> None:
    page = make.ask(browser, ledger, scope="openid email")
    answer = make.answer_of(make.decide(browser, page, ticked=["email", "phone", "users.read"]))
    assert make.redeem(browser, ledger, answer["code"]).json["scope"] == "openid email"


def test_a_consent_form_whose_query_was_changed_is_read_anew(browser: FlaskClient, ledger: make.App) -> None:
    page = make.ask(browser, ledger)
    changed = make.action_of(page).replace("app.example.org", "evil.example.org")
    response = browser.post(changed, data={"csrf_token": make.csrf_token(page), "decision": "allow"})
    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.module("oidcc-ui-locales")
@pytest.mark.parametrize("locale", ["en", "de"])
def test_ui_locales_choose_the_language_of_the_question(app: Flask, ledger: make.App, locale: str) -> None:
    visitor = make.browser_of(app, make.make_user(app))
    page = make.ask(visitor, ledger, ui_locales=f"fr {locale}")
    assert f'<html lang="{locale}"' in page.text


def test_two_tabs_of_one_browser_do_not_disturb_each_other(app: Flask, browser: FlaskClient) -> None:
    first, second = make.make_client(app), make.make_client(app)
    pages = [make.ask(browser, client) for client in (first, second)]
    for client, page in zip((first, second), pages, strict=True):
        code = make.answer_of(make.decide(browser, page))["code"]
        assert make.redeem(browser, client, code).status_code == 200


def test_any_port_of_loopback_is_the_registered_one(app: Flask, browser: FlaskClient) -> None:
    native = make.make_client(app, client_type="public", redirect_uris=["http://127.0.0.1/cb"])
    proof = make.make_proof()
    code = make.authorize(native, browser, proof, redirect_uri="http://127.0.0.1:51004/cb")
    answer = make.redeem(browser, native, code, proof, redirect_uri="http://127.0.0.1:51004/cb")
    assert answer.status_code == 200
