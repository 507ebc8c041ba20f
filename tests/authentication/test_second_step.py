"""The second step of a sign-in: what begins, waits, completes and ends it."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import EventKind
from app.audit.models import Event
from app.authentication.models import BrowserSession, SignInFailures
from app.database.rows import db
from app.users import accounts
from tests.authentication.phones import VERIFY, Phone, give_codes, give_phone, sign_in_with, verify
from tests.authentication.visitors import PASSWORD, csrf_token, is_signed_in, make_user, post, sign_in
from tests.support.statements import count_statements


@pytest.fixture(autouse=True)
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app, email_verified=True)


@pytest.fixture
def phone(app: Flask, anna: str) -> Phone:
    return give_phone(app, anna)


def test_the_right_password_leads_to_the_second_step_and_opens_nothing(
    client: FlaskClient, phone: Phone, db_session: Session
) -> None:
    answer = sign_in(client, path="/login?next=/account/apps")
    assert answer.location == f"{VERIFY}?next=/account/apps"
    assert not is_signed_in(client)
    assert db_session.scalars(select(BrowserSession)).all() == []


def test_a_code_of_the_phone_completes_the_sign_in(
    client: FlaskClient, phone: Phone, db_session: Session
) -> None:
    sign_in(client)
    answer = verify(client, phone.code(), path=f"{VERIFY}?next=/account/apps")
    assert (answer.status_code, answer.location) == (303, "/account/apps")
    assert is_signed_in(client)
    row = db_session.scalars(select(BrowserSession)).one()
    assert row.methods == "pwd otp mfa"
    assert row.second_factor_at == row.authenticated_at
    assert not row.remembered


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_a_code_may_be_typed_as_apps_show_it(client: FlaskClient, phone: Phone, spelling: str) -> None:
    sign_in(client)
    assert verify(client, spelling.format(phone.code())).status_code == 303


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_phone_whose_clock_is_a_little_off_is_believed(
    client: FlaskClient, phone: Phone, steps: int
) -> None:
    sign_in(client)
    assert verify(client, phone.code(steps)).status_code == 303


@pytest.mark.parametrize("steps", [-2, 2])
def test_codes_of_further_off_are_not(client: FlaskClient, phone: Phone, steps: int) -> None:
    sign_in(client)
    assert verify(client, phone.code(steps)).status_code == 422


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５", "' OR 1=1", "x" * 100_000, "٠٠٠٠٠٠"])
def test_what_is_no_code_is_refused_beside_the_field(client: FlaskClient, phone: Phone, code: str) -> None:
    sign_in(client)
    answer = verify(client, code)
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text


def test_staying_signed_in_is_what_was_ticked_beside_the_password(
    client: FlaskClient, phone: Phone, db_session: Session
) -> None:
    sign_in(client, remember="y")
    verify(client, phone.code())
    assert db_session.scalars(select(BrowserSession)).one().remembered


def test_attack_staying_signed_in_cannot_be_smuggled_into_the_second_step(
    client: FlaskClient, phone: Phone, db_session: Session
) -> None:
    sign_in(client)
    verify(client, phone.code(), remember="y")
    assert not db_session.scalars(select(BrowserSession)).one().remembered


def test_a_step_that_took_too_long_begins_anew_and_keeps_where_one_was_going(
    client: FlaskClient, phone: Phone, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    token = csrf_token(client, VERIFY)
    clock.shift(timedelta(minutes=10))
    fields = {"csrf_token": token, "code": phone.code()}
    answer = client.post(f"{VERIFY}?next=/account/apps", data=fields)
    assert answer.location == "/login?next=/account/apps"
    assert "ten minutes" in client.get(answer.location).text
    assert "ten minutes" not in client.get(answer.location).text
    assert not is_signed_in(client)


def test_a_step_as_an_older_version_kept_it_begins_anew(client: FlaskClient, phone: Phone) -> None:
    sign_in(client)
    with client.session_transaction() as session:
        session["second_step"] = [*session["second_step"][:2], True, *session["second_step"][3:]]
    assert urlsplit(client.get(VERIFY).location).path == "/login"


def test_without_a_step_the_page_leads_to_the_sign_in(client: FlaskClient) -> None:
    answer = client.get(f"{VERIFY}?next=/account/apps")
    assert answer.location == "/login?next=/account/apps"


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_attack_the_second_step_leads_out_of_the_portal(
    client: FlaskClient, phone: Phone, onward: str
) -> None:
    sign_in(client)
    assert verify(client, phone.code(), path=f"{VERIFY}?next={onward}").location == "/account"


def test_another_account_may_sign_in_instead(app: Flask, client: FlaskClient, phone: Phone) -> None:
    make_user(app, "bert", "bert@example.org")
    sign_in(client)
    assert "/login?next=" in client.get(f"{VERIFY}?next=/account/apps").text
    assert sign_in(client, "bert").location == "/account"
    with client.session_transaction() as session:
        assert "second_step" not in session


def test_the_waiting_app_is_named_and_may_be_answered(world: object) -> None:
    from tests import factories as make

    client, browser = world.client, world.http  # type: ignore[attr-defined]
    request = make.request_of(client)
    onward = f"/oauth/authorize?client_id={client.id}&redirect_uri={request['redirect_uri']}"
    with browser.session_transaction() as session:
        session["second_step"] = ["nobody", 2**33, "session", "pwd", "x"]
    page = browser.get(VERIFY, query_string={"next": onward})
    assert page.status_code == 200
    assert "Continue to App" in page.text
    assert "https://app.example.org" in page.headers["Content-Security-Policy"]


def test_the_form_has_no_key_whose_rows_would_cost_statements(client: FlaskClient, phone: Phone) -> None:
    """As the form of the password; a second click is told that its code was used, and opens nothing twice."""
    sign_in(client)
    assert "idempotency_key" not in client.get(VERIFY).text
    verify(client, phone.code())
    assert "idempotency_key" in client.get(VERIFY).text


def test_signed_in_a_code_proves_the_factor_once_more_and_goes_on(
    client: FlaskClient, phone: Phone, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in_with(client, phone)
    clock.shift(timedelta(hours=1))
    answer = verify(client, phone.code(), path=f"{VERIFY}?next=/account/apps")
    assert answer.location == "/account/apps"
    row = db_session.scalars(select(BrowserSession)).one()
    assert row.methods == "pwd otp mfa"
    assert row.second_factor_at is not None
    assert row.second_factor_at - row.created_at == timedelta(hours=1)


def test_a_session_of_before_the_factor_was_set_up_gets_it_by_a_code(
    app: Flask, client: FlaskClient, anna: str, db_session: Session
) -> None:
    sign_in(client)
    phone = give_phone(app, anna)
    assert verify(client, phone.code()).status_code == 303
    assert db_session.scalars(select(BrowserSession)).one().methods == "pwd otp mfa"


def test_who_has_no_factor_is_led_to_set_one_up(client: FlaskClient) -> None:
    sign_in(client)
    assert client.get(f"{VERIFY}?next=/account/apps").location == "/account/security/totp?next=/account/apps"


def test_the_completed_sign_in_clears_the_count_and_is_recorded(
    client: FlaskClient, phone: Phone, db_session: Session
) -> None:
    sign_in(client)
    assert verify(client, phone.wrong_code()).status_code == 422
    assert len(db_session.scalars(select(SignInFailures)).all()) == 1
    assert verify(client, phone.code()).status_code == 303
    assert db_session.scalars(select(SignInFailures)).all() == []
    assert {EventKind.CODE_REFUSED, EventKind.SIGNED_IN} <= set(db_session.scalars(select(Event.kind)))


def test_signing_in_with_a_factor_costs_two_statements_more_and_without_none(app: Flask, anna: str) -> None:
    def statements(browser: FlaskClient) -> int:
        token = csrf_token(browser)
        with count_statements() as sent:
            form = {"username": "anna", "password": PASSWORD, "csrf_token": token}
            assert browser.post("/login", data=form).status_code == 303
            if phone is not None:
                with browser.session_transaction() as session:
                    token = token if "csrf_token" in session else ""
                data = {"csrf_token": token, "code": phone.code()}
                assert browser.post(VERIFY, data=data).location == "/account"
        return len(sent)

    phone: Phone | None = None
    sign_in(app.test_client())  # the first sign-in notes where from
    without = statements(app.test_client())
    phone = give_phone(app, anna)
    assert statements(app.test_client()) - without <= 2
    assert without <= 11  # it was 12 before there were second factors


def test_a_blocked_person_completes_nothing(app: Flask, client: FlaskClient, anna: str, phone: Phone) -> None:
    sign_in(client)
    token = csrf_token(client, VERIFY)
    with app.app_context():
        accounts.block(accounts.get_user(anna))
        db.session.commit()
    answer = client.post(VERIFY, data={"csrf_token": token, "code": phone.code()})
    assert urlsplit(answer.location).path == "/login"
    assert not is_signed_in(client)


def test_logging_out_forgets_the_step(app: Flask, client: FlaskClient, anna: str, phone: Phone) -> None:
    give_codes(app, anna)
    sign_in(client)
    post(client, "/logout", form_on=VERIFY)
    assert client.get(VERIFY).location == "/login"
    assert parse_qs(urlsplit(client.get(VERIFY).location).query) == {}
