"""An app that says by ``claims`` whom it expects, and how they must have signed in."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.authentication.methods import ONE_FACTOR, PHISHING_RESISTANT, TWO_FACTORS
from tests import factories as make
from tests.flows.test_id_token_hints import choose_another
from tests.flows.test_prompts import sign_in
from tests.oauth.world import later

UNMET = "unmet_authentication_requirements"


def ask(
    browser: FlaskClient, ledger: make.App, member: str, claim: str, rule: Any, **more: str
) -> TestResponse:
    return make.ask(browser, ledger, claims=json.dumps({member: {claim: rule}}), **more)


@pytest.fixture
def bert(app: Flask) -> FlaskClient:
    return make.browser_of(app, make.make_user(app, "bert"))


@pytest.mark.oidc("core#5.5.1")
@pytest.mark.parametrize("member", ["id_token", "userinfo"])
def test_the_person_named_by_sub_goes_on_as_ever(
    browser: FlaskClient, ledger: make.App, anna: make.Person, member: str
) -> None:
    make.authorize(ledger, browser)
    for rule in (
        {"value": anna.id},
        {"values": ["0" * 32, anna.id], "essential": True},
        None,
        {"essential": True},
    ):
        assert "code" in make.answer_of(ask(browser, ledger, member, "sub", rule, prompt="none"))


@pytest.mark.oidc("core#3.1.2.2")
@pytest.mark.parametrize("member", ["id_token", "userinfo"])
def test_a_silent_request_for_another_sub_is_told_login_required(
    bert: FlaskClient, ledger: make.App, anna: make.Person, member: str
) -> None:
    make.authorize(ledger, bert)
    answer = make.answer_of(ask(bert, ledger, member, "sub", {"value": anna.id}, prompt="none"))
    assert (answer["error"], answer["state"]) == ("login_required", "st-1234567")


def test_somebody_else_is_asked_to_switch_to_the_person_named_by_sub(
    app: Flask, browser: FlaskClient, bert: FlaskClient, ledger: make.App, anna: make.Person
) -> None:
    make.authorize(ledger, browser)
    page = ask(bert, ledger, "id_token", "sub", {"value": anna.id})
    assert "Ledger expects another account" in page.text
    onward = sign_in(bert, choose_another(bert, page), "anna").headers["Location"]
    code = make.answer_of(bert.get(onward))["code"]
    assert make.claims_of(make.redeem(bert, ledger, code).json["id_token"])["sub"] == anna.id


def test_of_several_accounts_in_the_browser_the_one_named_by_sub_is_used(
    app: Flask, browser: FlaskClient, ledger: make.App, anna: make.Person
) -> None:
    make.authorize(ledger, browser)
    bert = make.make_user(app, "bert")
    page = make.ask(browser, ledger, prompt="select_account")
    sign_in(browser, choose_another(browser, page), "bert")
    code = make.answer_of(ask(browser, ledger, "id_token", "sub", {"value": anna.id}))["code"]
    assert make.claims_of(make.redeem(browser, ledger, code).json["id_token"])["sub"] == anna.id != bert.id


def test_two_members_that_name_different_people_name_nobody(
    browser: FlaskClient, ledger: make.App, anna: make.Person
) -> None:
    make.authorize(ledger, browser)
    names = {"id_token": {"sub": {"value": anna.id}}, "userinfo": {"sub": {"value": "0" * 32}}}
    answer = make.answer_of(make.ask(browser, ledger, prompt="none", claims=json.dumps(names)))
    assert answer["error"] == "login_required"


def test_attack_an_app_tries_subs_until_one_is_the_visitors(
    app: Flask, browser: FlaskClient, anna: make.Person
) -> None:
    curious = make.make_client(app)
    asked = [
        ask(browser, curious, "id_token", "sub", {"value": each}, prompt="none")
        for each in (anna.id, "0" * 32)
    ]
    assert {make.answer_of(answer)["error"] for answer in asked} == {"consent_required"}


@pytest.mark.parametrize(
    "wish",
    [
        {"claims": json.dumps({"id_token": {"acr": {"essential": True, "values": [each]}}})}
        for each in (TWO_FACTORS, PHISHING_RESISTANT)
    ]
    + [{"acr_values": TWO_FACTORS}, {"max_age": "60"}],
    ids=str,
)
def test_attack_an_app_that_nobody_let_in_probes_how_the_visitor_signed_in(
    app: Flask, browser: FlaskClient, anna: make.Person, wish: dict[str, str]
) -> None:
    """Any page can open such a request in a frame: what it is told must not depend on when and how."""
    curious, told = make.make_client(app), set()
    strong = make.browser_of(app, make.make_user(app, "carla"), "pwd otp mfa")
    for visitor in (browser, strong):
        told.add(make.answer_of(make.ask(visitor, curious, prompt="none", **wish))["error"])
        with later(minutes=5):
            told.add(make.answer_of(make.ask(visitor, curious, prompt="none", **wish))["error"])
    assert told == {"consent_required"}


# How they must have signed in.


def acr_of(browser: FlaskClient, ledger: make.App, code: str) -> str:
    return str(make.claims_of(make.redeem(browser, ledger, code).json["id_token"])["acr"])


@pytest.mark.oidc("core#5.5.1.1")
def test_an_essential_acr_that_nothing_here_reaches_is_unmet(browser: FlaskClient, ledger: make.App) -> None:
    answer = make.answer_of(
        ask(browser, ledger, "id_token", "acr", {"essential": True, "values": ["gold", "\ud800\0"]})
    )
    assert (answer["error"], answer["state"]) == (UNMET, "st-1234567")


@pytest.mark.oidc("core#5.5.1.1")
def test_a_voluntary_acr_that_nothing_here_reaches_changes_nothing(
    browser: FlaskClient, ledger: make.App
) -> None:
    make.authorize(ledger, browser)
    for rule in ({"values": ["gold"]}, None, {"essential": True}):
        assert (
            acr_of(browser, ledger, make.answer_of(ask(browser, ledger, "id_token", "acr", rule))["code"])
            == "1"
        )


@pytest.mark.oidc("core#5.5.1.1")
@pytest.mark.parametrize("essential", [True, False])
def test_an_acr_of_two_factors_leads_to_the_second_one(
    app: Flask, browser: FlaskClient, ledger: make.App, anna: make.Person, essential: bool
) -> None:
    make.authorize(ledger, browser)
    make.give_second_factor(app, anna)
    rule = {"value": TWO_FACTORS, "essential": essential}
    asked = ask(browser, ledger, "id_token", "acr", rule)
    assert urlsplit(asked.headers["Location"]).path == "/login/verify"
    make.prove_second_factor(app, anna)
    code = make.answer_of(ask(browser, ledger, "id_token", "acr", rule))["code"]
    assert acr_of(browser, ledger, code) == TWO_FACTORS


def test_a_silent_request_that_needs_a_second_factor_is_told_login_required(
    browser: FlaskClient, ledger: make.App
) -> None:
    make.authorize(ledger, browser)
    rule = {"value": TWO_FACTORS, "essential": True}
    answer = make.answer_of(ask(browser, ledger, "id_token", "acr", rule, prompt="none"))
    assert answer["error"] == "login_required"


@pytest.mark.parametrize("prompt", ["none", None])
def test_who_has_no_passkey_cannot_meet_an_acr_that_needs_one(
    app: Flask, browser: FlaskClient, ledger: make.App, anna: make.Person, prompt: str | None
) -> None:
    make.authorize(ledger, browser)
    make.give_second_factor(app, anna)
    make.prove_second_factor(app, anna)
    rule = {"value": PHISHING_RESISTANT, "essential": True}
    more = {"prompt": prompt} if prompt else {}
    assert make.answer_of(ask(browser, ledger, "id_token", "acr", rule, **more))["error"] == UNMET


def test_who_has_a_passkey_is_asked_for_it_once_and_refused_after_a_code(
    app: Flask, browser: FlaskClient, ledger: make.App, anna: make.Person
) -> None:
    make.authorize(ledger, browser)
    make.give_second_factor(app, anna)
    make.give_passkey(app, anna)
    make.prove_second_factor(app, anna)
    rule = {"value": PHISHING_RESISTANT, "essential": True}
    for _opened in range(2):
        asked = ask(browser, ledger, "id_token", "acr", rule)
        assert urlsplit(asked.headers["Location"]).path == "/login/verify"
    make.prove_second_factor(app, anna)
    assert make.answer_of(ask(browser, ledger, "id_token", "acr", rule))["error"] == UNMET
    again = ask(browser, ledger, "id_token", "acr", rule)
    assert urlsplit(again.headers["Location"]).path == "/login/verify"


@pytest.mark.oidc("core#5.5.1.1")
def test_the_id_token_says_the_value_that_the_app_insists_on_and_a_refreshed_one_too(
    app: Flask, anna: make.Person, ledger: make.App
) -> None:
    strong = make.browser_of(app, anna, "pwd otp mfa")
    make.authorize(ledger, strong)
    rule = {"values": [ONE_FACTOR, "gold"], "essential": True}
    code = make.answer_of(ask(strong, ledger, "id_token", "acr", rule))["code"]
    tokens = make.redeem(strong, ledger, code).json
    renewed = make.refresh(strong, ledger, tokens["refresh_token"]).json
    for each in (tokens, renewed):
        assert make.claims_of(each["id_token"])["acr"] == ONE_FACTOR
        assert make.claims_of(each["access_token"])["acr"] == TWO_FACTORS


@pytest.mark.oidc("core#5.5.1")
def test_an_essential_auth_time_is_in_the_id_token(browser: FlaskClient, ledger: make.App) -> None:
    make.authorize(ledger, browser)
    code = make.answer_of(ask(browser, ledger, "id_token", "auth_time", {"essential": True}))["code"]
    assert isinstance(make.claims_of(make.redeem(browser, ledger, code).json["id_token"])["auth_time"], int)
