"""Requests that are made to get more than was allowed, or to bring an endpoint down."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.clients.models import Client
from app.crypto import base64url
from app.database.rows import db
from tests import factories as make

DEEP = base64.urlsafe_b64encode(b"[" * 4500).rstrip(b"=").decode()
FLAT = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "x"}).encode()).rstrip(b"=").decode()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return make.browser_of(app, make.make_user(app, "anna", locale="en"))


@pytest.fixture
def ledger(app: Flask) -> make.App:
    return make.make_client(app, name="Ledger")


def test_an_app_that_asks_again_does_not_keep_what_the_person_unticks(
    browser: FlaskClient, ledger: make.App
) -> None:
    make.authorize(ledger, browser)
    page = make.ask(browser, ledger, prompt="consent")
    answer = make.answer_of(make.decide(browser, page, ticked=["profile"]))
    assert make.redeem(browser, ledger, answer["code"]).json["scope"] == "openid profile"
    again = make.answer_of(make.ask(browser, ledger))
    assert make.redeem(browser, ledger, again["code"]).json["scope"] == "openid profile"


def test_a_permission_that_was_taken_from_an_app_is_not_renewed_for_it(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    token = make.tokens_for(ledger, browser)["refresh_token"]
    with app.app_context():
        db.session.get_one(Client, ledger.id).scopes = "openid profile"
        db.session.commit()
    answer = make.refresh(browser, ledger, token).json or {}
    assert answer["scope"] == "openid profile"
    again = make.refresh(browser, ledger, answer["refresh_token"], scope="openid email").json
    assert again["scope"] == "openid"
    assert (
        make.refresh(browser, ledger, again["refresh_token"], scope="email").json["error"] == "invalid_grant"
    )


@pytest.mark.any_database
@pytest.mark.parametrize("token", [f"{FLAT}.{DEEP}.eA", f"{DEEP}.{FLAT}.eA"], ids=["claims", "header"])
def test_a_bottomless_token_is_a_bad_token_and_no_trouble_of_ours(
    client: FlaskClient, ledger: make.App, token: str
) -> None:
    assert client.get("/oauth/userinfo", headers=make.with_token(token)).status_code == 401
    assert make.introspect(client, ledger, token) == {"active": False}
    assert client.post("/oauth/revoke", data={"token": token}, auth=ledger.auth).status_code == 200
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    fields = {"grant_type": "client_credentials", "client_assertion": token, "client_assertion_type": kind}
    assert client.post("/oauth/token", data=fields).status_code == 401


def test_an_app_that_registered_itself_learns_nothing_about_tokens_of_others(
    app: Flask, browser: FlaskClient, ledger: make.App, db_session: Session
) -> None:
    token = make.tokens_for(ledger, browser)["access_token"]
    stranger = make.make_client(app)
    db_session.execute(update(Client).where(Client.id == stranger.id).values(registered_dynamically=True))
    db_session.commit()
    assert make.introspect(browser, stranger, token) == {"active": False}
    own = make.tokens_for(stranger, browser)["access_token"]
    assert make.introspect(browser, stranger, own)["active"] is True


def test_a_token_given_back_by_many_at_once_is_no_trouble(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    token = make.tokens_for(ledger, browser)["access_token"]
    start = threading.Barrier(6)

    def give_back(_number: int) -> int:
        program = app.test_client()
        start.wait()
        return program.post("/oauth/revoke", data={"token": token}, auth=ledger.auth).status_code

    with ThreadPoolExecutor(6) as programs:
        assert list(programs.map(give_back, range(6))) == [200] * 6
    assert make.introspect(browser, ledger, token) == {"active": False}


def test_a_waiting_request_with_endless_parameters_breaks_no_page(
    client: FlaskClient, ledger: make.App
) -> None:
    endless = f"/oauth/authorize?client_id={ledger.id}" + "&x=1" * 80
    assert client.get("/login", query_string={"next": endless}).status_code == 200
    assert client.post("/oauth/token", query_string={"next": endless}).status_code == 400


def test_who_signs_in_as_somebody_else_is_not_asked_twice(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    ben = make.make_user(app, "ben")
    page = make.ask(browser, ledger, prompt="select_account")
    action = make.action_of(page, "/oauth/account")
    back = browser.post(action, data={"csrf_token": make.csrf_token(page), "choice": "other"})
    sign_in = browser.get(back.headers["Location"])
    fields = {"csrf_token": make.csrf_token(sign_in), "username": ben.username, "password": make.PASSWORD}
    onward = browser.post(back.headers["Location"], data=fields)
    page = browser.get(onward.headers["Location"])
    assert make.offered(page) == ["openid", "profile", "email"]


@pytest.mark.parametrize("decision", ["continue", "other", ""])
def test_another_site_cannot_choose_the_account(
    browser: FlaskClient, ledger: make.App, decision: str
) -> None:
    query = make.request_of(ledger, prompt="select_account")
    answer = browser.post("/oauth/account", query_string=query, data={"choice": decision})
    assert answer.status_code == 400
    assert browser.get("/account").status_code == 200


@pytest.mark.any_database
@pytest.mark.parametrize("header", ['["alg"]', '"alg"', "7", "null", "[]"])
def test_a_token_whose_header_is_no_object_is_a_bad_token(
    client: FlaskClient, ledger: make.App, header: str
) -> None:
    token = f"{base64url(header.encode())}.{base64url(b'{}')}.c2ln"
    assert client.get("/oauth/userinfo", headers=make.with_token(token)).status_code == 401
    assert client.get("/api/greet", headers=make.with_token(token)).status_code == 401
    assert make.introspect(client, ledger, token) == {"active": False}
    answer = make.answer_of(make.ask(client, ledger, id_token_hint=token))
    assert answer["error"] == "invalid_request"
