"""Passkeys where several accounts are signed in in one browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.authentication.kept_cookies import key_of
from tests import factories as make
from tests.authentication import passkey_people as people
from tests.authentication.phones import give_phone, verify
from tests.authentication.several import ACCOUNTS, ADDING, active, listed, switch
from tests.authentication.test_several_factors import JOINING
from tests.authentication.visitors import csrf_token, sign_in
from tests.support.apps import MakeApp
from tests.support.authenticators import PRESENT, Authenticator

CONFIRM = "/reauthenticate/passkey"


@pytest.fixture
def portal(app_with: MakeApp) -> Flask:
    return app_with(ISSUER=people.ISSUER)


@pytest.fixture
def bert(portal: Flask) -> make.Person:
    return make.make_user(portal, "bert")


@pytest.fixture
def browser(portal: Flask, bert: make.Person) -> FlaskClient:
    """One in which bert is signed in."""
    return make.browser_of(portal, bert)


def join(browser: FlaskClient, key: Authenticator, path: str = "/login/passkey?another=1") -> TestResponse:
    options = people.options_for(browser, page=ADDING)
    return people.ask(browser, path, {"credential": key.get(options)}, page=ADDING)


def confirm(browser: FlaskClient, key: Authenticator, page: str) -> TestResponse:
    options = people.ask(browser, f"{CONFIRM}/options", page=page).json
    return people.ask(browser, f"{CONFIRM}?next=/account/apps", {"credential": key.get(options)}, page=page)


def test_an_account_joins_by_a_passkey(portal: Flask, browser: FlaskClient) -> None:
    person, key = people.owner_of(portal)
    assert join(browser, key, "/login/passkey?another=1&next=/account/apps").json == {"next": "/account/apps"}
    assert active(browser) == person.username
    assert len(listed(browser)) == 2


def test_a_passkey_signs_nobody_in_where_somebody_is_and_nobody_is_to_join(
    portal: Flask, browser: FlaskClient
) -> None:
    _person, key = people.owner_of(portal)
    assert join(browser, key, "/login/passkey").json == {"next": "/account"}
    assert active(browser) == "bert"


def test_an_account_joins_by_a_touch_and_a_code(portal: Flask, browser: FlaskClient) -> None:
    person, key = people.owner_of(portal)
    phone, key.flags = give_phone(portal, person.id), PRESENT
    assert join(browser, key).json == {"next": JOINING}
    assert active(browser) == "bert"
    assert verify(browser, phone.code(), path=JOINING).status_code == 303
    assert active(browser) == person.username


def test_an_account_joins_by_a_password_and_a_passkey(portal: Flask, browser: FlaskClient) -> None:
    person, key = people.owner_of(portal)
    give_phone(portal, person.id)
    assert sign_in(browser, person.username, make.PASSWORD, path=ADDING).location == JOINING
    assert "/login/verify/passkey?another=1" in browser.get(JOINING).text
    options = people.options_for(browser, "/login/verify/passkey/options", JOINING)
    answer = people.ask(
        browser, "/login/verify/passkey?another=1", {"credential": key.get(options)}, page=JOINING
    )
    assert answer.json == {"next": "/account"}
    assert active(browser) == person.username
    assert len(listed(browser)) == 2


def test_a_passkey_finds_no_step_and_leads_to_joining_again(browser: FlaskClient) -> None:
    answer = people.ask(browser, "/login/verify/passkey?another=1", page=ADDING)
    assert people.refusal(answer) == "second_step_over"
    assert answer.json["location"] == ADDING


def test_who_is_named_confirms_by_their_own_passkey(
    portal: Flask, browser: FlaskClient, bert: make.Person
) -> None:
    person, key = people.owner_of(portal)
    join(browser, key)
    switch(browser, bert.id)
    page = f"/reauthenticate?account={key_of(person.id)}"
    assert confirm(browser, key, page).json == {"next": "/account/apps"}
    assert active(browser) == "bert"


def test_attack_a_passkey_of_one_account_confirms_another(
    portal: Flask, browser: FlaskClient, bert: make.Person
) -> None:
    _person, key = people.owner_of(portal)
    join(browser, key)
    switch(browser, bert.id)
    assert people.refusal(confirm(browser, key, "/reauthenticate")).startswith("passkey_")


def test_attack_a_passkey_is_added_to_the_account_that_has_become_active(
    portal: Flask, browser: FlaskClient, bert: make.Person
) -> None:
    person, key = people.owner_of(portal)
    join(browser, key)
    headers = {"X-CSRFToken": csrf_token(browser, people.LIST)}
    switch(browser, bert.id)
    for path in (f"{people.LIST}/options", people.LIST):
        answer = browser.post(path, json={}, headers=headers)
        assert answer.status_code == 409
        assert people.refusal(answer) == "another_account"
    assert people.rows(portal, bert) == []
    assert len(people.rows(portal, person)) == 1


def test_a_sixth_account_does_not_join_by_a_passkey(portal: Flask, browser: FlaskClient) -> None:
    _person, key = people.owner_of(portal)
    options, token = people.options_for(browser, page=ADDING), csrf_token(browser, ADDING)
    for _number in range(4):
        other = make.make_user(portal)
        assert sign_in(browser, other.username, make.PASSWORD, path=ADDING).location == "/account"
    body = {"credential": key.get(options)}
    answer = browser.post("/login/passkey?another=1", json=body, headers={"X-CSRFToken": token})
    assert answer.location == ACCOUNTS
    assert len(listed(browser)) == 5
