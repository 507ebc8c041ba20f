"""Apps that ask for a second factor where several accounts are signed in in one browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.authentication.kept_cookies import key_of
from app.authentication.methods import TWO_FACTORS
from tests import factories as make
from tests.authentication.phones import give_phone
from tests.flows.test_several_accounts import active, allow, choose, sign_in, switch
from tests.oauth.world import later
from tests.support.apps import MakeApp

BOTH = "pwd otp mfa"


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna")


@pytest.fixture
def bert(app: Flask) -> make.Person:
    return make.make_user(app, "bert")


@pytest.fixture
def both(app: Flask, anna: make.Person, bert: make.Person) -> FlaskClient:
    """A browser in which anna is signed in, and bert after her, who is active."""
    browser = app.test_client()
    sign_in(browser, "/login", "anna")
    sign_in(browser, "/login?another=1", "bert")
    return browser


@pytest.fixture
def bank(app: Flask) -> make.App:
    return make.make_client(app, name="Bank", second_factor_required=True)


def test_the_second_factor_is_that_of_the_account_of_the_request(
    app: Flask, both: FlaskClient, bank: make.App, anna: make.Person, bert: make.Person
) -> None:
    phone, other = give_phone(app, anna.id), give_phone(app, bert.id)
    asked = make.ask(both, bank, login_hint="anna").location
    assert asked.startswith(f"/login/verify?account={key_of(anna.id)}&next=")
    page = both.get(asked)
    assert "You are signed in as anna." in page.text
    assert "Continue to Bank" in page.text
    fields = {"csrf_token": make.csrf_token(page), "code": other.code()}
    assert both.post(asked, data=fields).status_code == 422
    back = both.post(asked, data={**fields, "code": phone.code()})
    code = make.answer_of(make.decide(both, both.get(back.location)))["code"]
    claims = make.claims_of(make.redeem(both, bank, code).json["id_token"])
    assert (claims["sub"], claims["acr"], claims["amr"]) == (anna.id, TWO_FACTORS, BOTH.split())
    assert active(both) == "bert"


def test_attack_two_factors_of_the_active_account_count_for_another(
    app: Flask, both: FlaskClient, bank: make.App, anna: make.Person, bert: make.Person
) -> None:
    give_phone(app, anna.id)
    make.prove_second_factor(app, bert)
    assert make.ask(both, bank, login_hint="anna").location.startswith("/login/verify?account=")
    assert "Signed in as bert" in make.ask(both, bank, login_hint="bert").text


def test_a_silent_request_is_told_of_the_factor_of_its_own_account(
    app: Flask, both: FlaskClient, ledger: make.App, anna: make.Person, bert: make.Person
) -> None:
    allow(both, ledger, anna)
    allow(both, ledger, bert)
    make.prove_second_factor(app, bert)
    silent = {"prompt": "none", "acr_values": TWO_FACTORS}
    told = make.answer_of(make.ask(both, ledger, login_hint="anna", **silent))
    assert told["error"] == "login_required"
    assert "second factor" in told["error_description"]
    assert "code" in make.answer_of(make.ask(both, ledger, login_hint="bert", **silent))


def test_how_new_the_factor_must_be_is_asked_of_the_account_of_the_request(
    app: Flask, both: FlaskClient, ledger: make.App, anna: make.Person, bert: make.Person
) -> None:
    give_phone(app, anna.id)
    make.prove_second_factor(app, anna)
    make.prove_second_factor(app, bert)
    wanted = {"login_hint": "anna", "acr_values": TWO_FACTORS, "prompt": "login"}
    asked = make.ask(both, ledger, **wanted).location
    assert asked.startswith(f"/reauthenticate?account={key_of(anna.id)}")
    page = both.get(asked)
    fields = {"csrf_token": make.csrf_token(page), "password": make.PASSWORD}
    back = both.post(make.action_of(page, "/reauthenticate"), data=fields).location
    assert both.get(back).location.startswith(f"/login/verify?account={key_of(anna.id)}")


def test_who_has_none_switches_sets_one_up_and_goes_on(
    app: Flask, both: FlaskClient, bank: make.App, anna: make.Person
) -> None:
    asked = make.ask(both, bank, login_hint="anna").location
    accounts = both.get(asked).location
    assert accounts.startswith("/login/accounts?next=/oauth/authorize?")
    page = both.get(accounts)
    assert "anna has no second factor yet." in page.text
    fields = {"csrf_token": make.csrf_token(page), "account": anna.id}
    again = both.post(accounts, data=fields).location
    asked_again = both.get(again).location
    assert both.get(asked_again).location.startswith("/account/security/totp?next=")
    assert active(both) == "anna"


def test_who_joins_for_a_request_proves_two_factors_and_goes_on_with_it(
    app: Flask, both: FlaskClient, bank: make.App
) -> None:
    carla = make.make_user(app, "carla")
    phone = give_phone(app, carla.id)
    page = make.ask(both, bank)
    joining = choose(both, page, choice="other").location
    step = sign_in(both, joining, "carla").location
    assert step.startswith("/login/verify?another=1&next=/oauth/authorize?")
    fields = {"csrf_token": make.csrf_token(both.get(step)), "code": phone.code()}
    back = both.post(step, data=fields).location
    consent = both.get(back)
    assert "Signed in as carla" in consent.text
    code = make.answer_of(make.decide(both, consent))["code"]
    assert make.claims_of(make.redeem(both, bank, code).json["id_token"])["acr"] == TWO_FACTORS


def test_each_account_renews_its_own_token(
    app: Flask, both: FlaskClient, anna: make.Person, bert: make.Person
) -> None:
    phone = give_phone(app, anna.id)
    asked = f"/login/verify?account={key_of(anna.id)}"
    fields = {"csrf_token": make.csrf_token(both.get(asked)), "code": phone.code()}
    assert both.post(asked, data=fields).status_code == 303
    with later(seconds=120):  # a token that was replaced counts no more
        assert active(both) == "bert"
        switch(both, anna)
        assert active(both) == "anna"
        switch(both, bert)
        assert active(both) == "bert"


def test_the_guard_of_the_administration_is_about_the_active_account(app_with: MakeApp) -> None:
    app = app_with(ADMIN_SECOND_FACTOR="required")
    proven, asked = (make.make_user(app, name, is_admin=True) for name in ("proven", "asked"))
    browser = app.test_client()
    sign_in(browser, "/login", "proven")
    sign_in(browser, "/login?another=1", "asked")
    make.prove_second_factor(app, proven)
    give_phone(app, asked.id)
    assert browser.get("/admin").location == "/login/verify?next=/admin"
    switch(browser, proven)
    assert browser.get("/admin").status_code == 200
