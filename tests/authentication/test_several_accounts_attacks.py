"""Several accounts in one browser: what is of one never acts for another, and copies of one are worth that one alone."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import form_owners
from app.audit import EventKind
from app.audit.models import Event
from app.authentication.session_tokens import GRACE
from app.extensions import background
from app.users.models import User
from tests.authentication.several import (
    ACCOUNTS,
    ADDING,
    FROM_HERE,
    active,
    listed,
    sign_all_in,
    switch,
    token_cookies,
)
from tests.authentication.visitors import PASSWORD, browser_at, csrf_token, make_user, post, sign_in

BEYOND = GRACE + timedelta(seconds=1)
PROFILE = "/account/profile"


def with_cookies(app: Flask, cookies: dict[str, str]) -> FlaskClient:
    browser = app.test_client()
    for name, value in cookies.items():
        browser.set_cookie(name, value)
    return browser


def cookies_of(browser: FlaskClient) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in browser._cookies.values()}


def name_of(session: Session, user_id: str) -> str | None:
    session.expire_all()
    return session.scalar(select(User.name).where(User.id == user_id))


def events(session: Session, kind: EventKind) -> list[str | None]:
    return list(session.scalars(select(Event.user_id).where(Event.kind == kind)))


def fill_profile(browser: FlaskClient, token: str, name: str) -> object:
    fields = {"csrf_token": token, "name": name, "mobile": "", "country": "", "locale": "en"}
    return browser.post(PROFILE, data=fields, headers=FROM_HERE)


# ── A form that was written for one account, sent while another is active


def test_attack_a_form_written_for_one_account_never_acts_for_the_other(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    of_bert = csrf_token(client, PROFILE)
    switch(client, ids["anna"])
    answer = fill_profile(client, of_bert, "Bertram")
    assert answer.status_code == 409
    assert "You are now signed in as anna, so nothing has been done." in answer.text
    assert "bert@example.org" in answer.text
    assert name_of(db_session, ids["anna"]) is None
    assert name_of(db_session, ids["bert"]) is None


def test_what_was_typed_comes_back_after_the_switch_back_and_is_sent_for_its_person_only(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    of_bert = csrf_token(client, PROFILE)
    switch(client, ids["anna"])
    answer = fill_profile(client, of_bert, "Bertram the Typed")
    assert "Bertram the Typed" not in client.get(PROFILE).text
    back = re.search(r'action="(/login/accounts\?next=[^"]+)"', answer.text)
    assert back
    fields = {
        "csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)[-1],
        "account": ids["bert"],
    }
    onward = client.post(back[1], data=fields)
    assert onward.location == PROFILE
    page = client.get(PROFILE)
    assert 'value="Bertram the Typed"' in page.text
    assert fill_profile(client, csrf_token(client, PROFILE), "Bertram the Typed").status_code == 303
    assert name_of(db_session, ids["bert"]) == "Bertram the Typed"
    assert name_of(db_session, ids["anna"]) is None


def test_a_form_of_an_account_that_has_left_says_so_and_acts_for_nobody(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    of_bert = csrf_token(client, PROFILE)
    post(client, "/logout", form_on=PROFILE)
    assert active(client) == "anna"
    answer = fill_profile(client, of_bert, "Bertram")
    assert answer.status_code == 409
    assert "no longer signed in in this browser" in answer.text
    assert 'href="/login?another=1"' in answer.text
    assert "bert" not in answer.text.split("<main")[1]
    assert name_of(db_session, ids["anna"]) is None


def test_a_form_of_one_account_from_before_the_other_joined_does_not_act_for_that_one(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna")
    of_anna = csrf_token(client, PROFILE)
    make_user(app, "bert", "bert@example.org")
    sign_in(client, "bert", path=ADDING)
    assert fill_profile(client, of_anna, "Anna").status_code == 409
    switch(client, ids["anna"])
    assert fill_profile(client, of_anna, "Anna").status_code == 303
    assert name_of(db_session, ids["anna"]) == "Anna"


def test_attack_a_form_that_says_nothing_of_its_account_acts_for_nobody(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    """Cut off, exchanged or invented: the token alone is right."""
    ids = sign_all_in(app, client, "anna", "bert")
    token, _mark, _owner = csrf_token(client, PROFILE).partition("~")
    with app.app_context():
        of_anna = form_owners.name_of(ids["anna"])
    for forged, status in (
        (token, 400),
        (f"{token}~", 400),
        (f"{token}~{of_anna}", 409),
        (f"{token}~x", 409),
    ):
        assert fill_profile(client, forged, "Forged").status_code == status, forged
    assert name_of(db_session, ids["anna"]) is None
    assert name_of(db_session, ids["bert"]) is None


def test_the_button_that_signs_out_is_meant_for_the_account_of_its_page(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    of_bert = csrf_token(client, PROFILE)
    switch(client, ids["anna"])
    client.post("/logout", data={"csrf_token": of_bert})
    assert active(client) == "anna"
    assert listed(client) == [ids["anna"]]
    client.post("/logout", data={"csrf_token": of_bert})  # the second click
    assert (
        "You are signed in as anna. The other account was signed out before." in client.get("/account").text
    )
    assert events(db_session, EventKind.SIGNED_OUT) == [ids["bert"]]


def test_the_question_for_the_password_is_for_the_account_of_its_page(
    app: Flask, client: FlaskClient
) -> None:
    """Two tabs: anna's asks for her password, bert is made active in the other; the answer counts for anna."""
    ids = sign_all_in(app, client, "anna", "bert")
    switch(client, ids["anna"])
    page = client.get("/reauthenticate?next=/account/activity").text
    assert "You are signed in as anna." in page
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    switch(client, ids["bert"])
    fields = {"csrf_token": token, "password": PASSWORD}
    assert client.post("/reauthenticate?next=/account/activity", data=fields).status_code == 303
    assert active(client) == "bert"


