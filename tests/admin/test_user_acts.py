"""What administrators do to accounts: each act is written down with who and whom, and asks twice where it hurts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.account.models import EmailLink
from app.authentication.models import BrowserSession
from app.clock import now
from app.notifications.models import OutgoingMail
from app.users.models import User
from tests import factories as make
from tests.admin import acts, pages

ACTS = (
    "block", "unblock", "confirm-email", "remove-picture", "end-sessions", "password-link", "appoint", "dismiss", "delete",
)  # fmt: skip
NOT_ON_ONESELF = ("block", "end-sessions", "dismiss", "delete")


@pytest.fixture
def chief(app: Flask) -> tuple[make.Person, FlaskClient]:
    return pages.administrator(app)


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna", locale="de", email_verified=False)


Change = dict[str, object]
Check = Callable[[User], bool]


@pytest.mark.parametrize(
    ("name", "before", "kind", "after"),
    [
        ("block", {}, "account.user.blocked", lambda user: user.blocked_at is not None),
        ("unblock", {"blocked_at": now()}, "account.user.unblocked", lambda user: user.blocked_at is None),
        ("appoint", {}, "account.administrator.appointed", lambda user: user.is_admin),
        ("dismiss", {"is_admin": True}, "account.administrator.dismissed", lambda user: not user.is_admin),
    ],
)
def test_an_act_is_done_and_written_down_with_who_and_whom(
    app: Flask,
    chief: tuple[make.Person, FlaskClient],
    anna: make.Person,
    db_session: Session,
    name: str,
    before: Change,
    kind: str,
    after: Check,
) -> None:
    person, browser = chief
    acts.change(db_session, anna, **before)
    answer = acts.act(browser, f"/admin/users/{anna.id}/{name}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/users/{anna.id}")
    assert after(acts.state(db_session, anna))
    assert acts.events(db_session, kind) == [(anna.id, person.id, {})]
    assert "anna" in browser.get(f"/admin/users/{anna.id}").text


def test_blocking_ends_what_the_person_has_open(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person
) -> None:
    at_home = make.browser_of(app, anna)
    assert at_home.get("/account").status_code == 200
    acts.act(chief[1], f"/admin/users/{anna.id}/block")
    assert at_home.get("/account").status_code == 302


def test_ending_sessions_signs_the_person_out_and_nobody_else(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    at_home, at_work = make.browser_of(app, anna), make.browser_of(app, anna)
    acts.act(chief[1], f"/admin/users/{anna.id}/end-sessions")
    assert [at_home.get("/account").status_code, at_work.get("/account").status_code] == [302, 302]
    assert chief[1].get("/account").status_code == 200
    told = acts.events(db_session, "authentication.sessions.ended")
    assert told == [(anna.id, chief[0].id, {"devices": 2})]


def test_an_address_is_confirmed_only_as_the_administrator_read_it(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    person, browser = chief
    path = f"/admin/users/{anna.id}/confirm-email"
    page = browser.get(path)
    assert f'name="read" value="{anna.email}"' in page.text
    sent = {"csrf_token": make.csrf_token(page), "read": anna.email}
    acts.change(db_session, anna, email="other@example.org", email_key="other@example.org")
    browser.post(path, data=sent)
    assert acts.state(db_session, anna).email_verified_at is None
    assert acts.events(db_session, "account.email.confirmed") == []
    browser.post(path, data={**sent, "read": "other@example.org"})
    assert acts.state(db_session, anna).email_verified_at is not None
    told = acts.events(db_session, "account.email.confirmed")
    assert told == [(anna.id, person.id, {"email": "other@example.org"})]


def test_a_password_link_goes_out_once_and_in_the_language_of_the_person(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    person, browser = chief
    for _ in range(2):
        acts.act(browser, f"/admin/users/{anna.id}/password-link")
    (mail,) = db_session.scalars(select(OutgoingMail)).all()
    assert mail.template == "password_link"
    assert acts.events(db_session, "account.password.link_sent") == [(anna.id, person.id, {})]
    (link,) = db_session.scalars(select(EmailLink)).all()
    assert link.expires_at - link.created_at == timedelta(days=7)
    assert acts.state(db_session, anna).password_hash is not None
    with app.app_context():
        from app.extensions import vault
        from app.notifications.mail import sealed_for

        assert '"locale": "de"' in vault.decrypt(mail.sealed, sealed_for(mail.id))


def test_deleting_asks_for_the_name_and_takes_the_apps_along(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    person, browser = chief
    client = make.make_client(app, owner=anna)
    path = f"/admin/users/{anna.id}/delete"
    for wrong in ("", "ANNA", "ann", "anna2"):
        assert acts.act(browser, path, confirm=wrong).status_code == 422
    assert acts.state(db_session, anna).deleted_at is None
    answer = acts.act(browser, path, confirm="anna")
    assert answer.headers["Location"] == "/admin/users"
    assert acts.state(db_session, anna).deleted_at is not None
    assert acts.events(db_session, "account.user.deleted") == [(anna.id, person.id, {})]
    assert browser.get(path).status_code == 404
    assert "Deleted" in browser.get(f"/admin/users/{anna.id}").text
    assert browser.get(f"/dashboard/apps/{client.id}").status_code == 404


@pytest.mark.any_database
@pytest.mark.parametrize("name", ACTS)
def test_every_act_needs_a_fresh_password_check(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session, name: str
) -> None:
    person, browser = chief
    path = f"/admin/users/{anna.id}/{name}"
    token = acts.token_of(browser)
    acts.grow_stale(db_session, person)
    before = acts.state(db_session, anna).updated_at
    for answer in (browser.get(path), browser.post(path, data={"csrf_token": token, "confirm": "anna"})):
        assert answer.headers["Location"] == f"/reauthenticate?next={path}"
    assert acts.state(db_session, anna).updated_at == before


@pytest.mark.any_database
@pytest.mark.parametrize("name", ACTS)
def test_nobody_else_can_act_even_with_a_token(
    app: Flask, anna: make.Person, db_session: Session, name: str
) -> None:
    other = make.browser_of(app, make.make_user(app))
    before = acts.state(db_session, anna).updated_at
    fields = {"csrf_token": acts.token_of(other), "confirm": "anna", "read": anna.email}
    assert other.post(f"/admin/users/{anna.id}/{name}", data=fields).status_code == 404
    assert acts.state(db_session, anna).updated_at == before


@pytest.mark.parametrize("name", NOT_ON_ONESELF)
def test_nobody_locks_themselves_out_by_accident(
    app: Flask, chief: tuple[make.Person, FlaskClient], db_session: Session, name: str
) -> None:
    person, browser = chief
    make.make_user(app, "second", is_admin=True)
    path = f"/admin/users/{person.id}/{name}"
    assert browser.get(path).status_code == 404
    fields = {"csrf_token": acts.token_of(browser), "confirm": "chief"}
    assert browser.post(path, data=fields).status_code == 404
    user = acts.state(db_session, person)
    assert (user.is_admin, user.blocked_at, user.deleted_at) == (True, None, None)
    assert f"/admin/users/{person.id}/{name}" not in browser.get(f"/admin/users/{person.id}").text


@pytest.mark.parametrize("name", ACTS)
def test_acts_on_people_who_are_gone_find_nothing(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session, name: str
) -> None:
    acts.change(db_session, anna, deleted_at=now())
    for user_id in (anna.id, "0" * 32, "ä", "x" * 300):
        assert chief[1].get(f"/admin/users/{user_id}/{name}").status_code == 404


def test_a_blocked_person_is_not_made_an_administrator(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    acts.change(db_session, anna, blocked_at=now())
    acts.act(chief[1], f"/admin/users/{anna.id}/appoint")
    assert not acts.state(db_session, anna).is_admin
    assert acts.events(db_session, "account.administrator.appointed") == []


def test_the_person_reads_what_was_done(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person
) -> None:
    for name in ("appoint", "dismiss", "end-sessions", "password-link"):
        at_home = make.browser_of(app, anna)
        acts.act(chief[1], f"/admin/users/{anna.id}/{name}")
    at_home = make.browser_of(app, anna)
    page = at_home.get("/account/activity?locale=en").text
    for words in (
        "You were made an administrator",
        "no longer an administrator",
        "signed you out",
        "sent you a link",
    ):
        assert words in page


def test_a_page_of_a_person_shows_what_is_there_in_few_statements(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    from tests.support.statements import count_statements

    _person, browser = chief
    path = f"/admin/users/{anna.id}"
    browser.get(path)
    with count_statements() as few:
        browser.get(path)
    for number in range(5):
        make.browser_of(app, anna)
        client = make.make_client(app, owner=anna, name=f"Ledger {number}")
        make.tokens_for(client, make.browser_of(app, anna))
    with count_statements() as many:
        page = browser.get(path)
    assert len(many) == len(few)
    assert page.text.count("Ledger 3") >= 2
    assert db_session.scalar(select(func.count()).select_from(BrowserSession)) == 11


@pytest.mark.any_database
def test_deleting_a_person_says_which_apps_and_connections_go_too(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person
) -> None:
    path = f"/admin/users/{anna.id}/delete"
    assert "deleted with the account" not in chief[1].get(path).text
    for _number in range(2):
        client = make.make_client(app, owner=anna)
        make.tokens_for(client, make.browser_of(app, make.make_user(app)))
    page = chief[1].get(path).text
    assert "2 apps of this person are deleted with the account." in page
    assert "2 connections to apps of theirs end." in page
