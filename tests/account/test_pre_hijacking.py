"""Five ways in which a squatter waits in an account for the owner of its mailbox; none of them works.

They are those of Sudhodanan and Paverd, "Pre-hijacked accounts" (USENIX Security 2022), but for the merge with a
sign-in elsewhere, which this portal does not have.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.account.models import MobileCode
from app.clients.models import Client
from app.clock import now
from app.users.models import User
from tests import factories as make
from tests.account.visitor import (
    ANOTHER_PASSWORD,
    PASSWORD,
    is_signed_in,
    last_link,
    person,
    sign_in,
    sign_up,
    submit,
)

MAILBOX = "ceo@corp.example"


@pytest.fixture
def squatter(app: Flask) -> FlaskClient:
    """A browser signed in to an account that was made with somebody else's address."""
    browser = app.test_client()
    assert sign_up(browser, "squatter", email=MAILBOX).status_code == 303
    return browser


@pytest.fixture
def reclaim(app: Flask) -> Callable[[], FlaskClient]:
    """The owner of the mailbox takes the account over with “Forgot password?”, and signs in."""

    def act() -> FlaskClient:
        owner = app.test_client()
        submit(owner, "/forgot-password", email=MAILBOX)
        link = last_link(app, "reset_password")
        assert "it becomes yours alone" in owner.get(link).text
        told = owner.get(submit(owner, link, password=ANOTHER_PASSWORD).location)
        assert "What whoever made it had left was removed." in told.text
        sign_in(owner, MAILBOX, ANOTHER_PASSWORD)
        return owner

    return act


def account(app: Flask, session: Session) -> make.Person:
    user = person(session, "squatter")
    return make.Person(user.id, user.username, MAILBOX)


def state_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, (answer.json or {}).get("error", "")


def test_an_unexpired_session_of_a_squatter_ends(
    squatter: FlaskClient, reclaim: Callable[[], FlaskClient]
) -> None:
    assert is_signed_in(squatter)
    reclaim()
    assert not is_signed_in(squatter)
    sign_in(squatter, "squatter")
    assert not is_signed_in(squatter)


def test_a_trojan_identifier_of_a_squatter_is_gone(
    squatter: FlaskClient, reclaim: Callable[[], FlaskClient], db_session: Session
) -> None:
    told = {"name": "The Squatter", "mobile": "+49 170 1234567", "country": "DE", "locale": "en"}
    assert submit(squatter, "/account/profile", **told).status_code == 303
    assert submit(squatter, "/account/profile/mobile/code", page="/account").status_code == 303
    db_session.execute(update(User).values(mobile_verified_at=now()))
    db_session.commit()
    owner = reclaim()
    user = person(db_session, "squatter")
    assert (user.name, user.mobile, user.mobile_verified_at, user.country) == (None, None, None, None)
    assert db_session.get(MobileCode, user.id) is None
    assert "The Squatter" not in owner.get("/account").text


def test_an_unexpired_e_mail_change_of_a_squatter_ends(
    app: Flask, squatter: FlaskClient, reclaim: Callable[[], FlaskClient], db_session: Session
) -> None:
    submit(squatter, "/account/email", email="squatter@evil.example", current_password=PASSWORD)
    waiting = last_link(app, "verify_email")
    reclaim()
    assert squatter.get(waiting).status_code == 410
    assert submit(squatter, waiting, page="/login", password=PASSWORD).status_code == 410
    assert person(db_session, "squatter").email == MAILBOX


def test_apps_and_refresh_tokens_of_a_squatter_end(
    app: Flask, squatter: FlaskClient, reclaim: Callable[[], FlaskClient], db_session: Session
) -> None:
    of_theirs = make.make_client(app, account(app, db_session), name="Trojan")
    elsewhere = make.make_client(app, make.make_user(app))
    tokens = make.tokens_for(elsewhere, squatter)
    as_app = {"grant_type": "client_credentials", **of_theirs.form}
    assert squatter.post("/oauth/token", data=as_app).status_code == 200
    owner = reclaim()
    assert state_of(make.refresh(squatter, elsewhere, tokens["refresh_token"])) == (400, "invalid_grant")
    userinfo = squatter.get("/oauth/userinfo", headers=make.with_token(tokens["access_token"]))
    assert userinfo.status_code == 401
    assert state_of(squatter.post("/oauth/token", data=as_app)) == (401, "invalid_client")
    assert "Trojan" not in owner.get("/dashboard/apps").text
    assert elsewhere.id not in owner.get("/account/apps").text


def test_an_app_that_a_squatter_left_is_nobodys_and_none_of_the_portal(
    app: Flask, squatter: FlaskClient, reclaim: Callable[[], FlaskClient], db_session: Session
) -> None:
    left = make.make_client(app, account(app, db_session), name="Trojan")
    reclaim()
    row = db_session.get_one(Client, left.id)
    assert (row.owner_id, row.disabled_by, row.is_vouched_for) == (None, "administrator", False)
    assert all(secret.revoked_at for secret in row.secrets)
    chief = make.browser_of(app, make.make_user(app, is_admin=True))
    submit(chief, f"/admin/apps/{left.id}/enable")
    as_app = {"grant_type": "client_credentials", **left.form}
    assert state_of(squatter.post("/oauth/token", data=as_app)) == (401, "invalid_client")
    anybodys = make.tokens_for(make.make_client(app), chief)["access_token"]
    answer = squatter.post("/oauth/introspect", data={"token": anybodys}, auth=left.auth)
    assert answer.status_code == 401


def test_a_non_verifying_click_of_the_victim_confirms_nothing_for_a_squatter(
    app: Flask, squatter: FlaskClient, db_session: Session
) -> None:
    client = make.make_client(app, make.make_user(app))
    tokens = make.tokens_for(client, squatter)
    victim, link = app.test_client(), last_link(app, "verify_email")
    assert submit(victim, link).status_code == 422
    userinfo = squatter.get("/oauth/userinfo", headers=make.with_token(tokens["access_token"])).json or {}
    assert "email" not in userinfo
    assert person(db_session, "squatter").email_verified_at is None


def test_who_forgot_the_password_of_a_confirmed_account_loses_nothing(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client, "squatter", email=MAILBOX)
    submit(client, last_link(app, "verify_email"))
    submit(client, "/account/profile", name="Carla", locale="en")
    own = make.make_client(app, account(app, db_session))
    submit(client, "/forgot-password", email=MAILBOX)
    submit(app.test_client(), last_link(app, "reset_password"), password=ANOTHER_PASSWORD)
    assert person(db_session, "squatter").name == "Carla"
    answer = client.post("/oauth/token", data={"grant_type": "client_credentials", **own.form})
    assert answer.status_code == 200
