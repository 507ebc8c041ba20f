"""Several accounts in one browser: joining, taking turns, leaving."""

import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.audit import EventKind
from app.audit.models import Event
from app.authentication.models import BrowserSession
from app.database.rows import db
from app.users import accounts
from app.users.models import User
from tests.account.visitor import last_link
from tests.authentication.several import (
    ACCOUNTS,
    ADDING,
    FROM_HERE,
    NAMES,
    active,
    listed,
    sign_all_in,
    switch,
    token_cookies,
)
from tests.authentication.visitors import (
    PASSWORD,
    csrf_token,
    is_signed_in,
    make_user,
    post,
    sign_in,
)
from tests.support.statements import count_statements


def count_sessions(session: Session, user_id: str | None = None) -> int:
    session.expire_all()
    query = select(func.count(BrowserSession.id))
    return session.scalar(query.where(BrowserSession.user_id == user_id) if user_id else query) or 0


def sign_out(browser: FlaskClient, **fields: str) -> str:
    """What the page says after the button was pressed."""
    post(browser, "/logout", form_on=ACCOUNTS, **fields)
    return browser.get("/", follow_redirects=True).text


def test_a_second_account_joins_and_becomes_the_active_one(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_all_in(app, client, "anna", "bert")
    assert active(client) == "bert"
    assert count_sessions(db_session) == 2


def test_each_account_takes_its_turn_and_proves_nothing_by_it(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    before = {
        row.user_id: (row.id, row.authenticated_at) for row in db_session.scalars(select(BrowserSession))
    }
    clock.shift(3600)
    assert switch(client, ids["anna"], "/account/activity").location == "/account/activity"
    assert active(client) == "anna"
    db_session.expire_all()
    after = {
        row.user_id: (row.id, row.authenticated_at) for row in db_session.scalars(select(BrowserSession))
    }
    assert after == before
    assert client.get("/account/activity").status_code == 200
    assert switch(client, ids["bert"]).location == "/account"
    assert active(client) == "bert"


def test_the_page_lists_who_is_signed_in_here_the_active_account_first(
    app: Flask, client: FlaskClient
) -> None:
    ids = sign_all_in(app, client, "anna", "bert", "carla")
    assert listed(client)[0] == ids["carla"]
    assert sorted(listed(client)) == sorted(ids.values())
    switch(client, ids["bert"])
    assert listed(client)[0] == ids["bert"]


def test_with_nobody_signed_in_the_page_is_the_sign_in(client: FlaskClient) -> None:
    assert client.get(f"{ACCOUNTS}?next=/account/activity").location == "/login?next=/account/activity"


def test_with_one_account_the_sign_in_leads_on_as_ever(app: Flask, client: FlaskClient) -> None:
    sign_all_in(app, client, "anna")
    assert client.get("/login?next=/account/activity").location == "/account/activity"
    assert list(token_cookies(client)) == ["pforte-8000-token"]
    assert client.get_cookie("pforte-8000-active") is None


def test_another_account_signs_in_beside_the_one_that_is_there(app: Flask, client: FlaskClient) -> None:
    sign_all_in(app, client, "anna")
    answer = switch(client, "other", "/account/activity")
    assert answer.location == "/login?another=1&next=/account/activity"
    page = client.get(answer.location)
    assert "anna stays signed in." in page.text
    assert 'action="/login?another=1&amp;next=%2Faccount%2Factivity"' in page.text
    wrong = sign_in(client, "anna", "wrong", path=answer.location)
    assert wrong.status_code == 422
    assert 'action="/login?another=1&amp;next=%2Faccount%2Factivity"' in wrong.text
    assert active(client) == "anna"


def test_who_signs_in_again_replaces_their_older_session_here(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    for name in ("anna", "bert", "bert"):
        assert sign_in(client, name, path=ADDING).status_code == 303
        assert active(client) == name
    assert count_sessions(db_session, ids["anna"]) == count_sessions(db_session, ids["bert"]) == 1
    assert len(token_cookies(client)) == 2


def test_who_registers_joins_those_who_are_signed_in(app: Flask, client: FlaskClient) -> None:
    ids = sign_all_in(app, client, "anna")
    fields = {"username": "newcomer", "email": "newcomer@example.org", "password": "nine quiet lanterns"}
    assert client.get("/register").location == "/account"
    assert post(client, "/register?another=1", form_on="/register?another=1", **fields).status_code == 303
    assert active(client) == "newcomer"
    assert ids["anna"] in listed(client)


@pytest.mark.parametrize("door", ["/login", "/register"])
def test_a_sixth_account_is_told_to_wait_until_one_is_signed_out(
    app: Flask, client: FlaskClient, db_session: Session, door: str
) -> None:
    ids = sign_all_in(app, client, *NAMES)
    make_user(app, "zoe", "zoe@example.org")
    assert client.get(ADDING).location == ACCOUNTS
    page = client.get(ACCOUNTS).text
    assert "You are signed in to 5 accounts in this browser, and there may be no more." in page
    assert 'value="other"' not in page[page.index("<main") :]
    fields = {"username": "zoe", "password": PASSWORD}
    if door == "/register":
        fields = {"username": "yves", "email": "yves@example.org", "password": "nine quiet lanterns"}
    answer = post(client, f"{door}?another=1", form_on="/account/profile", **fields)
    assert answer.location == ACCOUNTS
    assert active(client) == "emil"
    assert count_sessions(db_session) == 5
    assert db_session.scalar(select(User).where(User.username == "yves")) is None
    sign_out(client, account=ids["bert"])
    assert sign_in(client, "zoe", path=ADDING).status_code == 303
    assert active(client) == "zoe"


def test_signing_out_keeps_the_others_and_says_who_is_active_now(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    assert "bert is signed out. You are signed in as anna." in sign_out(client)
    assert active(client) == "anna"
    assert count_sessions(db_session, ids["bert"]) == 0
    assert "You are signed out." in sign_out(client)
    assert active(client) is None
    assert token_cookies(client) == {}
    assert client.get_cookie("pforte-8000-active") is None


def test_one_that_is_not_active_signs_out_alone(app: Flask, client: FlaskClient, db_session: Session) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    assert "anna is signed out. You are signed in as bert." in sign_out(client, account=ids["anna"])
    assert active(client) == "bert"
    assert count_sessions(db_session, ids["anna"]) == 0
    signed_out = select(Event.user_id).where(Event.kind == EventKind.SIGNED_OUT)
    assert db_session.scalars(signed_out).all() == [ids["anna"]]


def test_signing_out_of_all_leaves_nobody(app: Flask, client: FlaskClient, db_session: Session) -> None:
    sign_all_in(app, client, "anna", "bert", "carla")
    assert "You are signed out of all accounts." in sign_out(client, account="all")
    assert count_sessions(db_session) == 0
    assert token_cookies(client) == {}


def test_the_device_signed_out_in_its_list_is_that_account_alone(app: Flask, client: FlaskClient) -> None:
    sign_all_in(app, client, "anna", "bert")
    here = re.search(r'action="(/account/sessions/[^"]+/end)"', client.get("/account/sessions").text)
    assert here
    post(client, here[1])
    assert active(client) == "anna"


@pytest.mark.parametrize("end", ["expired", "blocked", "ended"])
def test_an_account_that_is_over_vanishes_and_nobody_takes_its_place_unasked(
    app: Flask, client: FlaskClient, db_session: Session, end: str
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    row = db_session.scalar(select(BrowserSession).where(BrowserSession.user_id == ids["bert"]))
    assert row is not None
    if end == "blocked":
        with app.app_context():
            accounts.block(accounts.get_user(ids["bert"]))
            db.session.commit()
    elif end == "expired":
        row.expires_at = row.created_at
    else:
        db_session.delete(row)
    db_session.commit()
    assert client.get("/account/activity").location == "/login?next=/account/activity"
    assert client.get("/login?next=/account/activity").location == f"{ACCOUNTS}?next=/account/activity"
    assert listed(client) == [ids["anna"]]
    assert switch(client, ids["anna"], "/account/activity").location == "/account/activity"
    assert active(client) == "anna"


def test_after_a_switch_nothing_of_the_other_account_is_shown(app: Flask, client: FlaskClient) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    with client.session_transaction() as cookie:
        cookie["_flashes"] = [("ok", "A word for bert")]
    switch(client, ids["anna"])
    assert "A word for bert" not in client.get("/account").text


def test_what_a_slow_answer_brings_back_of_another_account_is_dropped(
    app: Flask, client: FlaskClient
) -> None:
    """The answer to a page of bert's comes after the switch, with the cookie that pages write to."""
    ids = sign_all_in(app, client, "anna", "bert")
    with client.session_transaction() as cookie:
        cookie["_flashes"] = [("ok", "A word for bert")]
    late = client.get_cookie("pforte-8000")
    assert late is not None
    switch(client, ids["anna"])
    client.set_cookie("pforte-8000", late.value)
    assert active(client) == "anna"
    client.set_cookie("pforte-8000", late.value)
    assert "A word for bert" not in client.get("/account").text


def test_the_menu_switches_at_one_press(app: Flask, client: FlaskClient) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    header = client.get("/account").text.split("<main")[0]
    assert f'name="account" value="{ids["anna"]}"' in header
    assert ids["bert"] not in header
    assert 'name="account" value="other"' in header


def test_only_pages_that_show_the_others_look_them_up_and_by_one_statement(
    app: Flask, client: FlaskClient
) -> None:
    sign_all_in(app, client, "anna")
    client.get("/account/profile")
    with count_statements() as alone:
        client.get("/account/profile")
    for name in NAMES[1:]:
        make_user(app, name, f"{name}@example.org")
        sign_in(client, name, path=ADDING)
    client.get("/account/profile")
    with count_statements() as among_five:
        client.get("/account/profile")
    assert len(among_five) == len(alone) + 1, among_five
    with count_statements() as redirected:
        assert client.get("/login").status_code == 303
    assert len(redirected) == 1, redirected


def test_all_cookies_together_stay_small_with_five_accounts_of_long_names(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    long = "Jürgen Österreich-Übelacker "
    for number, name in enumerate(NAMES):
        person = make_user(app, name, f"{name}.{'x' * 50}@{'y' * 60}.example.org")
        db_session.execute(update(User).where(User.id == person).values(name=(long * 8)[:99]))
        db_session.commit()
        sign_in(client, name, path=ADDING if number else "/login", remember="y")
    with client.session_transaction() as cookie:  # as many as a browser remembers
        cookie["used_apps"] = {f"{number:012x}": f"{number * 7919:08x}" for number in range(20)}
        cookie["interactions"] = {
            f"{number * 104729:016x}": {"chosen": f"{number * 7919:08x}", "sent": 1772366400.123456}
            for number in range(5)
        }
    page = client.get("/account/profile")
    token = csrf_token(client, "/account/profile")
    assert page.status_code == 200
    post(client, "/logout", form_on=ACCOUNTS, account="nobody")  # notes a message with a long name
    assert size(client) < 3400
    switch(client, listed(client)[1])
    typed = {"csrf_token": token, "name": "N" * 90, "country": "DE", "mobile": ""}
    answer = client.post("/account/profile", data=typed, headers=FROM_HERE)
    assert answer.status_code == 409
    assert size(client) < 4096


def size(browser: FlaskClient) -> int:
    return sum(len(cookie.key) + len(cookie.value) + 3 for cookie in browser._cookies.values())


def test_a_new_password_by_mail_signs_that_account_out_and_leads_to_its_sign_in(
    app: Flask, client: FlaskClient
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    post(client, "/forgot-password", form_on="/forgot-password", email="bert@example.org")
    link = last_link(app, "reset_password")
    answer = post(client, link, form_on=link, password="nine quiet lanterns by the harbour")
    assert answer.location == "/login?another=1"
    assert client.get(answer.location).status_code == 200
    assert listed(client) == [ids["anna"]]
    assert is_signed_in(client)
