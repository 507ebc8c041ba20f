"""The whole way of somebody whom an app, or the administration, asks for a second factor: proved or set up, and then on."""

from flask import Flask
from flask.testing import FlaskClient

from app.authentication.methods import TWO_FACTORS
from app.clock import now
from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.authentication import phones
from tests.support.apps import MakeApp


def set_up(browser: FlaskClient, asked: str) -> str:
    """Set an app up where this address leads, look at the recovery codes, and return where one goes on from there."""
    set_up_at = browser.get(asked).headers["Location"]
    shown = browser.get(set_up_at)
    fields = {"csrf_token": make.csrf_token(shown), "code": phones.phone_for(shown).code()}
    codes_at = browser.post(set_up_at, data=fields).headers["Location"]
    assert phones.codes_on(browser.get(codes_at))
    return make.query_of(codes_at)["next"][0]


def test_who_has_no_factor_sets_one_up_and_goes_on_to_the_app(
    app: Flask, anna: make.Person, browser: FlaskClient
) -> None:
    bank = make.make_client(app, name="Bank", second_factor_required=True)
    onward = set_up(browser, make.ask(browser, bank).headers["Location"])
    code = make.answer_of(make.decide(browser, browser.get(onward)))["code"]
    assert make.claims_of(make.redeem(browser, bank, code).json["id_token"])["acr"] == TWO_FACTORS


def test_who_has_one_enters_a_code_and_goes_on_to_the_app(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App
) -> None:
    phone = phones.give_phone(app, anna.id)
    asked = make.ask(browser, ledger, acr_values=TWO_FACTORS, max_age="60").headers["Location"]
    page = browser.get(asked)
    assert "Continue to Ledger" in page.text
    wrong = browser.post(asked, data={"csrf_token": make.csrf_token(page), "code": phone.wrong_code()})
    assert wrong.status_code == 422
    onward = browser.post(asked, data={"csrf_token": make.csrf_token(page), "code": phone.code()})
    code = make.answer_of(make.decide(browser, browser.get(onward.headers["Location"])))["code"]
    claims = make.claims_of(make.redeem(browser, ledger, code).json["id_token"])
    assert (claims["acr"], claims["amr"]) == (TWO_FACTORS, ["pwd", "otp", "mfa"])


def test_an_administrator_sets_one_up_and_comes_back_to_the_page(app_with: MakeApp) -> None:
    app = app_with(ADMIN_SECOND_FACTOR="required")
    person = make.make_user(app, "chief", is_admin=True)
    browser = make.browser_of(app, person)
    with app.app_context():
        accounts.get_user(person.id).second_factor_asked_at = now().replace(year=2020, day=1)
        db.session.commit()
    assert browser.get("/admin/users?q=a").status_code == 403
    assert set_up(browser, "/login/verify?next=/admin/users?q%3Da") == "/admin/users?q=a"
    assert browser.get("/admin/users?q=a").status_code == 200
    assert "the pages of administrators close to you" in browser.get("/account/security/totp").text
