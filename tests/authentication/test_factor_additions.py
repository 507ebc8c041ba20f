"""Who has a second factor brings another only with the one they have: it would stand for both at the next question."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.clock import now
from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.authentication import passkey_people as people
from tests.authentication.phones import SET_UP
from tests.authentication.visitors import post
from tests.support.authenticators import Authenticator

AppWith = Callable[..., Flask]


@pytest.fixture
def portal(app_with: AppWith) -> Flask:
    return app_with(ISSUER=people.ISSUER, ADMIN_SECOND_FACTOR="required")


def test_attack_the_password_of_who_has_a_passkey_sets_no_app_up(portal: Flask) -> None:
    """It would be the second factor that the pages of administrators ask for."""
    person, _key = people.owner_of(portal)
    with portal.app_context():
        accounts.get_user(person.id).is_admin = True
        db.session.commit()
    thief = make.browser_of(portal, person)
    assert thief.get("/admin").status_code == 302
    asked = thief.get(SET_UP)
    assert asked.status_code == 302
    assert asked.location.startswith("/reauthenticate")


@pytest.mark.parametrize("body", [{}, {"unasked": True}])
def test_attack_the_password_of_who_has_a_passkey_adds_none(portal: Flask, body: dict[str, bool]) -> None:
    person, _key = people.owner_of(portal)
    thief = make.browser_of(portal, person)
    answer = people.ask(thief, f"{people.LIST}/options", body, page=people.LIST)
    assert people.refusal(answer) == "recent_sign_in_needed"
    assert answer.json["location"].startswith("/reauthenticate")
    answer = people.ask(thief, people.LIST, {**body, "credential": {}}, page=people.LIST)
    assert people.refusal(answer) == "recent_sign_in_needed"
    assert len(people.rows(portal, person)) == 1


def test_attack_the_password_of_who_has_a_passkey_removes_none(portal: Flask) -> None:
    person, _key = people.owner_of(portal)
    thief = make.browser_of(portal, person)
    (row,) = people.rows(portal, person)
    post(thief, f"{people.LIST}/{row.id}/remove", form_on=people.LIST)
    assert len(people.rows(portal, person)) == 1


def test_the_passkey_itself_opens_all_of_it(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    browser = portal.test_client()
    assert people.sign_in(browser, key).status_code == 200
    assert browser.get(SET_UP).status_code == 200
    assert people.add(browser, Authenticator(people.ISSUER)).status_code == 200
    assert len(people.rows(portal, person)) == 2


def test_nothing_is_offered_unasked_that_would_be_refused(portal: Flask) -> None:
    person = make.make_user(portal)
    browser = make.browser_of(portal, person)
    assert "data-passkey-unasked" in browser.get("/account").text
    with portal.app_context():
        accounts.get_user(person.id).passkey_at = now()
        db.session.commit()
    assert "data-passkey-unasked" not in browser.get("/account").text


def test_whoever_has_just_added_a_verified_passkey_has_proved_it(portal: Flask) -> None:
    person = make.make_user(portal)
    browser = make.browser_of(portal, person)
    assert people.add(browser, Authenticator(people.ISSUER)).status_code == 200
    assert browser.get(SET_UP).status_code == 200
    assert people.add(browser, Authenticator(people.ISSUER)).status_code == 200
