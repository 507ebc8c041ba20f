"""Setting up, replacing and removing the app on one's phone."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.account import email_changes
from app.audit import EventKind
from app.audit.models import Event
from app.authentication.factors import totp
from app.authentication.models import BrowserSession, RecoveryCode, TotpSecret
from app.database.rows import db
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.account.visitor import last_link, submit
from tests.authentication.phones import (
    CODES,
    SET_UP,
    VERIFY,
    Phone,
    codes_on,
    give_phone,
    phone_for,
    queued,
    sign_in_with,
    verify,
)
from tests.authentication.visitors import PASSWORD, is_signed_in, make_user, post, sign_in
from tests.support.apps import MakeApp

SHA1_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(autouse=True)
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app, email_verified=True)


@pytest.fixture
def phone(app: Flask, anna: str) -> Phone:
    return give_phone(app, anna)


@pytest.mark.rfc("6238#appendix-B")
@pytest.mark.any_database
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_at(SHA1_SEED, seconds // 30) == code


def test_an_app_is_set_up_by_the_code_it_shows(client: FlaskClient, app: Flask, db_session: Session) -> None:
    sign_in(client)
    page = client.get(SET_UP)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    answer = verify(client, phone_for(page).code(), path=SET_UP)
    assert answer.location == CODES
    assert len(codes_on(client.get(CODES))) == 10
    assert db_session.scalars(select(User.totp_at)).one() is not None
    assert db_session.scalars(select(BrowserSession.methods)).one() == "pwd otp mfa"
    assert EventKind.TOTP_SET_UP in db_session.scalars(select(Event.kind)).all()
    assert queued(app, "totp_set_up") == 1


def test_the_key_in_the_address_and_the_picture_is_the_one_to_type(client: FlaskClient) -> None:
    sign_in(client)
    page = client.get(SET_UP)
    seed = phone_for(page)._app.secret
    address = f"otpauth://totp/Pforte%3Aanna?secret={seed}&amp;issuer=Pforte&amp;algorithm=SHA1&amp;digits=6&amp;period=30"
    assert f'href="{address}"' in page.text
    assert "<svg" in page.text
    assert "style=" not in page.text


def test_the_app_is_told_the_name_of_the_portal(app_with: MakeApp) -> None:
    app = app_with(PORTAL_NAME="Muster: Portal")
    client = make.browser_of(app, make.make_user(app, "berta"))
    address = unescape(re.findall(r'href="(otpauth:[^"]+)"', client.get(SET_UP).text)[0])
    assert address.startswith("otpauth://totp/Muster%20Portal%3Aberta?")
    assert parse_qs(urlsplit(address).query)["issuer"] == ["Muster Portal"]


def test_the_key_stays_the_same_until_it_is_used(client: FlaskClient) -> None:
    sign_in(client)
    seeds = {phone_for(client.get(SET_UP))._app.secret for _ in range(3)}
    assert len(seeds) == 1
    wrong = verify(client, Phone(*seeds).wrong_code(), path=SET_UP)
    assert wrong.status_code == 422
    assert phone_for(wrong)._app.secret in seeds
    verify(client, Phone(*seeds).code(), path=SET_UP)
    assert phone_for(client.get(SET_UP))._app.secret not in seeds


def test_the_key_is_in_no_cookie_that_can_be_read(client: FlaskClient) -> None:
    sign_in(client)
    seed = phone_for(client.get(SET_UP))._app.secret
    with client.session_transaction() as session:
        assert seed not in str(dict(session))


def test_a_wrong_code_sets_nothing_up(client: FlaskClient, db_session: Session) -> None:
    sign_in(client)
    answer = verify(client, phone_for(client.get(SET_UP)).wrong_code(), path=SET_UP)
    assert (answer.status_code, 'id="code-error"' in answer.text) == (422, True)
    assert db_session.scalars(select(TotpSecret)).all() == []


def test_the_code_that_set_it_up_signs_nobody_in(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    phone = phone_for(client.get(SET_UP))
    verify(client, phone.code(), path=SET_UP)
    other = app.test_client()
    sign_in(other)
    assert verify(other, phone.code()).status_code == 422


def test_setting_up_asks_for_the_password_after_a_while(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, remember="y")
    clock.shift(timedelta(minutes=11))
    assert client.get(SET_UP).location == f"/reauthenticate?next={SET_UP}"


def test_setting_up_signs_nobody_out(app: Flask, client: FlaskClient) -> None:
    other = app.test_client()
    sign_in(other)
    sign_in(client)
    verify(client, phone_for(client.get(SET_UP)).code(), path=SET_UP)
    assert is_signed_in(other)


def test_who_was_led_to_set_one_up_goes_on_after_the_codes(client: FlaskClient) -> None:
    sign_in(client)
    path = f"{SET_UP}?next=/account/apps"
    answer = verify(client, phone_for(client.get(path)).code(), path=path)
    assert answer.location == f"{CODES}?next=/account/apps"
    assert 'href="/account/apps"' in client.get(answer.location).text


def test_another_phone_takes_the_place_of_the_old_one_and_the_recovery_codes_stay(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in(client)
    old = phone_for(client.get(SET_UP))
    verify(client, old.code(), path=SET_UP)
    before = db_session.scalars(select(RecoveryCode.id)).all()
    clock.shift(60)
    new = phone_for(client.get(SET_UP))
    assert verify(client, new.code(), path=SET_UP).location == "/account/security"
    clock.shift(60)
    other = app.test_client()
    sign_in(other)
    assert verify(other, old.code()).status_code == 422
    assert verify(other, new.code()).status_code == 303
    db_session.expire_all()
    assert db_session.scalars(select(RecoveryCode.id)).all() == before
    assert queued(app, "totp_replaced") == 1


def test_changing_factors_asks_for_the_factor_after_a_while(
    client: FlaskClient, phone: Phone, clock: time_machine.Traveller
) -> None:
    sign_in_with(client, phone)
    clock.shift(timedelta(minutes=11))
    assert client.get(SET_UP).location == f"{VERIFY}?next={SET_UP}"
    assert verify(client, phone.code(), path=f"{VERIFY}?next={SET_UP}").location == SET_UP
    assert client.get(SET_UP).status_code == 200


def test_a_removed_app_is_asked_for_no_more(
    app: Flask, client: FlaskClient, phone: Phone, db_session: Session
) -> None:
    sign_in_with(client, phone)
    post(client, CODES)
    assert post(client, f"{SET_UP}/remove").location == "/account/security"
    assert sign_in(app.test_client()).location == "/account"
    assert (
        db_session.scalars(select(TotpSecret)).all() == db_session.scalars(select(RecoveryCode)).all() == []
    )
    assert db_session.scalars(select(User.totp_step)).one() is None
    assert EventKind.TOTP_REMOVED in db_session.scalars(select(Event.kind)).all()
    assert queued(app, "totp_removed") == 1


def test_removing_what_is_not_there_does_nothing(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    assert post(client, f"{SET_UP}/remove").status_code == 303
    assert queued(app, "totp_removed") == 0


def test_the_security_page_says_what_is_set_up(client: FlaskClient, app: Flask, anna: str) -> None:
    sign_in(client)
    assert "Set up an authenticator app" in client.get("/account/security").text
    give_phone(app, anna)
    assert "You have no recovery codes left" in client.get("/account/security").text


def test_a_deleted_person_leaves_no_factor(app: Flask, anna: str, phone: Phone, db_session: Session) -> None:
    with app.app_context():
        accounts.delete(accounts.get_user(anna))
        db.session.commit()
    assert db_session.scalars(select(TotpSecret)).all() == []


def test_attack_who_registers_a_foreign_address_leaves_a_factor_that_locks_its_owner_out(
    app: Flask, client: FlaskClient
) -> None:
    squatted = make_user(app, "squatter", "owner@example.org")
    give_phone(app, squatted)
    submit(client, "/forgot-password", email="owner@example.org")
    submit(client, last_link(app, "reset_password"), password="Wolken-Garten-17")
    answer = sign_in(client, "squatter", "Wolken-Garten-17")
    assert urlsplit(answer.location).path == "/account"


@pytest.mark.parametrize("is_of_the_thief", [True, False])
def test_attack_a_factor_that_a_thief_set_up_outlives_the_return_of_the_address(
    app: Flask, client: FlaskClient, anna: str, clock: time_machine.Traveller, is_of_the_thief: bool
) -> None:
    """What was set up while the thief's address counted goes; what the owner had before stays."""
    if not is_of_the_thief:
        give_phone(app, anna)
    clock.shift(60)
    issuer = app.config["SETTINGS"].issuer
    with app.app_context():
        email_changes.ask_for_change(accounts.get_user(anna), "thief@example.org", issuer=issuer, locale="en")
        db.session.commit()
    with app.test_request_context():
        email_changes.complete_change(last_link(app, "verify_email").rsplit("/", 1)[1], issuer=issuer)
        db.session.commit()
    clock.shift(60)
    if is_of_the_thief:
        give_phone(app, anna)
    submit(client, last_link(app, "email_changed"))
    submit(client, last_link(app, "email_given_back"), password="Wolken-Garten-17")
    onward = urlsplit(sign_in(client, password="Wolken-Garten-17").location).path
    assert onward == ("/account" if is_of_the_thief else VERIFY)


def test_a_repeated_registration_signs_nobody_in_past_the_second_factor(
    app: Flask, client: FlaskClient
) -> None:
    fields = {"username": "clara", "email": "clara@example.org", "password": PASSWORD}
    submit(app.test_client(), "/register", **fields)
    with app.app_context():
        clara = accounts.find_user("clara")
        assert clara is not None
        clara_id = clara.id
    give_phone(app, clara_id)
    submit(client, "/register", **fields)
    assert not is_signed_in(client)
