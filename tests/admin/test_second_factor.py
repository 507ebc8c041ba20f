"""Administrators need a second factor where ADMIN_SECOND_FACTOR says so, after seven days to set one up."""

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.authentication import session_tokens
from app.clock import now
from app.database.rows import db
from app.extensions import background
from app.operations import administrators as job
from app.users import accounts, administrators
from app.users.models import User
from tests import factories as make
from tests.admin.pages import post
from tests.every import routes
from tests.oauth.world import later
from tests.support.apps import MakeApp

BOTH = "pwd otp mfa"
CLOSED = "Administrators need a second factor"


@pytest.fixture
def strict(app_with: MakeApp) -> Flask:
    return app_with(ADMIN_SECOND_FACTOR="required")


def chief(
    app: Flask, asked: timedelta | None = None, methods: str = "pwd"
) -> tuple[make.Person, FlaskClient]:
    """An administrator without a second factor, asked for one so long ago, and their browser."""
    person = make.make_user(app, "chief", is_admin=True)
    if asked is not None:
        with app.app_context():
            accounts.get_user(person.id).second_factor_asked_at = now() - asked
            db.session.commit()
    return person, make.browser_of(app, person, methods)


def over(app: Flask) -> tuple[make.Person, FlaskClient]:
    """An administrator whose time is over."""
    return chief(app, timedelta(days=7, seconds=1))


def asked_at(app: Flask, person: make.Person) -> object:
    with app.app_context():
        return db.session.scalar(select(User.second_factor_asked_at).where(User.id == person.id))


