"""A copy of a browser's cookies: what it is still worth after the person has proved who they are, or a day later."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import EventKind
from app.audit.models import Event
from app.authentication import session_tokens
from app.authentication.lifetimes import Stay
from app.authentication.models import BrowserSession, SpentToken
from app.authentication.refusals import SpentTokenShown
from app.authentication.session_tokens import GRACE, find_session, rotate_token
from app.authentication.sessions import start_session
from app.database.rows import db
from app.extensions import background
from app.users import accounts
from tests.account.visitor import mails
from tests.authentication.visitors import (
    NOON,
    PASSWORD,
    copy_of,
    csrf_token,
    is_signed_in,
    make_user,
    post,
    sign_in,
)
from tests.support.mailboxes import text_of

ASKED_AGAIN = timedelta(minutes=11)  # later than a password check covers
BEYOND = GRACE + timedelta(seconds=1)
KEYS = "/admin/keys/rotate"  # a page that asks for the password once more


@pytest.fixture(autouse=True)
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app, is_admin=True, email_verified=True)


def prove(browser: FlaskClient) -> None:
    answer = post(browser, "/reauthenticate", form_on="/reauthenticate", password=PASSWORD)
    assert answer.status_code == 303


def token_of(browser: FlaskClient) -> str:
    with browser.session_transaction() as session:
        token = session["_user_id"]
    assert isinstance(token, str)
    return token


def kinds(db_session: Session) -> list[str]:
    return list(db_session.scalars(select(Event.kind)))


def test_a_cookie_copied_before_the_password_was_given_again_opens_nothing_that_asks_for_it(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    clock.shift(ASKED_AGAIN)
    copy = copy_of(app, client)
    prove(client)
    assert client.get(KEYS).status_code == 200
    # The other tabs of the browser go on for a moment, as they did before.
    assert is_signed_in(copy)
    assert copy.get(KEYS).location.startswith("/reauthenticate")
    assert client.get(KEYS).status_code == 200
    clock.shift(BEYOND)
    assert not is_signed_in(copy)
    assert copy.get(KEYS).location.startswith("/login")


def test_a_cookie_copied_before_the_password_was_given_again_proves_nothing_to_an_app_either(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    clock.shift(ASKED_AGAIN)
    old = token_of(client)
    prove(client)
    with app.app_context():
        found = find_session(old)
        assert found is not None
        db.session.commit()
        assert found.row.authenticated_at == NOON
        new = find_session(token_of(client))
        assert new is not None
        assert new.row.authenticated_at == NOON + ASKED_AGAIN


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/reauthenticate", {"password": PASSWORD}),
        ("/account/security", {"current_password": PASSWORD, "password": "12345678"}),  # refused, yet proved
    ],
)
def test_every_password_that_is_asked_for_brings_a_new_token(
    app: Flask, client: FlaskClient, path: str, fields: dict[str, str]
) -> None:
    sign_in(client)
    before = token_of(client)
    post(client, path, form_on=path, **fields)
    assert token_of(client) != before
    assert is_signed_in(client)


def test_a_cookie_copied_before_the_password_was_changed_is_worth_nothing_at_once(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in(client)
    copy = copy_of(app, client)
    answer = post(
        client,
        "/account/security",
        form_on="/account/security",
        current_password=PASSWORD,
        password="Wolken-Garten-17",
    )
    assert answer.status_code == 303
    assert not is_signed_in(copy)
    assert is_signed_in(client)
    assert EventKind.SESSION_COPIED not in kinds(db_session)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_spent_token_shown_again_ends_the_session_and_tells_the_person(
    app: Flask,
    client: FlaskClient,
    clock: time_machine.Traveller,
    db_session: Session,
    language: str,
    anna: str,
) -> None:
    with app.app_context():
        accounts.get_user(anna).locale = language
        db.session.commit()
    sign_in(client)
    copy = copy_of(app, client)
    clock.shift(timedelta(seconds=1))
    prove(client)
    clock.shift(BEYOND)
    assert is_signed_in(client)
    background.run_once()
    for _ in range(2):
        assert not is_signed_in(copy)
    assert not is_signed_in(client)
    assert db_session.scalars(select(BrowserSession)).all() == []
    assert db_session.scalars(select(SpentToken)).all() == []
    assert Counter(kinds(db_session))[EventKind.SESSION_COPIED] == 1
    (mail,) = mails(app, "session_copied")
    words = {"en": "We signed a device out", "de": "Wir haben ein Gerät abgemeldet"}
    assert mail["Subject"] == words[language]
    text = text_of(mail)
    assert "Firefox, Windows" in text
    assert "/account/sessions" in text
    assert "/account/security" in text
    assert "pf_session_" not in text
    clock.shift(timedelta(days=1))
    sign_in(client)
    assert (
        "A copy of a cookie" in client.get("/account/activity", headers={"Accept-Language": "en"}).text
        or language == "de"
    )


def test_an_older_token_that_is_shown_later_is_recognised_too(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in(client)
    copy = copy_of(app, client)
    for _ in range(3):
        prove(client)
        clock.shift(BEYOND)
        assert is_signed_in(client)
    background.run_once()
    assert not is_signed_in(copy)
    assert EventKind.SESSION_COPIED in kinds(db_session)


def test_nobody_is_told_of_an_address_that_may_be_a_strangers(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    make_user(app, "bert", "bert@example.org")
    sign_in(client, "bert")
    copy = copy_of(app, client)
    prove(client)
    clock.shift(BEYOND)
    assert not is_signed_in(copy)
    assert mails(app, "session_copied") == []


def test_the_copy_cannot_have_the_new_token_by_asking_while_the_old_one_still_opens(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, remember="y")
    copy = copy_of(app, client)
    prove(client)
    for path in ("/account", "/account/sessions", KEYS):
        answer = copy.get(path)
        assert not any("token" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_remembered_session_gets_a_new_token_every_day(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, remember="y")
    tokens = {token_of(client)}
    for day in range(1, 4):
        clock.shift(timedelta(hours=23))
        is_signed_in(client)
        assert len(tokens) == day
        clock.shift(timedelta(hours=1))
        assert is_signed_in(client)
        background.run_once()
        tokens.add(token_of(client))
        assert len(tokens) == day + 1


def test_the_cookie_lives_as_long_as_the_session(client: FlaskClient, clock: time_machine.Traveller) -> None:
    sign_in(client, remember="y")
    for day, until in ((29, "29 Apr"), (58, "28 May"), (87, "30 May")):
        clock.move_to(NOON + timedelta(days=day))
        cookies = client.get("/account").headers.getlist("Set-Cookie")
        assert any(f"{until} 2026 12:00:00 GMT" in each for each in cookies if "-token=" in each), cookies
        background.run_once()


def test_who_copied_the_cookie_of_a_remembered_session_is_found_out_a_day_later(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in(client, remember="y")
    copy = copy_of(app, client)
    clock.shift(timedelta(days=1))
    first, second = copy, client
    assert is_signed_in(first)
    clock.shift(timedelta(minutes=1))
    assert is_signed_in(first)
    background.run_once()
    assert not is_signed_in(second)
    assert not is_signed_in(first)
    assert EventKind.SESSION_COPIED in kinds(db_session)


def test_a_new_token_that_got_lost_on_its_way_signs_nobody_out(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in(client, remember="y")
    for _ in range(3):
        clock.shift(timedelta(days=1))
        assert is_signed_in(copy_of(app, client))  # this answer never arrives
        background.run_once()
    clock.shift(timedelta(minutes=5))
    before = token_of(client)
    assert is_signed_in(client)
    assert token_of(client) != before
    clock.shift(timedelta(minutes=5))
    assert is_signed_in(client)
    assert EventKind.SESSION_COPIED not in kinds(db_session)


def test_what_was_spent_long_ago_does_not_come_back_with_the_next_new_token(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, remember="y")
    copy = copy_of(app, client)
    for _ in range(2):
        clock.shift(timedelta(days=1))
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=2))
        assert is_signed_in(client)
        background.run_once()
    clock.shift(timedelta(days=1))
    assert is_signed_in(client)
    assert not is_signed_in(copy)


def all_at_once(browsers: list[FlaskClient], path: str) -> list[int]:
    barrier = Barrier(len(browsers))

    def go(browser: FlaskClient) -> int:
        barrier.wait()
        return browser.get(path).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(go, browsers))


def test_parallel_requests_of_one_browser_survive_the_rotation_and_one_of_them_rotates(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in(client, remember="y")
    clock.shift(timedelta(days=1))
    tabs = [copy_of(app, client) for _ in range(8)]
    before = token_of(client)
    assert all_at_once(tabs, "/account/sessions") == [200] * 8
    assert db_session.scalar(select(func.count()).select_from(SpentToken)) == 1
    assert len({token_of(tab) for tab in tabs} - {before}) == 1
    clock.shift(timedelta(seconds=5))
    assert all_at_once(tabs, "/account/sessions") == [200] * 8
    assert EventKind.SESSION_COPIED not in kinds(db_session)


def test_an_answer_that_comes_late_does_not_bring_the_old_token_back(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, remember="y")
    late = copy_of(app, client)
    prove(client)
    # It writes to the cookie of pages, and to that one only.
    answer = post(late, "/account/sessions/end-others")
    assert answer.status_code == 303
    assert not any("-token=" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_second_click_on_the_button_of_the_password_is_the_same_request(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    sign_in(client)
    clock.shift(ASKED_AGAIN)
    token = csrf_token(client, "/reauthenticate")
    first = copy_of(app, client)  # the browser drops this answer
    for browser in (first, client):
        form = {"csrf_token": token, "password": PASSWORD}
        assert browser.post("/reauthenticate", data=form).status_code == 303
    clock.shift(BEYOND)
    assert client.get(KEYS).status_code == 200
    assert EventKind.SESSION_COPIED not in kinds(db_session)


def test_of_two_rotations_of_one_token_one_comes_about(app: Flask, anna: str) -> None:
    with app.app_context():
        _row, token = start_session(accounts.get_user(anna), stay=Stay.REMEMBERED, ip=None, device=None)
        db.session.commit()
        first = find_session(token)
        db.session.remove()
        second = find_session(token)
        assert first is not None
        assert second is not None
        new = rotate_token(first.row, token)
        assert new is not None
        assert rotate_token(second.row, token) is None
        found = find_session(new)
        assert found is not None
        assert found.is_current


def test_a_spent_token_is_kept_as_a_digest(client: FlaskClient, db_session: Session) -> None:
    sign_in(client)
    token = token_of(client)
    prove(client)
    (spent,) = db_session.scalars(select(SpentToken))
    assert token.removeprefix("pf_session_") not in str(vars(spent))
    assert len(spent.token_digest) == 64


def test_the_spent_token_of_an_ended_session_is_nobodys(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    token = token_of(client)
    clock.shift(timedelta(seconds=1))
    prove(client)
    clock.shift(BEYOND)
    with app.app_context():
        assert find_session(token) is None  # its answer may have been lost
    assert is_signed_in(client)
    background.run_once()
    with app.app_context(), pytest.raises(SpentTokenShown):
        find_session(token)
    post(client, "/logout")
    with app.app_context():
        assert find_session(token) is None


def test_a_cookie_of_the_version_before_goes_on_and_is_replaced(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client, remember="y")
    token = token_of(client)
    old = app.test_client()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    old.set_cookie("pforte-8000", signer.dumps({"_user_id": token, "_permanent": True}))
    for _ in range(2):
        assert is_signed_in(old)
    clock.shift(session_tokens.DAILY)
    assert is_signed_in(old)
    assert old.get_cookie("pforte-8000-token") is not None
    cookie = old.get_cookie("pforte-8000")
    assert cookie is not None
    assert "_user_id" not in signer.loads(cookie.value)
    assert is_signed_in(old)
