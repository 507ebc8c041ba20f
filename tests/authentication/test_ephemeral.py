"""“Only here, only now”: a sign-in at a device of somebody else, of which nothing stays there."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.authentication.models import BrowserSession
from app.extensions import background
from tests.account.visitor import last_link, submit
from tests.authentication import passkey_people as people
from tests.authentication.phones import give_phone, verify
from tests.authentication.visitors import PASSWORD, is_signed_in, make_user, post, sign_in
from tests.support.apps import MakeApp

NEW_PASSWORD = "nine quiet lanterns by the harbour"


@pytest.fixture
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app)


@pytest.fixture
def portal(app_with: MakeApp) -> Flask:
    """Has a name, so that there can be passkeys."""
    return app_with(ISSUER=people.ISSUER)


def cookies(browser: FlaskClient) -> set[str]:
    """What the names of the cookies end in, which begin with that of the session."""
    return {name.rpartition("-")[2] for _domain, _path, name in browser._cookies}


def only_row(session: Session) -> BrowserSession:
    return session.scalars(select(BrowserSession)).one()


@pytest.mark.usefixtures("anna")
def test_no_cookie_outlives_the_browser_nor_the_sign_out(client: FlaskClient) -> None:
    answer = sign_in(client, ephemeral="y")
    assert answer.status_code == 303
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "expires=" not in cookie.lower()
        assert "max-age=" not in cookie.lower()
    assert "known" not in cookies(client)
    post(client, "/logout")
    with client.session_transaction() as session:
        assert set(session) <= {"_flashes", "csrf_token"}
        session.clear()
    assert cookies(client) == set()


@pytest.mark.usefixtures("anna")
def test_an_ordinary_sign_in_makes_the_browser_known(client: FlaskClient) -> None:
    sign_in(client)
    assert "known" in cookies(client)


@pytest.mark.usefixtures("anna")
def test_what_an_earlier_sign_in_of_the_person_left_goes_and_that_of_others_stays(
    app: Flask, client: FlaskClient
) -> None:
    make_user(app, "bert", email="bert@example.org")
    for name in ("anna", "bert"):
        sign_in(client, name)
        post(client, "/logout")
    sign_in(client, ephemeral="y")
    post(client, "/logout")
    assert "known" in cookies(client)
    sign_in(client, "bert", ephemeral="y")
    assert "known" not in cookies(client)


@pytest.mark.usefixtures("anna")
def test_of_both_boxes_the_one_that_leaves_less_behind_counts(
    client: FlaskClient, db_session: Session
) -> None:
    sign_in(client, remember="y", ephemeral="y")
    row = only_row(db_session)
    assert (row.remembered, row.ephemeral) == (False, True)


@pytest.mark.usefixtures("anna")
def test_it_ends_an_hour_after_the_last_use(client: FlaskClient, clock: time_machine.Traveller) -> None:
    sign_in(client, ephemeral="y")
    for _ in range(3):
        clock.shift(timedelta(minutes=59))
        assert is_signed_in(client)
        background.run_once()
    clock.shift(timedelta(minutes=61))
    assert not is_signed_in(client)


@pytest.mark.usefixtures("anna")
def test_it_ends_twelve_hours_after_the_sign_in_however_much_it_is_used(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, ephemeral="y")
    for _ in range(23):
        clock.shift(timedelta(minutes=30))
        assert is_signed_in(client)
        background.run_once()
    assert "in 30 minutes" in client.get("/account/sessions").text
    clock.shift(timedelta(minutes=30))
    assert not is_signed_in(client)


def test_it_goes_through_the_second_step(
    app: Flask, client: FlaskClient, anna: str, db_session: Session
) -> None:
    phone = give_phone(app, anna)
    sign_in(client, ephemeral="y")
    verify(client, phone.code())
    assert only_row(db_session).ephemeral
    assert "known" not in cookies(client)


def test_it_can_be_chosen_beside_a_passkey(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    credential = key.get(people.options_for(browser))
    assert people.ask(browser, "/login/passkey", {"credential": credential, "ephemeral": True}).json
    assert "known" not in cookies(browser)
    assert "No, only here and only now" in browser.get("/account/sessions").text


def lasting(*answers: TestResponse) -> list[str]:
    """The cookies of these answers that outlive the browser."""
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    return [
        cookie
        for cookie in cookies
        if re.search("expires=(?!Thu, 01 Jan 1970)|max-age=[1-9]", cookie, re.IGNORECASE)
    ]


@pytest.mark.usefixtures("anna")
def test_beside_a_remembered_account_nothing_of_it_outlives_the_browser(
    app: Flask, client: FlaskClient
) -> None:
    make_user(app, "bert", email="bert@example.org")
    assert lasting(sign_in(client, remember="y"))
    beside = sign_in(client, "bert", path="/login?another=1", ephemeral="y")
    assert beside.status_code == 303
    assert lasting(beside, client.get("/account"), client.get("/account?locale=de")) == []


@pytest.mark.usefixtures("anna")
def test_a_language_picked_meanwhile_goes_with_the_browser(client: FlaskClient) -> None:
    sign_in(client, ephemeral="y")
    picked = client.get("/account?locale=de")
    assert "8000-locale" in "".join(picked.headers.getlist("Set-Cookie"))
    assert lasting(picked) == []


def test_a_forgotten_password_leaves_no_cookie_either(app: Flask, client: FlaskClient) -> None:
    make_user(app, "bert", email="bert@example.org", email_verified=True)
    sign_in(client, "bert", ephemeral="y")
    submit(client, "/forgot-password", email="bert@example.org")
    link = last_link(app, "reset_password")
    assert submit(client, link, password=NEW_PASSWORD).status_code == 303
    assert "known" not in cookies(client)


@pytest.mark.usefixtures("anna")
def test_a_new_password_from_there_leaves_no_cookie_either(client: FlaskClient) -> None:
    sign_in(client, ephemeral="y")
    fields = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert post(client, "/account/security", form_on="/account/security", **fields).status_code == 303
    assert "known" not in cookies(client)


@pytest.mark.parametrize(("fields", "status"), [({}, 200), ({"ephemeral": "y"}, 422)])
def test_attack_no_passkey_is_made_unasked_on_a_device_of_somebody_else(
    portal: Flask, fields: dict[str, str], status: int
) -> None:
    make_user(portal, "berta")
    client = portal.test_client()
    sign_in(client, "berta", **fields)
    options = people.ask(client, f"{people.LIST}/options", {"unasked": True}, page=people.LIST)
    assert options.status_code == status
