"""A form that comes too late does nothing and loses nothing: not for want of a token, nor of a sign-in."""

import random
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.authentication.models import BrowserSession
from app.clients.models import Client
from app.clock import now
from app.users.models import User
from tests import factories as make

NEW = "/dashboard/apps/new"
TYPED = {
    "name": "Weather & station",
    "description": "Says what <it> will be like.",
    "redirect_uris": "https://app.example.com/a\nhttps://app.example.com/b",
    "client_type": "public",
    "grant_types": "authorization_code",
    "scopes": ["openid", "phone"],
}
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
TOO_LATE = "This page was open for too long, so nothing has been changed yet."
KEPT = "What you entered is kept."


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna", is_admin=True)


@pytest.fixture
def browser(app: Flask, anna: make.Person) -> FlaskClient:
    visitor = app.test_client()
    sign_in(visitor, "/login")
    return visitor


def sign_in(visitor: FlaskClient, url: str, username: str = "anna") -> TestResponse:
    return submit(visitor, visitor.get(url), url, username=username, password=make.PASSWORD)


def count_apps(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count(Client.id))) or 0


def check_filled_in(page: TestResponse) -> None:
    assert 'value="Weather &amp; station"' in page.text
    assert "Says what &lt;it&gt; will be like.</textarea>" in page.text
    assert "https://app.example.com/a\nhttps://app.example.com/b</textarea>" in page.text.replace("\r", "")
    assert 'value="public" checked' in page.text
    assert 'value="phone" checked' in page.text
    assert 'value="email" checked' not in page.text


def submit(browser: FlaskClient, page: TestResponse, path: str, **fields: object) -> TestResponse:
    return browser.post(path, data={"csrf_token": make.csrf_token(page), **fields})


def end_every_session(session: Session) -> None:
    session.execute(delete(BrowserSession))
    session.commit()


# ── A page that was open for too long


@pytest.mark.parametrize("token", [{}, {"csrf_token": "stale"}])
@pytest.mark.parametrize("headers", [FROM_HERE, {"Origin": "http://localhost"}])
def test_a_form_without_its_token_is_shown_again_as_it_was_typed(
    browser: FlaskClient, db_session: Session, token: dict[str, str], headers: dict[str, str]
) -> None:
    page = browser.post(NEW, data=TYPED | token, headers=headers)
    assert page.status_code == 400
    assert TOO_LATE in page.text
    check_filled_in(page)
    assert count_apps(db_session) == 0
    assert submit(browser, page, NEW, **TYPED).status_code == 302
    assert count_apps(db_session) == 1
    assert TOO_LATE not in browser.get(NEW).text


@pytest.mark.any_database
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_another_site_cannot_fill_in_our_forms(browser: FlaskClient, headers: dict[str, str]) -> None:
    page = browser.post(NEW, data=TYPED, headers=headers)
    assert page.status_code == 400
    assert "Weather" not in page.text
    assert "Weather" not in browser.get(NEW).text


def test_passwords_are_never_shown_again(browser: FlaskClient) -> None:
    typed = {"current_password": "violet kettle", "password": "under seven bridges"}
    page = browser.post("/account/security", data=typed, headers=FROM_HERE)
    assert page.status_code == 400
    assert TOO_LATE in page.text
    assert "violet" not in page.text
    assert "bridges" not in page.text


def test_a_late_form_that_others_may_not_open_stays_a_404(app: Flask) -> None:
    other = make.browser_of(app, make.make_user(app))
    assert other.post("/admin/apps/new", data=TYPED, headers=FROM_HERE).status_code == 404


def test_a_form_without_a_page_of_its_own_is_refused_as_ever(browser: FlaskClient) -> None:
    page = browser.post("/account/sessions/end-others", headers=FROM_HERE)
    assert page.status_code == 400
    assert "This page was open too long" in page.text


def test_null_bytes_are_refused_as_ever(browser: FlaskClient) -> None:
    page = browser.post(NEW, data={"name": "a\0b"}, headers=FROM_HERE)
    assert page.status_code == 400
    assert TOO_LATE not in page.text


def test_a_late_sign_in_is_asked_for_once_more(app: Flask, anna: make.Person) -> None:
    visitor = app.test_client()
    fields = {"username": "anna", "password": make.PASSWORD}
    page = visitor.post("/login?next=/account", data=fields, headers=FROM_HERE)
    assert page.status_code == 400
    assert 'value="anna"' in page.text
    assert make.PASSWORD not in page.text
    assert submit(visitor, page, "/login?next=/account", **fields).location == "/account"


# ── A sign-in that was over


def test_what_was_typed_before_the_sign_in_ended_is_shown_behind_the_next(
    browser: FlaskClient, db_session: Session
) -> None:
    token = make.csrf_token(browser.get(NEW))
    end_every_session(db_session)
    answer = browser.post(NEW, data={"csrf_token": token, **TYPED})
    assert answer.location == f"/login?next={NEW}"
    page = browser.get(answer.location)
    assert KEPT in page.text
    assert sign_in(browser, answer.location).location == NEW
    page = browser.get(NEW)
    assert page.status_code == 200
    check_filled_in(page)
    assert count_apps(db_session) == 0
    assert "Weather" not in browser.get(NEW).text, "shown once"
    assert submit(browser, page, NEW, **TYPED).status_code == 302


