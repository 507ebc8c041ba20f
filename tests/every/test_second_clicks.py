"""A second click on a button sends the same form again: its answer is what the browser shows, and must be the same."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.account.email_links import Purpose, create_link
from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.account.visitor import PASSWORD
from tests.authentication.visitors import csrf_token
from tests.oauth.world import later

NEW = "seven quiet herons at dusk"
ACCOUNT = {"username": "anna", "email": "anna@example.org", "password": PASSWORD}


def app_fields(browser: FlaskClient, **changes: str) -> dict[str, object]:
    return {
        "csrf_token": csrf_token(browser, "/dashboard/apps/new"), "name": "Ledger", "redirect_uris": make.CALLBACK,
        "client_type": "confidential", "grant_types": ["authorization_code"], "scopes": ["openid"], **changes,
    }  # fmt: skip


def test_a_second_click_on_create_account_signs_in_to_the_one_account(app: Flask) -> None:
    browser, second = app.test_client(), app.test_client()
    fields = {**ACCOUNT, "csrf_token": csrf_token(browser, "/register")}
    second._cookies = dict(browser._cookies)  # type: ignore[arg-type]  # as when it was clicked
    assert browser.post("/register", data=fields).status_code == 303
    answer = second.post("/register", data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "anna@example.org" in second.get("/account").text


@pytest.mark.parametrize("changes", [{"password": f"{PASSWORD} x"}, {"email": "other@example.org"}])
def test_attack_a_taken_name_with_another_password_or_address_is_no_second_click(
    app: Flask, changes: dict[str, str]
) -> None:
    first, second = app.test_client(), app.test_client()
    assert (
        first.post("/register", data={**ACCOUNT, "csrf_token": csrf_token(first, "/register")}).status_code
        == 303
    )
    fields = {**ACCOUNT, **changes, "csrf_token": csrf_token(second, "/register")}
    assert second.post("/register", data=fields).status_code == 422
    assert "Location" in second.get("/account").headers


def test_after_a_minute_a_taken_name_is_taken(app: Flask) -> None:
    first, second = app.test_client(), app.test_client()
    first.post("/register", data={**ACCOUNT, "csrf_token": csrf_token(first, "/register")})
    with later(minutes=2):
        fields = {**ACCOUNT, "csrf_token": csrf_token(second, "/register")}
        assert second.post("/register", data=fields).status_code == 422


def test_a_second_click_on_a_new_password_leads_to_the_sign_in(app: Flask) -> None:
    person = make.make_user(app)
    with app.app_context():
        token = create_link(Purpose.RESET_PASSWORD, accounts.get_user(person.id), email=person.email)
        db.session.commit()
    browser, path = app.test_client(), f"/reset-password/{token}"
    fields = {"password": NEW, "csrf_token": csrf_token(browser, path)}
    second = app.test_client()
    second._cookies = dict(browser._cookies)  # type: ignore[arg-type]
    assert browser.post(path, data=fields).status_code == 303
    answer = second.post(path, data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert (
        second.post(
            path, data={**fields, "password": f"{NEW} x", "csrf_token": csrf_token(second)}
        ).status_code
        == 410
    )
    with later(minutes=2):
        assert second.post(path, data={**fields, "csrf_token": csrf_token(second)}).status_code == 410


def test_a_second_click_on_register_app_leads_to_the_one_app(app: Flask) -> None:
    person = make.make_user(app)
    browser = make.browser_of(app, person)
    fields = app_fields(browser)
    first = browser.post("/dashboard/apps/new", data=fields)
    again = browser.post("/dashboard/apps/new", data=fields)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(re.findall(r'href="/dashboard/apps/[0-9a-f]{32}"', browser.get("/dashboard/apps").text)) >= 1
    elsewhere = app_fields(browser, redirect_uris=f"{make.CALLBACK}/two")
    assert browser.post("/dashboard/apps/new", data=elsewhere).status_code == 422
    other = make.browser_of(app, make.make_user(app))
    assert other.post("/dashboard/apps/new", data=app_fields(other)).status_code == 422
    with later(minutes=2):
        assert browser.post("/dashboard/apps/new", data=fields).status_code == 422
