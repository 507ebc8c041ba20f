"""Invitations from the pages: who is asked, who may accept, and how often."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.account.models import EmailLink
from app.clock import now
from app.users.models import User
from tests import factories as make
from tests.account.visitor import last_link, mails, sign_up
from tests.admin import acts, pages
from tests.admin.test_new_users import error
from tests.support.apps import MakeApp

PAGE = "/admin/users/invitations"


@pytest.fixture(params=["invite", "open"])
def app(app_with: MakeApp, request: pytest.FixtureRequest) -> Flask:
    return app_with(REGISTRATION=request.param)


@pytest.fixture
def chief(app: Flask) -> tuple[make.Person, FlaskClient]:
    return pages.administrator(app)


@pytest.fixture
def browser(chief: tuple[make.Person, FlaskClient]) -> FlaskClient:
    return chief[1]


def invite(browser: FlaskClient, email: str = "anna@example.org", **fields: str) -> None:
    answer = pages.post(browser, PAGE, email=email, **fields)
    assert answer.status_code == 303, error(answer, "email")


def waiting(browser: FlaskClient) -> list[str]:
    """The addresses of the list."""
    return re.findall(r'Send again<span class="visually-hidden"> ([^<]+)</span>', browser.get(PAGE).text)


def press(browser: FlaskClient, session: Session, what: str) -> int:
    session.expire_all()
    open_ones = select(EmailLink).where(EmailLink.used_at.is_(None)).order_by(EmailLink.id.desc())
    invitation = session.scalars(open_ones).first()
    assert invitation is not None
    return pages.post(browser, f"{PAGE}/{invitation.id}/{what}", on=PAGE).status_code


def person(session: Session, name: str) -> User:
    session.expire_all()
    return session.scalars(select(User).where(User.username == name)).one()


def test_who_is_invited_creates_an_account_once(
    app: Flask, chief: tuple[make.Person, FlaskClient], db_session: Session
) -> None:
    invite(chief[1])
    assert waiting(chief[1]) == ["anna@example.org"]
    assert acts.events(db_session, "account.user.invited") == [
        (chief[0].id, chief[0].id, {"email": "anna@example.org", "administrator": False})
    ]
    link = last_link(app, "invitation")
    client = app.test_client()
    assert 'value="anna@example.org"' in client.get(link).text
    assert sign_up(client, path=link).status_code == 303
    assert waiting(chief[1]) == []
    assert not person(db_session, "anna").is_admin
    if app.config["SETTINGS"].registration == "invite":
        assert app.test_client().get(link).status_code == 403


def test_who_is_invited_to_administer_does_so_at_once_and_all_are_told(
    app: Flask, chief: tuple[make.Person, FlaskClient], db_session: Session
) -> None:
    invite(chief[1], admin="y")
    assert sign_up(app.test_client(), path=last_link(app, "invitation")).status_code == 303
    anna = person(db_session, "anna")
    assert anna.is_admin
    assert acts.events(db_session, "account.administrator.appointed") == [(anna.id, chief[0].id, {})]
    assert [mail["To"] for mail in mails(app, "new_administrator")] == [chief[0].email]


def test_attack_an_invitation_to_administer_counts_for_no_other_address(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    invite(browser, admin="y")
    link = last_link(app, "invitation")
    refused = sign_up(app.test_client(), "eve", path=link, email="eve@example.org")
    assert refused.status_code == 422
    assert "counts for the address only to which it was sent" in error(refused, "email")
    assert db_session.scalars(select(User.username)).all() == ["chief"]
    assert sign_up(app.test_client(), path=link, email="ANNA@Example.ORG").status_code == 303


@pytest.mark.parametrize("change", [{"is_admin": False}, {"blocked_at": now()}, {"deleted_at": now()}])
def test_attack_who_is_dismissed_has_left_no_invitation_to_administer(
    app: Flask,
    chief: tuple[make.Person, FlaskClient],
    db_session: Session,
    change: dict[str, object],
) -> None:
    invite(chief[1], admin="y")
    link = last_link(app, "invitation")
    acts.change(db_session, chief[0], **change)
    client = app.test_client()
    if app.config["SETTINGS"].registration == "invite":
        assert client.get(link).status_code == 403
    else:
        assert sign_up(client, path=link).status_code == 303
        assert not person(db_session, "anna").is_admin


def test_an_invitation_that_is_taken_back_opens_nothing(
    app: Flask, chief: tuple[make.Person, FlaskClient], db_session: Session
) -> None:
    invite(chief[1], admin="y")
    link = last_link(app, "invitation")
    assert press(chief[1], db_session, "take-back") == 303
    assert waiting(chief[1]) == []
    assert acts.events(db_session, "account.invitation.revoked") == [
        (chief[0].id, chief[0].id, {"email": "anna@example.org"})
    ]
    if app.config["SETTINGS"].registration == "invite":
        assert app.test_client().get(link).status_code == 403
    else:
        sign_up(app.test_client(), path=link)
        assert not person(db_session, "anna").is_admin


def test_an_invitation_sent_again_has_another_link(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    invite(browser, admin="y")
    first = last_link(app, "invitation")
    assert press(browser, db_session, "send") == 303
    second = last_link(app, "invitation")
    assert first != second
    assert waiting(browser) == ["anna@example.org"]
    sign_up(app.test_client(), "impostor", path=first, email="anna@example.org")
    if app.config["SETTINGS"].registration == "invite":
        assert sign_up(app.test_client(), path=second).status_code == 303
        assert person(db_session, "anna").is_admin


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("", "Please enter the person's email address."),
        ("nowhere", "This is not a complete email address."),
        ('"a b"@example.org', "This is not a complete email address."),
        ("bert@Example.org", "Somebody has an account with this address already: <a href="),
        ("carl@example.org", "The account with this address is blocked. Unblock it"),
    ],
)
def test_who_cannot_be_invited_is_said_beside_the_field(
    app: Flask, browser: FlaskClient, db_session: Session, email: str, why: str
) -> None:
    make.make_user(app, "bert", email="bert@example.org")
    acts.change(db_session, make.make_user(app, "carl", email="carl@example.org"), blocked_at=now())
    page = pages.post(browser, PAGE, email=email, admin="y")
    assert page.status_code == 422
    assert error(page, "email").startswith(why) or "mail servers" in error(page, "email")
    assert mails(app, "invitation") == []
    assert acts.events(db_session, "account.user.invited") == []


def test_nobodys_mailbox_is_filled(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    for _time in range(5):
        invite(browser)
    page = pages.post(browser, PAGE, email="anna+more@example.org")
    assert page.status_code == 422
    assert "Several invitations went to this address within an hour." in error(page, "email")
    assert press(browser, db_session, "send") == 303
    assert len(mails(app, "invitation")) == 5
    assert waiting(browser) == ["anna@example.org"]


def test_an_invitation_ends_after_a_week(app: Flask, browser: FlaskClient) -> None:
    invite(browser)
    link = last_link(app, "invitation")
    with time_machine.travel(now() + timedelta(days=8)):
        page = app.test_client().get(link)
        assert page.status_code == (403 if app.config["SETTINGS"].registration == "invite" else 200)
        assert 'value="anna@example.org"' not in page.text


def test_who_has_an_account_by_now_is_not_invited_again(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    invite(browser)
    make.make_user(app, "anna", email="anna@example.org")
    assert press(browser, db_session, "send") == 303
    assert "This person has an account by now." in browser.get(PAGE).text
    assert len(mails(app, "invitation")) == 1


def test_where_nobody_registers_nobody_is_invited(app_with: MakeApp) -> None:
    app = app_with(REGISTRATION="closed")
    browser = pages.administrator(app)[1]
    assert "Nobody can accept an invitation here" in browser.get(PAGE).text
    token = acts.token_of(browser)
    page = browser.post(PAGE, data={"csrf_token": token, "email": "anna@example.org"})
    assert page.status_code == 422
    done = app.test_cli_runner().invoke(args=["invite", "create", "anna@example.org"])
    assert done.exit_code == 1
    assert "REGISTRATION is “closed”" in done.stderr


def test_the_command_invites_an_administrator_and_refuses_who_is_here(
    app: Flask, db_session: Session
) -> None:
    run = app.test_cli_runner()
    link = run.invoke(args=["invite", "create", "anna@example.org", "--admin"]).stdout.strip()
    assert sign_up(app.test_client(), path=link.removeprefix("http://127.0.0.1:8000")).status_code == 303
    assert person(db_session, "anna").is_admin
    refused = run.invoke(args=["invite", "create", "Anna@example.org"])
    assert refused.exit_code == 1
    assert "has an account with the address" in refused.stderr