def test_the_query_of_the_page_is_kept_too(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    path = f"/admin/scopes/edit?name={make.make_scope(app)}"
    token = make.csrf_token(browser.get(path))
    end_every_session(db_session)
    answer = browser.post(path, data={"csrf_token": token, "description_en": "Read & print your reports"})
    onward = sign_in(browser, answer.location).location
    assert onward == path
    assert "Read &amp; print your reports" in browser.get(onward).text


def test_who_signs_in_as_somebody_else_sees_nothing_of_it(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    make.make_user(app, "bert")
    token = make.csrf_token(browser.get(NEW))
    end_every_session(db_session)
    browser.post(NEW, data={"csrf_token": token, **TYPED})
    sign_in(browser, "/login", "bert")
    assert "Weather" not in browser.get(NEW).text
    submit(browser, browser.get("/account"), "/logout")
    sign_in(browser, "/login")
    assert "Weather" not in browser.get(NEW).text


def test_it_waits_a_quarter_of_an_hour(browser: FlaskClient, db_session: Session) -> None:
    token = make.csrf_token(browser.get(NEW))
    end_every_session(db_session)
    browser.post(NEW, data={"csrf_token": token, **TYPED})
    with time_machine.travel(now() + timedelta(minutes=16)):
        sign_in(browser, "/login")
        assert "Weather" not in browser.get(NEW).text


def test_neither_passwords_nor_other_secrets_wait(browser: FlaskClient, db_session: Session) -> None:
    token = make.csrf_token(browser.get("/account/security"))
    end_every_session(db_session)
    fields = {"csrf_token": token, "current_password": "violet", "password": "kettle"}
    answer = browser.post("/account/security", data=fields)
    assert answer.location == "/login?next=/account/security"
    with browser.session_transaction() as cookie:
        assert "waiting_form" not in cookie
    assert KEPT not in browser.get(answer.location).text


def test_nothing_is_promised_of_what_is_too_long_to_keep(browser: FlaskClient, db_session: Session) -> None:
    token = make.csrf_token(browser.get(NEW))
    end_every_session(db_session)
    long = random.Random(1).randbytes(3000).hex()
    answer = browser.post(NEW, data={"csrf_token": token, "name": "x", "description": long})
    assert answer.location == f"/login?next={NEW}"
    assert KEPT not in browser.get(answer.location).text


def test_what_waits_is_not_readable_in_the_cookie(browser: FlaskClient, db_session: Session) -> None:
    token = make.csrf_token(browser.get(NEW))
    end_every_session(db_session)
    browser.post(NEW, data={"csrf_token": token, **TYPED})
    with browser.session_transaction() as cookie:
        assert "Weather" not in str(dict(cookie))
        assert len(cookie["waiting_form"]) < 2400


def test_a_form_without_a_page_of_its_own_leads_back_to_where_it_was_sent_from(
    browser: FlaskClient, db_session: Session
) -> None:
    token = make.csrf_token(browser.get("/account/sessions"))
    end_every_session(db_session)
    for referrer, onward in [
        ("http://localhost/account/sessions", "/login?next=/account/sessions"),
        ("http://localhost.evil.example/x", "/login"),
        ("https://evil.example/", "/login"),
    ]:
        answer = browser.post(
            "/account/sessions/end-others", data={"csrf_token": token}, headers={"Referer": referrer}
        )
        assert answer.location == onward


def test_a_late_form_of_somebody_signed_out_leads_to_the_sign_in(app: Flask, db_session: Session) -> None:
    answer = app.test_client().post(NEW, data=TYPED, headers=FROM_HERE)
    assert answer.location == f"/login?next={NEW}"


# ── A password that was given too long ago


def test_an_administrators_act_is_asked_for_again_behind_the_password(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    other = make.make_user(app, "carla")
    path = f"/admin/users/{other.id}/delete"
    token = make.csrf_token(browser.get(path))
    with time_machine.travel(now() + timedelta(minutes=11)):
        answer = browser.post(path, data={"csrf_token": token, "confirm": "carla"})
        assert answer.location == f"/reauthenticate?next={path}"
        page = browser.get(answer.location)
        assert KEPT in page.text
        assert submit(browser, page, answer.location, password=make.PASSWORD).location == path
        page = browser.get(path)
        assert 'value="carla"' in page.text
        assert "Nothing has been changed yet." in page.text
        deleted = select(User.deleted_at).where(User.id == other.id)
        assert db_session.scalar(deleted) is None
        submit(browser, page, path, confirm="carla")
    db_session.rollback()
    assert db_session.scalar(deleted) is not None


def test_a_new_app_of_the_portal_is_kept_while_the_password_is_given(browser: FlaskClient) -> None:
    path = "/admin/apps/new"
    token = make.csrf_token(browser.get(path))
    with time_machine.travel(now() + timedelta(minutes=11)):
        answer = browser.post(path, data={"csrf_token": token, **TYPED})
        submit(browser, browser.get(answer.location), answer.location, password=make.PASSWORD)
        check_filled_in(browser.get(path))
