"""The home of a signed-in person: how the account is protected, and what to do next."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.authentication.factors import recovery_codes
from app.authentication.models import BrowserSession
from app.clock import now
from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.oauth.world import World


def change(app: Flask, person: make.Person, **columns: Any) -> None:
    with app.app_context():
        for name, value in columns.items():
            setattr(accounts.get_user(person.id), name, value)
        db.session.commit()


def to_do(page: str) -> list[str]:
    """The sentences of what needs the person."""
    return re.findall(r'check--warn">.*?<p>(.*?)</p>', page, re.DOTALL)


def in_order(page: str) -> list[str]:
    return re.findall(r'check--ok">.*?<p>(.*?)</p>', page, re.DOTALL)


def home(browser: FlaskClient) -> str:
    answer = browser.get("/account")
    assert answer.status_code == 200
    return answer.text


def test_the_start_page_leads_who_is_signed_in_home(app: Flask, client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    answer = make.browser_of(app, make.make_user(app)).get("/")
    assert (answer.status_code, answer.location) == (303, "/account")


def test_a_new_account_is_told_to_confirm_the_address_and_to_set_up_a_factor(app: Flask) -> None:
    person = make.make_user(app)
    change(app, person, email_verified_at=None)
    page = home(make.browser_of(app, person))
    assert "2 things would protect your account better." in page
    assert [sentence.split(":")[0] for sentence in to_do(page)] == [
        "Your email address is not confirmed",
        "Whoever finds out your password gets in",
    ]
    assert 'action="/account/verification"' in page


def test_an_account_with_two_factors_and_codes_is_well_protected(app: Flask) -> None:
    person = make.make_user(app)
    change(app, person, email_verified_at=now(), totp_at=now(), passkey_at=now())
    with app.app_context():
        recovery_codes.make(accounts.get_user(person.id))
        db.session.commit()
    page = home(make.browser_of(app, person))
    assert "Your account is well protected." in page
    assert (to_do(page), len(in_order(page))) == ([], 4)
    assert "10 recovery codes are left" in page


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"passkey_at": now()}, "whoever finds out your password gets in with that alone"),
        ({"totp_at": now()}, "You have no recovery code left"),
        ({"email_refused_at": now() + timedelta(days=1)}, "come back"),
    ],
)
def test_what_is_missing_is_named(app: Flask, columns: dict[str, Any], told: str) -> None:
    person = make.make_user(app)
    browser = make.browser_of(app, person)
    change(app, person, email_verified_at=now(), **columns)
    assert any(told in sentence for sentence in to_do(home(browser)))


def test_a_device_that_nobody_uses_is_pointed_at(app: Flask) -> None:
    person = make.make_user(app)
    browser = make.browser_of(app, person)
    make.browser_of(app, person)
    with app.app_context():
        old = db.session.query(BrowserSession).order_by(BrowserSession.id.desc()).first()
        assert old is not None
        old.remembered, old.last_seen_at = True, now() - timedelta(days=15)
        db.session.commit()
    assert "One device that is signed in has not been used for two weeks." in home(browser)


def test_the_newest_apps_stand_in_a_line_each(world: World) -> None:
    make.tokens_for(world.client, world.browser)
    page = home(world.browser)
    assert "Show what it may do" in page
    assert page.count('class="lines"') == 2
