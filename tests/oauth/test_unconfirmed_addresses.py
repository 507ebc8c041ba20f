"""An address that nobody confirmed is told to no app: it may be anybody's."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.clients.details import details_of
from app.clients.models import Client
from app.clients.registration import edit_client
from app.clock import now
from app.database.rows import db
from app.extensions import background
from app.users import accounts
from tests import factories as make
from tests.account.visitor import mails
from tests.admin import acts, pages

HELD_BACK = "Ledger is not told this address until you confirm it."


@pytest.fixture
def owner(app: Flask) -> make.Person:
    return make.make_user(app)


@pytest.fixture
def client(app: Flask, owner: make.Person) -> make.App:
    return make.make_client(app, owner=owner, name="Ledger")


@pytest.fixture
def squatter(app: Flask) -> make.Person:
    return make.make_user(app, "squatter", email="ceo@corp.example", email_verified=False)


@pytest.fixture
def browser(app: Flask, squatter: make.Person) -> FlaskClient:
    return make.browser_of(app, squatter)


def confirm(app: Flask, person: make.Person) -> None:
    with app.app_context():
        accounts.get_user(person.id).email_verified_at = now()
        db.session.commit()


def told(app: Flask, tokens: dict[str, Any], path: str = "/oauth/userinfo") -> dict[str, Any]:
    answer = app.test_client().get(path, headers=make.with_token(tokens["access_token"]))
    assert answer.status_code == 200
    return dict(answer.json or {})


def switch(app: Flask, client: make.App, browser: FlaskClient, **powers: str) -> None:
    """What an administrator gives this app."""
    path = f"/admin/apps/{client.id}/powers"
    assert acts.act(browser, path, pkce_required="", **powers).status_code == 303


@pytest.mark.parametrize("path", ["/oauth/userinfo", "/oauth/me"])
def test_a_squatted_address_reaches_no_app(
    app: Flask, client: make.App, squatter: make.Person, browser: FlaskClient, path: str
) -> None:
    tokens = make.tokens_for(client, browser)
    claims = told(app, tokens, path)
    assert not {"email", "email_verified"} & claims.keys()
    assert "ceo@corp.example" not in str(make.claims_of(tokens["id_token"]))
    assert "ceo@corp.example" not in str(make.introspect(browser, client, tokens["access_token"]))
    confirm(app, squatter)
    claims = told(app, tokens, path)
    assert (claims["email"], claims["email_verified"]) == ("ceo@corp.example", True)


def test_the_other_claims_are_told_all_the_same(app: Flask, client: make.App, browser: FlaskClient) -> None:
    claims = told(app, make.tokens_for(client, browser))
    assert claims["preferred_username"] == "squatter"


def test_the_consent_page_says_so_and_sends_the_mail_again_with_everything_kept(
    app: Flask, client: make.App, browser: FlaskClient
) -> None:
    page = make.ask(browser, client)
    assert HELD_BACK in page.text
    fields = {"csrf_token": make.csrf_token(page), "confirmation": "send", "scope": ["openid", "email"]}
    again = browser.post(make.action_of(page), data=fields)
    assert again.status_code == 200
    assert "The email is on its way." in again.text
    assert [mail["To"] for mail in mails(app, "verify_email")] == ["ceo@corp.example"]
    assert 'value="email" checked' in again.text
    assert 'value="profile">' in again.text
    assert "code" in make.answer_of(make.decide(browser, again))


def test_the_button_of_the_consent_page_fills_no_mailbox(
    app: Flask, client: make.App, browser: FlaskClient
) -> None:
    for _time in range(7):
        page = make.ask(browser, client)
        fields = {"csrf_token": make.csrf_token(page), "confirmation": "send"}
        again = browser.post(make.action_of(page), data=fields)
    assert "an email is just on its way" in again.text
    assert len(mails(app, "verify_email")) == 1


def test_who_has_confirmed_reads_nothing_of_it(app: Flask, client: make.App, owner: make.Person) -> None:
    assert HELD_BACK not in make.ask(make.browser_of(app, owner), client).text


def test_the_log_remarks_it_and_calls_nothing_refused(
    app: Flask, client: make.App, owner: make.Person, browser: FlaskClient
) -> None:
    told(app, make.tokens_for(client, browser))
    background.init_app(app)
    background.run_once()
    log, reader = f"/dashboard/apps/{client.id}/log", make.browser_of(app, owner)
    assert 'data-cause="email_unconfirmed"' in reader.get(log).text
    assert 'data-cause="email_unconfirmed"' not in reader.get(f"{log}?outcome=refused").text


def test_an_administrator_lets_a_verified_app_learn_unconfirmed_addresses(
    app: Flask, client: make.App, browser: FlaskClient, db_session: Session
) -> None:
    _person, chief = pages.administrator(app)
    tokens = make.tokens_for(client, browser)
    acts.act(chief, f"/admin/apps/{client.id}/trust")
    switch(app, client, chief, unconfirmed_emails="y")
    claims = told(app, tokens)
    assert (claims["email"], claims["email_verified"]) == ("ceo@corp.example", False)
    assert HELD_BACK not in make.ask(browser, client, prompt="consent").text
    assert "also unconfirmed ones" in chief.get(f"/admin/apps/{client.id}").text
    switch(app, client, chief)
    assert "email" not in told(app, tokens)


def test_an_app_that_nobody_vouched_for_cannot_have_the_switch(
    app: Flask, client: make.App, browser: FlaskClient, db_session: Session
) -> None:
    _person, chief = pages.administrator(app)
    assert "Give unconfirmed addresses" not in chief.get(f"/admin/apps/{client.id}/powers").text
    switch(app, client, chief, unconfirmed_emails="y")
    assert "email" not in told(app, make.tokens_for(client, browser))


def test_the_switch_ends_with_the_word_of_the_administrators(
    app: Flask, client: make.App, browser: FlaskClient
) -> None:
    _person, chief = pages.administrator(app)
    tokens = make.tokens_for(client, browser)
    acts.act(chief, f"/admin/apps/{client.id}/trust")
    switch(app, client, chief, unconfirmed_emails="y")
    with app.app_context():
        row = db.session.get_one(Client, client.id)
        edit_client(row, replace(details_of(row), homepage_url="https://elsewhere.example"), actor_id=None)
        db.session.commit()
    assert "email" not in told(app, tokens)
    acts.act(chief, f"/admin/apps/{client.id}/trust")
    assert "email" not in told(app, tokens)


def test_an_app_of_the_portal_itself_may_have_the_switch(app: Flask, browser: FlaskClient) -> None:
    _person, chief = pages.administrator(app)
    client = make.make_client(app)
    assert "email" not in told(app, make.tokens_for(client, browser))
    switch(app, client, chief, unconfirmed_emails="y")
    assert told(app, make.tokens_for(client, browser))["email_verified"] is False


def test_a_token_of_the_password_api_tells_no_unconfirmed_address(app: Flask, squatter: make.Person) -> None:
    answer = app.test_client().post(
        "/api/auth", json={"username": squatter.username, "password": make.PASSWORD}
    )
    assert "email" not in told(app, {"access_token": (answer.json or {})["accessToken"]})
