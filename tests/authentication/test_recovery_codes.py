"""Codes on paper: made, used once each, counted, made anew."""

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import EventKind
from app.audit.models import Event
from app.authentication.factors import recovery_codes
from app.authentication.models import BrowserSession
from tests.account.visitor import mails
from tests.authentication.phones import (
    CODES,
    SET_UP,
    Phone,
    codes_on,
    give_codes,
    give_phone,
    sign_in_with,
    verify,
)
from tests.authentication.visitors import is_signed_in, make_user, post, sign_in
from tests.support.mailboxes import text_of


@pytest.fixture(autouse=True)
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app, email_verified=True)


@pytest.fixture
def phone(app: Flask, anna: str) -> Phone:
    return give_phone(app, anna)


@pytest.fixture
def paper(app: Flask, anna: str, phone: Phone) -> list[str]:
    return give_codes(app, anna)


@pytest.mark.any_database
def test_ten_codes_of_sixty_bits_without_letters_that_look_alike(paper: list[str]) -> None:
    assert len(set(paper)) == recovery_codes.HOW_MANY == 10
    assert len(recovery_codes.ALPHABET) == 32
    assert recovery_codes.LENGTH * 5 >= 50
    assert not set("01OI") & set("".join(paper))
    assert {len(code) for code in paper} == {14}


@pytest.mark.parametrize("spelling", ["{}", "{lower}", "{bare}", " {blanks} ", "{long}"])
def test_a_code_counts_however_it_is_typed_and_once(
    app: Flask, client: FlaskClient, paper: list[str], db_session: Session, spelling: str
) -> None:
    code = paper[3]
    typed = spelling.format(
        code,
        lower=code.lower(),
        bare=code.replace("-", ""),
        blanks=code.replace("-", " "),
        long=code.replace("-", "–"),
    )
    sign_in(client)
    assert verify(client, typed).status_code == 303
    assert is_signed_in(client)
    assert db_session.scalars(select(BrowserSession.methods)).one() == "pwd otp mfa"
    other = app.test_client()
    sign_in(other)
    assert verify(other, typed).status_code == 422


def test_the_use_of_a_code_is_recorded_and_mailed(
    app: Flask, client: FlaskClient, paper: list[str], db_session: Session
) -> None:
    sign_in(client)
    verify(client, paper[0])
    assert EventKind.RECOVERY_CODE_USED in db_session.scalars(select(Event.kind)).all()
    assert "You have 9 left" in text_of(mails(app, "recovery_code_used")[-1])


def test_a_code_proves_the_factor_of_who_is_signed_in_too(app: Flask, client: FlaskClient, anna: str) -> None:
    sign_in(client)
    give_phone(app, anna)
    paper = give_codes(app, anna)
    assert verify(client, paper[0]).status_code == 303
    assert verify(client, paper[0]).status_code == 422
    assert client.get(SET_UP).status_code == 200


def test_new_codes_are_shown_once_and_end_the_old_ones(
    app: Flask, client: FlaskClient, phone: Phone, paper: list[str]
) -> None:
    sign_in_with(client, phone)
    assert "10 of 10 recovery codes are left" in client.get(CODES).text
    assert post(client, CODES).location == CODES
    page = client.get(CODES)
    new = codes_on(page)
    assert (len(new), page.headers["Cache-Control"]) == (10, "no-store")
    assert codes_on(client.get(CODES)) == []
    other = app.test_client()
    sign_in(other)
    assert verify(other, paper[0]).status_code == 422
    assert verify(other, new[0]).status_code == 303


def test_who_has_few_left_is_asked_to_make_new_ones(
    app: Flask, client: FlaskClient, phone: Phone, paper: list[str]
) -> None:
    sign_in_with(client, phone)
    for left, code in enumerate(paper[:6]):
        assert f"{10 - left} of 10 recovery codes are left" in client.get("/account/security").text
        verify(client, code)
    assert "4 of 10 recovery codes are left" in client.get("/account/security").text
    verify(client, paper[6])
    assert "You have 3 recovery codes left. Please make new ones." in client.get("/account/security").text


def test_the_codes_belong_to_the_app(client: FlaskClient) -> None:
    """Without one there is nothing that they would stand in for."""
    sign_in(client)
    assert client.get(CODES).location == SET_UP
    assert post(client, CODES).location == CODES


def test_codes_wait_in_no_cookie_that_can_be_read(client: FlaskClient, phone: Phone) -> None:
    sign_in_with(client, phone)
    post(client, CODES)
    with client.session_transaction() as session:
        kept = str(dict(session))
    assert not [code for code in codes_on(client.get(CODES)) if code in kept]
