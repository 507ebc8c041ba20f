"""Second factors where several accounts are signed in in one browser: whose code it is, and what it proves for whom."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.authentication.kept_cookies import key_of
from app.authentication.models import BrowserSession
from tests.authentication.phones import VERIFY, Phone, give_phone, verify
from tests.authentication.several import ACCOUNTS, ADDING, active, listed, sign_all_in, switch, token_cookies
from tests.authentication.visitors import PASSWORD, csrf_token, make_user, sign_in

JOINING = f"{VERIFY}?another=1"


@pytest.fixture(autouse=True)
def noon(clock: time_machine.Traveller) -> None:
    """The time stands still where nobody moves it."""


@pytest.fixture
def phone(app: Flask) -> Phone:
    """That of zoe, who joins the others."""
    return give_phone(app, make_user(app, "zoe", "zoe@example.org"))


@pytest.fixture
def anna(app: Flask, client: FlaskClient) -> str:
    return sign_all_in(app, client, "anna")["anna"]


def begin(browser: FlaskClient, name: str = "zoe", path: str = ADDING, **fields: str) -> TestResponse:
    answer = sign_in(browser, name, path=path, **fields)
    assert answer.location.startswith(VERIFY), answer.location
    return answer


def proof_of(session: Session, user_id: str) -> tuple[str, datetime | None, str]:
    """What the session of this person says of how they came in, and its token."""
    row = session.scalars(select(BrowserSession).where(BrowserSession.user_id == user_id)).one()
    session.expire_all()
    return row.methods, row.second_factor_at, row.token_digest


def naming(user_id: str) -> str:
    return f"{VERIFY}?account={key_of(user_id)}"


def test_an_account_with_a_second_factor_joins_those_that_are_here(
    client: FlaskClient, anna: str, phone: Phone, db_session: Session
) -> None:
    before = proof_of(db_session, anna)
    asked = begin(client, path=f"{ADDING}&next=/account/apps")
    assert asked.location == f"{VERIFY}?another=1&next=/account/apps"
    assert active(client) == "anna"
    page = client.get(asked.location).text
    assert "anna stays signed in." in page
    assert "also asks for a second factor" in page
    assert verify(client, phone.wrong_code(), path=asked.location).status_code == 422
    answer = verify(client, phone.code(), path=asked.location)
    assert (answer.status_code, answer.location) == (303, "/account/apps")
    assert active(client) == "zoe"
    assert len(listed(client)) == 2
    assert proof_of(db_session, anna) == before


def test_a_pending_step_goes_on_at_the_bare_address_too(client: FlaskClient, anna: str, phone: Phone) -> None:
    begin(client)
    assert verify(client, phone.code()).status_code == 303
    assert active(client) == "zoe"


def test_a_step_that_took_too_long_begins_again_beside_the_others(
    client: FlaskClient, anna: str, phone: Phone, clock: time_machine.Traveller
) -> None:
    begin(client)
    clock.shift(timedelta(minutes=10))
    answer = client.get(f"{JOINING}&next=/account/apps")
    assert answer.location == f"{ADDING}&next=/account/apps"
    assert active(client) == "anna"


def test_somebody_signed_in_proves_their_own_factor_while_another_sign_in_waits(
    app: Flask, client: FlaskClient, anna: str, phone: Phone, db_session: Session
) -> None:
    own = give_phone(app, anna)
    page = csrf_token(client, VERIFY)  # opened before the other sign-in began
    shown = client.get(VERIFY).text
    action = re.search(rf'action="({VERIFY}[^"]*)"', shown)
    assert action is not None
    begin(client)
    answer = client.post(action[1].replace("&amp;", "&"), data={"csrf_token": page, "code": own.code()})
    assert answer.status_code == 303
    assert active(client) == "anna"
    assert proof_of(db_session, anna)[1] is not None
    assert verify(client, phone.code(), path=JOINING).status_code == 303
    assert active(client) == "zoe"


def test_attack_a_planted_step_gets_no_code_of_who_is_signed_in(
    app: Flask, client: FlaskClient, anna: str, phone: Phone, db_session: Session
) -> None:
    own = give_phone(app, anna)
    begin(client)
    asked = client.get("/account/security/totp").location
    assert asked == f"{naming(anna)}&next=/account/security/totp"
    before = proof_of(db_session, anna)
    page = client.get(asked).text
    assert "You are signed in as anna" in page
    assert "also asks for a second factor" not in page
    assert verify(client, own.code(), path=JOINING).status_code == 422
    assert active(client) == "anna"
    assert proof_of(db_session, anna) == before


def test_attack_a_code_of_one_account_proves_nothing_for_another(
    app: Flask, client: FlaskClient, anna: str, phone: Phone, db_session: Session
) -> None:
    give_phone(app, anna)
    before = proof_of(db_session, anna)
    begin(client)
    assert verify(client, phone.code(), path=naming(anna)).status_code == 422
    assert verify(client, phone.code(), path=JOINING).status_code == 303
    assert proof_of(db_session, anna) == before
    switch(client, anna)
    assert verify(client, phone.code(), path=VERIFY).status_code == 422
    assert proof_of(db_session, anna) == before


def test_attack_a_step_is_completed_after_the_browser_was_handed_over(
    app: Flask, client: FlaskClient, phone: Phone
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    token = csrf_token(client, ACCOUNTS)
    begin(client)
    switch(client, ids["anna"])
    answer = client.post(JOINING, data={"csrf_token": token, "code": phone.code()})
    assert answer.location == ADDING
    assert active(client) == "anna"
    assert len(listed(client)) == 2


@pytest.mark.parametrize("meant", ["all", "zoe"])
def test_signing_out_forgets_the_step_that_waits_for_that_account(
    app: Flask, client: FlaskClient, anna: str, meant: str
) -> None:
    zoe = make_user(app, "zoe", "zoe@example.org")
    sign_in(client, "zoe", path=ADDING)
    switch(client, anna)
    phone = give_phone(app, zoe)
    begin(client)
    fields = {"csrf_token": csrf_token(client, ACCOUNTS), "account": meant if meant == "all" else zoe}
    client.post("/logout", data=fields)
    answer = client.get(VERIFY)
    assert answer.location is not None
    assert "another" not in answer.location
    client.post(JOINING, data={"csrf_token": csrf_token(client, ADDING), "code": phone.code()})
    assert active(client) == ("anna" if meant == "zoe" else None)


def test_signing_one_out_leaves_the_step_of_another(app: Flask, client: FlaskClient, phone: Phone) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    begin(client)
    client.post("/logout", data={"csrf_token": csrf_token(client, ACCOUNTS), "account": ids["anna"]})
    assert verify(client, phone.code(), path=JOINING).status_code == 303
    assert active(client) == "zoe"


def test_who_is_named_proves_their_factor_and_gets_the_new_token(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    own = give_phone(app, ids["anna"])
    before, tokens = proof_of(db_session, ids["bert"]), token_cookies(client)
    page = naming(ids["anna"]) + "&next=/account/apps"
    assert "You are signed in as anna" in client.get(page).text
    assert verify(client, own.code(), path=page).location == "/account/apps"
    assert active(client) == "bert"
    assert proof_of(db_session, ids["bert"]) == before
    methods, at, _digest = proof_of(db_session, ids["anna"])
    assert methods == "pwd otp mfa"
    assert at is not None
    changed = {name for name, value in token_cookies(client).items() if tokens[name] != value}
    assert changed == {"pforte-8000-token"}  # that of anna, who came first
    switch(client, ids["anna"])
    assert active(client) == "anna"


def test_who_is_named_and_has_none_is_led_to_switch_first(app: Flask, client: FlaskClient) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    answer = client.get(naming(ids["anna"]) + "&next=/account/apps")
    assert answer.location == f"{ACCOUNTS}?next=/account/apps"
    assert "anna has no second factor yet." in client.get(answer.location).text
    assert client.get(naming(ids["bert"])).location == "/account/security/totp"


def test_who_is_named_and_gone_is_not_asked(app: Flask, client: FlaskClient, anna: str) -> None:
    gone = make_user(app, "zoe", "zoe@example.org")
    assert client.get(naming(gone) + "&next=/account/apps").location == "/account/apps"


def test_five_accounts_and_a_waiting_step_fit_into_the_cookies(app: Flask, client: FlaskClient) -> None:
    sign_all_in(app, client, "anna", "bert", "carla", "dora", remember="y")
    phone = give_phone(app, make_user(app, "zoe", "zoe@example.org"))
    begin(client, remember="y")
    client.post("/account/profile", data={"full_name": "x" * 100})
    sizes = {cookie.key: len(cookie.key) + len(cookie.value) + 3 for cookie in client._cookies.values()}
    assert sum(sizes.values()) < 4096, sizes
    assert verify(client, phone.code(), path=JOINING).status_code == 303
    assert len(listed(client)) == 5
    assert sum(len(c.key) + len(c.value) + 3 for c in client._cookies.values()) < 4096


def test_a_sixth_account_is_refused_before_its_second_step(
    app: Flask, client: FlaskClient, phone: Phone
) -> None:
    sign_all_in(app, client, "anna", "bert", "carla", "dora", "emil")
    assert client.get(ADDING).location == ACCOUNTS
    fields = {"csrf_token": csrf_token(client, ACCOUNTS), "username": "zoe", "password": PASSWORD}
    assert client.post(ADDING, data=fields).location == ACCOUNTS
    assert verify_is_idle(client)


def verify_is_idle(browser: FlaskClient) -> bool:
    """Whether no sign-in waits at this browser."""
    return browser.get(JOINING).location == ADDING
