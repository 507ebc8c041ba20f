"""POST /api/register and POST /api/auth: the rules of the pages, spoken in JSON."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.account.email_links import Purpose, create_link
from app.account.passwords import change_password
from app.api import first_party
from app.audit.models import Event
from app.clients.disabling import ADMINISTRATOR, disable_client
from app.clients.models import Client
from app.clock import now
from app.database.rows import db
from app.notifications.models import OutgoingMail
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.admin import pages
from tests.support.apps import MakeApp

NEW = {"username": "maria", "email": "maria@example.org", "password": make.PASSWORD}


def sign_in(http: FlaskClient, username: str, password: str = make.PASSWORD) -> Any:
    return http.post("/api/auth", json={"username": username, "password": password})


def verified(http: FlaskClient, token: str) -> int:
    return http.post("/api/verify", headers=make.with_token(token)).status_code


def test_registering_makes_an_account_and_mails_the_link(client: FlaskClient, db_session: Session) -> None:
    answer = client.post("/api/register", json=NEW)
    assert answer.status_code == 201
    assert set(answer.json) == {"message", "userId"}
    person = db_session.get_one(User, answer.json["userId"])
    assert (person.username, person.email, person.email_verified_at) == ("maria", "maria@example.org", None)
    assert db_session.scalars(select(OutgoingMail.template)).all() == ["verify_email"]
    assert sign_in(client, "maria").json["userId"] == person.id


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"username": "MARIA", "email": "other@example.org"}, 409, "username_taken"),
        ({"username": "other", "email": "Maria@Example.org"}, 409, "email_taken"),
        ({"username": "a@b"}, 422, "username_invalid"),
        ({"username": ""}, 422, "username_invalid"),
        ({"username": "x" * 100_000}, 422, "username_invalid"),
        ({"email": "nowhere"}, 422, "email_invalid"),
        ({"password": "short"}, 422, "password_invalid"),
        ({"password": "password123"}, 422, "password_invalid"),
        ({"password": "x" * 100_000}, 422, "password_invalid"),
        ({"password": None}, 422, "field_missing"),
        ({"email": 5}, 422, "field_invalid"),
        ({"username": ["maria"]}, 422, "field_invalid"),
    ],
)
def test_refused_registrations_say_why_and_keep_nothing(
    app: Flask, client: FlaskClient, db_session: Session, changes: dict[str, Any], status: int, error: str
) -> None:
    if status == 409:
        make.make_user(app, "maria")
    before = len(db_session.scalars(select(User.id)).all())
    answer = client.post("/api/register", json=NEW | changes)
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert answer.json["message"]
    assert set(answer.json) == {"error", "message"}
    assert len(db_session.scalars(select(User.id)).all()) == before


def test_reasons_come_in_the_readers_language(client: FlaskClient) -> None:
    weak = NEW | {"password": "short"}
    german = client.post("/api/register", json=weak, headers={"Accept-Language": "de"}).json["message"]
    assert german.startswith("Dieses Passwort ist zu kurz")
    assert client.post("/api/register?locale=de", json=weak).json["message"] == german


@pytest.mark.parametrize(
    ("mode", "error"), [("closed", "registration_closed"), ("invite", "invitation_needed")]
)
def test_registration_follows_the_setting(app_with: MakeApp, mode: str, error: str) -> None:
    answer = app_with(REGISTRATION=mode).test_client().post("/api/register", json=NEW)
    assert (answer.status_code, answer.json["error"]) == (403, error)


def test_an_invitation_lets_one_person_in(app_with: MakeApp) -> None:
    app = app_with(REGISTRATION="invite")
    with app.app_context():
        invitation = create_link(Purpose.INVITE, None, email="maria@example.org")
        db.session.commit()
    http = app.test_client()
    assert http.post("/api/register", json=NEW | {"invite": invitation}).status_code == 201
    again = {**NEW, "username": "other", "email": "other@example.org", "invite": invitation}
    assert http.post("/api/register", json=again).status_code == 403


@pytest.mark.parametrize("name", ["maria", "MARIA", "maria@example.org"])
def test_the_password_gives_a_token_about_the_person(app: Flask, client: FlaskClient, name: str) -> None:
    person = make.make_user(app, "maria")
    answer = sign_in(client, name)
    assert answer.status_code == 200
    assert set(answer.json) == {"userId", "accessToken"}
    claims = make.claims_of(answer.json["accessToken"])
    assert answer.json["userId"] == claims["sub"] == person.id
    assert claims["scope"] == "openid profile email"
    seen = client.get("/oauth/userinfo", headers=make.with_token(answer.json["accessToken"])).json
    assert seen["preferred_username"] == "maria"
    resource_server = make.make_client(app, introspects_all=True)
    described = make.introspect(client, resource_server, answer.json["accessToken"])
    assert (described["active"], described["username"]) == (True, "maria")


def test_unknown_name_and_wrong_password_get_the_same_answer(app: Flask, client: FlaskClient) -> None:
    make.make_user(app, "maria")
    wrong, unknown = sign_in(client, "maria", "not this one"), sign_in(client, "nobody", "not this one")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.json["error"] == "invalid_credentials"
    assert wrong.headers["WWW-Authenticate"]


def test_guessing_is_slowed_down_together_with_the_sign_in_page(app: Flask, client: FlaskClient) -> None:
    make.make_user(app, "maria")
    token = make.csrf_token(client.get("/login"))
    for _ in range(3):
        client.post("/login", data={"csrf_token": token, "username": "maria", "password": "wrong"})
    for _ in range(2):
        assert sign_in(client, "maria", "wrong").status_code == 401
    refused = sign_in(client, "maria")
    assert (refused.status_code, refused.json["error"]) == (429, "too_many_requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    page = client.post("/login", data={"csrf_token": token, "username": "maria", "password": make.PASSWORD})
    assert page.status_code == 429


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"username": "maria"},
        {"password": "x"},
        {"username": "", "password": "x"},
        {"username": "maria", "password": ""},
    ],
)
def test_a_missing_field_is_422(client: FlaskClient, fields: dict[str, str]) -> None:
    answer = client.post("/api/auth", json=fields)
    assert (answer.status_code, answer.json["error"]) == (422, "field_missing")


def test_a_blocked_person_gets_no_token_and_loses_the_one_there_was(app: Flask, client: FlaskClient) -> None:
    person = make.make_user(app, "maria")
    token = sign_in(client, "maria").json["accessToken"]
    with app.app_context():
        accounts.block(accounts.get_user(person.id))
        db.session.commit()
    answer = sign_in(client, "maria")
    assert (answer.status_code, answer.json["error"]) == (401, "account_blocked")
    assert verified(client, token) == 401


def test_a_new_password_ends_the_tokens_got_with_the_old_one_and_no_apps(
    app: Flask, client: FlaskClient
) -> None:
    person = make.make_user(app, "maria")
    token = sign_in(client, "maria").json["accessToken"]
    apps = make.tokens_for(make.make_client(app), make.browser_of(app, person))["access_token"]
    with app.app_context():
        user = accounts.get_user(person.id)
        new = "crimson wagon beyond nine hills"
        change_password(user, new, session_id="0" * 32)
        db.session.commit()
    assert verified(client, token) == 401
    assert verified(client, apps) == 200


def test_it_is_listed_and_ended_among_the_connected_apps(app: Flask, client: FlaskClient) -> None:
    person = make.make_user(app, "maria")
    first, second = (sign_in(client, "maria").json["accessToken"] for _ in range(2))
    browser = make.browser_of(app, person)
    page = browser.get("/account/apps")
    assert "Pforte API" in page.text
    path = f"/account/apps/{first_party.CLIENT_ID}/disconnect"
    assert browser.post(path, data={"csrf_token": make.csrf_token(page)}).status_code == 302
    assert [verified(client, token) for token in (first, second)] == [401, 401]
    assert verified(client, sign_in(client, "maria").json["accessToken"]) == 200


def test_a_second_factor_is_not_passed_by(app: Flask, client: FlaskClient) -> None:
    """Attack: a stolen password at the endpoint that never asks for the second factor."""
    person = make.make_user(app, "maria")
    make.make_user(app, "julia")
    with app.app_context():
        accounts.get_user(person.id).totp_at = now()
        db.session.commit()
    answer = sign_in(client, "maria")
    assert (answer.status_code, answer.json["error"]) == (403, "mfa_required")
    assert "accessToken" not in answer.text
    assert sign_in(client, "julia").status_code == 200


def test_administrators_switch_it_off_by_disabling_the_portals_own_app(
    app: Flask, client: FlaskClient
) -> None:
    make.make_user(app, "maria")
    token = sign_in(client, "maria").json["accessToken"]
    with app.app_context():
        disable_client(first_party.get_client(), ADMINISTRATOR, actor_id=None)
        db.session.commit()
    answer = sign_in(client, "maria")
    assert (answer.status_code, answer.json["error"]) == (403, "sign_in_switched_off")
    assert verified(client, token) == 401


def test_the_portals_own_app_is_disabled_and_never_deleted(app: Flask, client: FlaskClient) -> None:
    """Deleted, it would be made again at the next sign-in: whoever wanted to stop that would believe it stopped."""
    make.make_user(app, "maria")
    token = sign_in(client, "maria").json["accessToken"]
    _chief, browser = pages.administrator(app)
    page = browser.get(f"/admin/apps/{first_party.CLIENT_ID}")
    assert "belongs to the portal itself" in page.text
    path = f"/admin/apps/{first_party.CLIENT_ID}/delete"
    assert path not in page.text
    asked = browser.get(path)
    answer = browser.post(
        path,
        data={"csrf_token": make.csrf_token(asked), "confirm": "Pforte API"},
        follow_redirects=True,
    )
    assert "Disable it instead" in answer.text
    run = app.test_cli_runner().invoke
    refused = run(args=["client", "delete", first_party.CLIENT_ID])
    assert (refused.exit_code, "--disable" in refused.stderr) == (1, True)
    given = run(args=["client", "update", first_party.CLIENT_ID, "--owner", "maria"])
    assert (given.exit_code, "cannot be anybody's" in given.stderr) == (1, True)
    assert verified(client, token) == 200
    assert run(args=["client", "update", first_party.CLIENT_ID, "--disable"]).exit_code == 0
    assert sign_in(client, "maria").json["error"] == "sign_in_switched_off"
    assert verified(client, token) == 401


@pytest.mark.parametrize("secret", ["", "x", "pf_secret_x"])
def test_nobody_asks_for_tokens_in_the_name_of_the_portals_own_app(
    app: Flask, client: FlaskClient, secret: str
) -> None:
    make.make_user(app, "maria")
    sign_in(client, "maria")
    fields = {"client_id": first_party.CLIENT_ID, "client_secret": secret}
    for grant in ("client_credentials", "password", "authorization_code", "refresh_token"):
        answer = client.post("/oauth/token", data={"grant_type": grant, **fields})
        assert answer.status_code in (400, 401), answer.text
    assert client.get("/oauth/authorize", query_string={**fields, "response_type": "code"}).status_code == 400


def test_what_happened_is_in_the_persons_activity(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    make.make_user(app, "maria")
    sign_in(client, "maria", "wrong")
    sign_in(client, "maria")
    kinds = db_session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds.count("authentication.session.refused") == 1
    assert kinds.count("authentication.session.started") == 1
    assert not re.search("wrong password", " ".join(db_session.scalars(select(Event.details))))


def test_simultaneous_first_sign_ins_make_the_portals_own_app_once(app: Flask, db_session: Session) -> None:
    """Race: every worker finds that the row is missing."""
    together = Barrier(6)

    def make_it(_number: int) -> str:
        with app.app_context():
            together.wait(30)
            client_id = first_party.get_client().id
            db.session.commit()
            return client_id

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(make_it, range(6))) == {first_party.CLIENT_ID}
    assert db_session.scalars(select(Client.id)).all() == [first_party.CLIENT_ID]


def test_the_operator_closes_the_door_for_passwords(app_with: MakeApp) -> None:
    app = app_with(PASSWORD_API="off")
    person = make.make_user(app)
    client = app.test_client()
    for fields in (
        {"username": person.username, "password": make.PASSWORD},
        {},
        {"username": "nobody", "password": "x"},
    ):
        answer = client.post("/api/auth", json=fields)
        assert (answer.status_code, answer.json["error"]) == (403, "password_api_off")
    assert client.post("/api/auth", data="no json").status_code == 403