def ask_all(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the job of a worker run, which looks once a minute."""
    monkeypatch.setattr(job, "_look_at", 0.0)
    background.init_app(app)
    background.run_once()


def test_where_it_is_optional_one_factor_is_enough(app: Flask) -> None:
    _person, browser = over(app)
    page = browser.get("/admin")
    assert page.status_code == 200
    assert CLOSED not in page.text


@pytest.mark.parametrize("asked", [None, timedelta(), timedelta(days=6, hours=23)])
def test_for_seven_days_a_notice_says_until_when(strict: Flask, asked: timedelta | None) -> None:
    _person, browser = chief(strict, asked)
    for path in ("/admin", "/admin/users", "/account"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Without one the pages of administrators close to you on" in page.text, path
        assert 'href="/login/verify?next=' in page.text, path


def test_afterwards_the_pages_are_closed_and_lead_to_a_factor_and_back(strict: Flask) -> None:
    _person, browser = over(strict)
    page = browser.get("/admin/users?q=an%26na")
    assert page.status_code == 403
    assert CLOSED in page.text
    found = re.search(r'href="(/login/verify\?[^"]+)"', page.text)
    assert found
    assert make.query_of(html.unescape(found[1]))["next"] == ["/admin/users?q=an%26na"]


def test_nobody_is_locked_out_of_their_own_account(strict: Flask) -> None:
    _person, browser = over(strict)
    for path in ("/account", "/account/profile", "/account/security", "/account/sessions", "/dashboard/apps"):
        assert browser.get(path).status_code == 200, path
    assert "are closed to you" in browser.get("/account").text


def test_people_who_administer_nothing_are_asked_for_nothing(strict: Flask) -> None:
    browser = make.browser_of(strict, make.make_user(strict))
    assert "/login/verify" not in browser.get("/account").text
    assert browser.get("/admin").status_code == 404


def test_who_has_a_factor_proves_it_first_and_then_goes_on(strict: Flask) -> None:
    person, browser = over(strict)
    make.give_second_factor(strict, person)
    asked = browser.get("/admin/users?q=a")
    assert urlsplit(asked.headers["Location"]).path == "/login/verify"
    assert make.query_of(asked.headers["Location"])["next"] == ["/admin/users?q=a"]
    make.prove_second_factor(strict, person)
    assert browser.get("/admin/users?q=a").status_code == 200


def test_who_has_a_passkey_alone_is_asked_for_it_where_it_is_taken(strict: Flask) -> None:
    person, browser = over(strict)
    with strict.app_context():
        accounts.get_user(person.id).passkey_at = now()
        db.session.commit()
    asked = browser.get("/admin/keys")
    assert urlsplit(asked.headers["Location"]).path == "/reauthenticate"
    assert "Please use your passkey here" in browser.get(asked.headers["Location"]).text
    make.prove_second_factor(strict, person)
    assert browser.get("/admin/keys").status_code == 200


def test_an_act_that_waits_for_the_factor_is_not_done_and_what_was_typed_is_kept(strict: Flask) -> None:
    person, browser = chief(strict)
    token = make.csrf_token(browser.get("/admin/scopes/new"))
    make.give_second_factor(strict, person)
    typed = {"csrf_token": token, "name": "reports.read", "description_en": "Read your reports"}
    asked = browser.post("/admin/scopes/new", data=typed)
    assert urlsplit(asked.headers["Location"]).path == "/login/verify"
    make.prove_second_factor(strict, person)
    assert "Read your reports" in browser.get(make.query_of(asked.headers["Location"])["next"][0]).text


@pytest.mark.any_database
@pytest.mark.parametrize("has_factor", [False, True])
def test_attack_no_page_of_administrators_is_open_with_one_factor(strict: Flask, has_factor: bool) -> None:
    world = routes.world(strict)
    with strict.app_context():
        user = accounts.get_user(world.person.id)
        user.second_factor_asked_at = now() - timedelta(days=8)
        user.totp_at = now() if has_factor else None
        db.session.commit()
    browser = make.browser_of(strict, world.person)
    token = make.csrf_token(browser.get("/account/profile"))
    found = 0
    for method in ("GET", "POST"):
        for rule in routes.rules(strict, method):
            if not rule.rule.startswith("/admin"):
                continue
            answer = browser.open(
                routes.address(rule, world.values), method=method, data={"csrf_token": token}
            )
            if has_factor:
                assert answer.status_code == 302, f"{method} {rule}: {answer.status_code}"
                assert answer.headers["Location"].startswith("/login/verify?next="), rule
            else:
                assert answer.status_code == 403, f"{method} {rule}: {answer.status_code}"
            found += 1
    assert found > 40


def test_attack_what_administrators_may_elsewhere_ends_with_their_pages(strict: Flask) -> None:
    _person, browser = over(strict)
    client = make.make_client(strict, make.make_user(strict))
    assert browser.get(f"/dashboard/apps/{client.id}/log").status_code == 404
    with strict.app_context():
        db.session.scalars(select(User).where(User.is_admin)).one().second_factor_asked_at = now()
        db.session.commit()
    assert browser.get(f"/dashboard/apps/{client.id}/log").status_code == 200


def test_attack_methods_of_a_spent_token_open_nothing(strict: Flask) -> None:
    """A copy of the cookie from before the second factor was proved shows what it did then."""
    person, browser = chief(strict)
    make.give_second_factor(strict, person)
    with browser.session_transaction() as session:
        copied = dict(session)
    prove_at(browser, strict)
    assert browser.get("/admin").status_code == 200
    thief = strict.test_client()
    with thief.session_transaction() as session:
        session.update(copied)
    assert urlsplit(thief.get("/admin").headers["Location"]).path == "/login/verify"


def prove_at(browser: FlaskClient, app: Flask) -> None:
    """What the page of the step-up does at this browser: it gets a new token, and the one before is spent."""
    with browser.session_transaction() as session:
        shown = session["_user_id"]
    with app.app_context():
        found = session_tokens.find_session(shown)
        assert found is not None
        token = session_tokens.rotate_proven_token(found.row, shown, "otp", "mfa")
        assert found.row.second_factor_at == found.row.authenticated_at
    with browser.session_transaction() as session:
        session["_user_id"] = token


def test_the_time_begins_when_the_portal_first_asks(strict: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    person, _browser = chief(strict)
    somebody = make.make_user(strict)
    with strict.app_context():
        before = accounts.get_user(person.id).updated_at
    ask_all(strict, monkeypatch)
    first = asked_at(strict, person)
    assert first is not None
    assert asked_at(strict, somebody) is None
    with strict.app_context():
        assert accounts.get_user(person.id).updated_at == before, "apps read it"
    with later(days=6):
        ask_all(strict, monkeypatch)
        assert asked_at(strict, person) == first
        assert make.browser_of(strict, person).get("/admin").status_code == 200
    with later(days=8):
        assert make.browser_of(strict, person).get("/admin").status_code == 403


def test_where_the_setting_asks_nobody_any_more_the_time_begins_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _browser = over(app)
    ask_all(app, monkeypatch)
    assert asked_at(app, person) is None


def test_who_is_dismissed_and_appointed_again_has_time_again(strict: Flask) -> None:
    person, _browser = over(strict)
    browser = make.browser_of(strict, make.make_user(strict, "other", is_admin=True))
    page = f"/admin/users/{person.id}/dismiss"
    assert post(browser, page).status_code == 303
    assert asked_at(strict, person) is None


def test_who_lacks_a_second_factor_is_found_in_the_list_and_told_on_the_page(strict: Flask) -> None:
    person, browser = chief(strict, timedelta(days=1))
    protected = make.make_user(strict, "protected")
    make.give_second_factor(strict, protected)
    found = browser.get("/admin/users?state=without_second_factor").text
    assert "chief" in found
    assert "protected" not in found
    assert (
        "none; the pages of administrators close to this person on"
        in browser.get(f"/admin/users/{person.id}").text
    )
    assert "authenticator app</span>" in browser.get(f"/admin/users/{protected.id}").text


def test_nobody_without_an_account_or_blocked_is_counted(strict: Flask) -> None:
    person, _browser = chief(strict)
    blocked = make.make_user(strict, "blocked", is_admin=True)
    with strict.app_context():
        accounts.block(accounts.get_user(blocked.id))
        db.session.commit()
        assert [user.id for user in administrators.list_without_second_factor()] == [person.id]