# ── Who may switch


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_attack_another_site_neither_switches_nor_signs_out(
    app: Flask, client: FlaskClient, site: str | None
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    headers = {"Sec-Fetch-Site": site} if site else {}
    for path, account in (
        (ACCOUNTS, ids["anna"]),
        ("/logout", "all"),
        ("/logout", ids["anna"]),
        (ACCOUNTS, "other"),
    ):
        assert client.post(path, data={"account": account}, headers=headers).status_code == 400
    for path in (
        f"{ACCOUNTS}?account={ids['anna']}",
        f"/logout?account={ids['anna']}",
        f"{ADDING}&account=other",
    ):
        client.get(path)
    assert active(client) == "bert"
    assert len(listed(client)) == 2


def test_attack_the_sign_in_beside_another_account_needs_its_token_too(
    app: Flask, client: FlaskClient
) -> None:
    """Login CSRF: another site signs the person in to the attacker's account."""
    sign_all_in(app, client, "anna")
    make_user(app, "mallory", "mallory@example.org")
    fields = {"username": "mallory", "password": PASSWORD}
    foreign = csrf_token(browser_at(app), "/login")
    for token in ({}, {"csrf_token": foreign}):
        for site in ("cross-site", "same-origin"):
            client.post(ADDING, data={**fields, **token}, headers={"Sec-Fetch-Site": site})
    assert active(client) == "anna"
    assert len(listed(client)) == 1


@pytest.mark.parametrize("wanted", ["stranger", "", "other'", "0" * 32, "session"])
def test_attack_an_account_that_is_not_signed_in_here_is_no_choice(
    app: Flask, client: FlaskClient, wanted: str
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    stranger = make_user(app, "stranger", "stranger@example.org")
    sign_in(browser_at(app), "stranger")
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    chosen = {"stranger": stranger, "session": token}.get(wanted, wanted)
    answer = switch(client, chosen)
    assert answer.status_code == 422
    assert "This account is no longer signed in here." in answer.text
    assert active(client) == "bert"
    post(client, "/logout", form_on=ACCOUNTS, account=chosen)
    assert len(listed(client)) == 2
    assert ids["anna"] in listed(client)


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_attack_the_page_of_accounts_leads_nowhere_else(app: Flask, client: FlaskClient, onward: str) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    assert switch(client, ids["anna"], onward).location == "/account"
    assert switch(client, "other", onward).location == "/login?another=1"


# ── Copies


def test_attack_the_copied_cookie_of_one_account_is_worth_that_one_alone(
    app: Flask, client: FlaskClient
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    cookies = cookies_of(client)
    of_anna = {name: value for name, value in cookies.items() if name == "pforte-8000-token"}
    assert list(of_anna.values()) != [token_cookies(client)[f"pforte-8000-token{slot_of(client)}"]]
    pages = {name: cookies[name] for name in ("pforte-8000", "pforte-8000-active")}
    for kept in (of_anna, {**of_anna, **pages}):
        thief = with_cookies(app, kept)
        assert active(thief) == "anna"
        assert listed(thief) == [ids["anna"]]
        assert switch(thief, ids["bert"]).status_code == 422
        assert active(thief) == "anna"


def slot_of(browser: FlaskClient) -> str:
    """The name behind that of the first cookie, of the account that came second."""
    return next(name for name in token_cookies(browser) if name != "pforte-8000-token")[
        len("pforte-8000-token") :
    ]


def test_attack_the_order_of_the_cookies_forges_no_account(app: Flask, client: FlaskClient) -> None:
    """A pointer to nobody, an unsigned one, and tokens in each other's place open no more than they did before."""
    ids = sign_all_in(app, client, "anna", "bert")
    cookies, slot = cookies_of(client), slot_of(client)
    swapped = {
        "pforte-8000-token": cookies[f"pforte-8000-token{slot}"],
        f"pforte-8000-token{slot}": cookies["pforte-8000-token"],
    }
    assert active(with_cookies(app, {**cookies, **swapped})) == "anna"
    for pointer in ("x", slot, cookies["pforte-8000-token"], cookies["pforte-8000"]):
        thief = with_cookies(app, {**cookies, "pforte-8000-active": pointer})
        assert active(thief) is None
        assert sorted(listed(thief)) == sorted(ids.values())
    for name in (
        "pforte-8000-token-",
        "pforte-8000-token-XYZ",
        f"pforte-8000-token{slot}0",
        "pforte-8000-tokens",
    ):
        assert active(with_cookies(app, {name: cookies[f"pforte-8000-token{slot}"]})) is None, name


def test_attack_a_spent_token_of_one_account_ends_that_one_alone(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    copy = with_cookies(app, cookies_of(client))
    assert post(client, "/reauthenticate", form_on="/reauthenticate", password=PASSWORD).status_code == 303
    client.get("/account")
    clock.shift(timedelta(minutes=2))
    client.get("/account")

    with app.app_context():
        background.run_once()
    assert active(copy) is None  # bert's token is spent
    assert events(db_session, EventKind.SESSION_COPIED) == [ids["bert"]]
    assert active(client) is None
    assert listed(client) == [ids["anna"]]
    assert switch(client, ids["anna"]).status_code == 303
    assert active(client) == "anna"


def test_the_rotation_of_one_account_does_not_lose_that_of_another(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    """Two tabs at once, each with the cookies of before; the browser takes both answers, in any order."""
    ids = sign_all_in(app, client, "anna", "bert", remember="y")
    before = cookies_of(client)
    clock.shift(timedelta(days=2))
    of_bert = with_cookies(app, before)
    of_anna = with_cookies(app, before)
    first = of_bert.get("/account/profile")
    page = of_anna.get(ACCOUNTS)
    assert page.status_code == 200
    second = of_anna.post(
        ACCOUNTS, data={"csrf_token": csrf_token(of_anna, ACCOUNTS), "account": ids["anna"]}
    )
    for answers in ((first, second), (second, first)):
        browser = with_cookies(app, before)
        for answer in answers:
            for header in answer.headers.getlist("Set-Cookie"):
                name, _, value = header.split(";")[0].partition("=")
                browser.set_cookie(name, value)
        clock.shift(BEYOND)
        assert sorted(listed(browser)) == sorted(ids.values())
        for name in ("anna", "bert"):
            switch(browser, ids[name])
            assert active(browser) == name
