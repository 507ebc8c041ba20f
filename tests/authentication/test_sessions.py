from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import EventKind
from app.audit.models import Event
from app.authentication.models import BrowserSession
from app.authentication.sessions import end_all_sessions, end_other_sessions, end_session, list_sessions
from app.clock import now
from app.database.rows import db
from app.extensions import background
from app.users import accounts
from tests.authentication.visitors import (
    FIREFOX,
    NOON,
    PASSWORD,
    SAFARI,
    is_signed_in,
    make_user,
    post,
    sign_in,
)
from tests.support.statements import count_statements


@pytest.fixture(autouse=True)
def anna(app: Flask) -> str:
    return make_user(app)


def rows(db_session: Session) -> list[BrowserSession]:
    db_session.expire_all()
    return list(db_session.scalars(select(BrowserSession).order_by(BrowserSession.id)))


def test_a_session_is_a_row_that_tells_where_and_when(
    client: FlaskClient, anna: str, db_session: Session
) -> None:
    sign_in(client)
    (row,) = rows(db_session)
    assert row.user_id == anna
    assert row.device == "Firefox, Windows"
    assert row.ip == "127.0.0.1"
    assert not row.remembered
    assert now() - row.authenticated_at < timedelta(seconds=10)


def test_without_staying_signed_in_the_cookie_ends_with_the_browser(client: FlaskClient) -> None:
    cookies = sign_in(client).headers.getlist("Set-Cookie")
    assert len(cookies) == 3
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Expires" in cookie) is cookie.startswith("pforte-8000-known=")


def test_staying_signed_in_keeps_the_cookie_for_a_month(client: FlaskClient, db_session: Session) -> None:
    with time_machine.travel(NOON, tick=False):
        answer = sign_in(client, remember="y")
    cookies = answer.headers.getlist("Set-Cookie")
    of_the_session = [cookie for cookie in cookies if not cookie.startswith("pforte-8000-known=")]
    assert all("Expires=Tue, 31 Mar 2026 12:00:00 GMT" in cookie for cookie in of_the_session)
    assert rows(db_session)[0].remembered


@pytest.mark.parametrize(
    ("fields", "idle"), [({}, timedelta(hours=12)), ({"remember": "y"}, timedelta(days=30))]
)
def test_a_session_ends_after_idle_time_and_each_visit_begins_it_anew(
    client: FlaskClient, fields: dict[str, str], idle: timedelta
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, **fields)
        for _ in range(3):
            clock.shift(idle - timedelta(minutes=5))
            assert is_signed_in(client)
            background.run_once()
        clock.shift(idle + timedelta(seconds=1))
        assert not is_signed_in(client)


def test_last_seen_is_written_once_a_minute_and_never_by_the_request(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client)
        for seconds, seen in ((30, 0), (29, 0), (1, 60), (30, 60), (30, 120)):
            clock.shift(seconds)
            with count_statements() as statements:
                is_signed_in(client)
            assert not [
                each
                for each in statements
                if each.lstrip().upper().startswith(("UPDATE", "INSERT", "DELETE"))
            ]
            background.run_once()
            assert rows(db_session)[0].last_seen_at == NOON + timedelta(seconds=seen)


def test_who_is_at_the_browser_costs_one_select(client: FlaskClient) -> None:
    sign_in(client)
    with count_statements() as statements:
        client.get("/login")
    assert len(statements) == 1


def test_a_visit_does_not_bring_an_ended_session_back(
    app: Flask, client: FlaskClient, anna: str, db_session: Session
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client)
        clock.shift(120)
        is_signed_in(client)
        with app.app_context():
            end_all_sessions(anna)
            db.session.commit()
        background.run_once()
    assert rows(db_session) == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_lists_the_devices_and_marks_this_one(
    app: Flask, client: FlaskClient, language: str
) -> None:
    sign_in(app.test_client(), agent=SAFARI)
    sign_in(client, agent=FIREFOX)
    page = client.get("/account/sessions", headers={"Accept-Language": language})
    assert f'<html lang="{language}"' in page.text
    assert page.text.count("Firefox") > 0
    assert page.text.count("Safari") > 0
    if language == "en":
        assert page.text.count("This device") == 1


def test_other_peoples_devices_are_not_listed(app: Flask, client: FlaskClient) -> None:
    make_user(app, "bert", "bert@example.org")
    sign_in(app.test_client(), "bert", agent=SAFARI)
    sign_in(client, agent=FIREFOX)
    assert "Safari" not in client.get("/account/sessions").text


def test_another_device_can_be_signed_out(app: Flask, client: FlaskClient, db_session: Session) -> None:
    phone = app.test_client()
    sign_in(phone, agent=SAFARI)
    sign_in(client)
    of_the_phone = rows(db_session)[0].id
    answer = post(client, f"/account/sessions/{of_the_phone}/end")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/sessions")
    assert "The device “Safari on iOS” is signed out." in client.get("/account/sessions").text
    assert not is_signed_in(phone)
    assert is_signed_in(client)
    assert db_session.scalar(select(Event.kind).order_by(Event.id.desc())) == EventKind.DEVICE_SIGNED_OUT


def test_signing_this_device_out_signs_out(client: FlaskClient, db_session: Session) -> None:
    sign_in(client)
    answer = post(client, f"/account/sessions/{rows(db_session)[0].id}/end")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert not is_signed_in(client)


def test_all_other_devices_can_be_signed_out(app: Flask, client: FlaskClient) -> None:
    others = [app.test_client() for _ in range(3)]
    for other in others:
        sign_in(other)
    sign_in(client)
    assert post(client, "/account/sessions/end-others").status_code == 303
    assert [is_signed_in(other) for other in others] == [False] * 3
    assert is_signed_in(client)


@pytest.mark.parametrize("session_id", ["0" * 32, "x", "%00", "' OR 1=1", "ü" * 100])
def test_a_device_nobody_has_is_not_found(client: FlaskClient, session_id: str) -> None:
    sign_in(client)
    assert post(client, f"/account/sessions/{session_id}/end").status_code in (400, 404)
    assert is_signed_in(client)


def test_the_device_of_somebody_else_is_not_found_and_stays(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    make_user(app, "bert", "bert@example.org")
    of_bert = app.test_client()
    sign_in(of_bert, "bert")
    sign_in(client)
    assert post(client, f"/account/sessions/{rows(db_session)[0].id}/end").status_code == 404
    assert is_signed_in(of_bert)


@pytest.mark.parametrize("path", ["/account/sessions/end-others", "/account/sessions/x/end"])
def test_a_foreign_page_signs_no_device_out(client: FlaskClient, path: str) -> None:
    sign_in(client)
    assert client.post(path).status_code == 400
    assert client.get(path).status_code == 405


def test_the_pages_are_for_the_signed_in(client: FlaskClient) -> None:
    answer = client.get("/account/sessions")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/account/sessions")


def test_rules_end_one_some_or_all(app: Flask, anna: str) -> None:
    browsers = [app.test_client() for _ in range(4)]
    for browser in browsers:
        sign_in(browser)
    with app.app_context():
        ids = [row.id for row in reversed(list_sessions(anna))]
        assert end_session(anna, ids[0]) is not None
        assert end_session(anna, ids[0]) is None
        assert end_session("0" * 32, ids[1]) is None
        assert end_other_sessions(anna, ids[1]) == 2
        assert end_all_sessions(anna) == 1
        assert list_sessions(anna) == []
        db.session.commit()
    assert not any(is_signed_in(browser) for browser in browsers)


@pytest.mark.parametrize("end", [accounts.block, accounts.delete])
def test_a_blocked_or_deleted_person_is_signed_out_everywhere_at_once(
    app: Flask, client: FlaskClient, anna: str, db_session: Session, end: object
) -> None:
    sign_in(client)
    with app.app_context():
        end(accounts.get_user(anna))  # type: ignore[operator]
        db.session.commit()
    assert not is_signed_in(client)
    assert rows(db_session) == []


@pytest.mark.parametrize("column", ["blocked_at", "deleted_at"])
def test_a_row_left_over_lets_no_blocked_person_in(
    client: FlaskClient, db_session: Session, column: str
) -> None:
    sign_in(client)
    user = db_session.get_one(accounts.User, rows(db_session)[0].user_id)
    setattr(user, column, now())
    db_session.commit()
    assert len(rows(db_session)) == 1
    assert not is_signed_in(client)


def test_the_password_given_again_renews_the_time_of_the_sign_in(
    client: FlaskClient, db_session: Session
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client)
        clock.shift(3600)
        answer = post(
            client, "/reauthenticate?next=/account/sessions", form_on="/reauthenticate", password=PASSWORD
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, "/account/sessions")
        (row,) = rows(db_session)
        assert row.authenticated_at == NOON + timedelta(hours=1)
        assert row.created_at == NOON


def test_a_wrong_password_renews_nothing_and_counts(client: FlaskClient, db_session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client)
        clock.shift(3600)
        for _ in range(5):
            told = post(client, "/reauthenticate", form_on="/reauthenticate", password="wrong")
            assert told.status_code == 422
            assert "This is not your password." in told.text
        told = post(client, "/reauthenticate?next=/device", form_on="/reauthenticate", password=PASSWORD)
        assert (told.status_code, told.headers["Retry-After"]) == (429, "30")
        assert 'action="/reauthenticate?next=%2Fdevice"' in told.text
        assert rows(db_session)[0].authenticated_at == NOON
        assert is_signed_in(client)


def test_the_question_for_the_password_is_for_the_signed_in_and_names_them(client: FlaskClient) -> None:
    assert client.get("/reauthenticate").headers["Location"].startswith("/login?next=")
    sign_in(client)
    assert "You are signed in as anna." in client.get("/reauthenticate").text


def test_a_question_left_open_too_long_is_asked_again(client: FlaskClient) -> None:
    sign_in(client)
    below = client.post("/reauthenticate", data={}, environ_overrides={"SCRIPT_NAME": "/below"})
    assert below.headers["Location"] == "/below/reauthenticate"
    answer = client.post("/reauthenticate?next=/account", data={"password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reauthenticate?next=/account")
