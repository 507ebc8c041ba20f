"""Creating an account and confirming its address."""

import re
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.account.email_links import Purpose, create_link
from app.database.rows import db
from app.users.models import User
from tests.account.visitor import (
    PASSWORD,
    is_signed_in,
    last_link,
    mails,
    person,
    sign_in,
    sign_out,
    sign_up,
    submit,
    values,
)
from tests.support.apps import MakeApp
from tests.support.mailboxes import text_of


def test_registration_signs_in_at_once_and_mails_a_link(app: Flask, client: FlaskClient) -> None:
    answer = sign_up(client)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert is_signed_in(client)
    (mail,) = mails(app, "verify_email")
    assert mail["To"] == "anna@example.org"


def test_registration_goes_on_to_where_the_person_wanted_to_go(client: FlaskClient) -> None:
    waiting = "/oauth/authorize?client_id=x&state=ü&redirect_uri=https://app.example/cb"
    answer = sign_up(client, path=f"/register?next={quote(waiting, safe='')}")
    assert answer.location == quote(waiting, safe="/?&=:%")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_registration_never_leads_out_of_the_portal(client: FlaskClient, elsewhere: str) -> None:
    answer = sign_up(client, path=f"/register?next={quote(elsewhere, safe='')}")
    assert answer.location == "/account"


def test_signed_in_people_are_led_past_the_registration(client: FlaskClient) -> None:
    sign_up(client)
    assert client.get("/register?next=/account/profile").location == "/account/profile"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": "ANNA", "email": "b@example.org"}, "This username is taken."),
        ({"username": "berta", "email": "Anna@Example.org"}, "This email address is taken."),
        ({"username": ""}, "Please choose a username."),
        ({"username": "   "}, "Please choose a username."),
        (
            {"username": "berta@example.org"},
            "Please use letters, digits, dots, hyphens and underscores only.",
        ),
        ({"username": "b" * 65}, "This username is too long."),
        ({"email": "nobody"}, "This is not a complete email address."),
        ({"email": "b@example.org\r\nBcc: all@example.org"}, "This is not a complete email address."),
        ({"email": ""}, "Please enter your email address."),
        ({"password": ""}, "Please choose a password."),
        ({"password": "short12"}, "This password is too short."),
        ({"password": "password123"}, "This password is on lists that attackers try first."),
        ({"password": "x" * 257}, "This password is too long."),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    client: FlaskClient, db_session: Session, changes: dict[str, str], message: str
) -> None:
    sign_up(client)
    sign_out(client)
    fields = {"username": "berta", "email": "berta@example.org", "password": PASSWORD, **changes}
    page = submit(client, "/register", **fields)
    assert page.status_code == 422
    assert message in page.text
    assert fields["password"] == "" or fields["password"] not in page.text
    assert values(page)["password"] == ""
    assert not is_signed_in(client)
    assert db_session.scalar(select(func.count(User.id))) == 1


def test_everything_that_is_wrong_is_said_at_once(client: FlaskClient) -> None:
    page = submit(client, "/register", username="a b", email="nobody", password="123").text
    assert "Please use letters, digits, dots, hyphens and underscores only." in page
    assert "This is not a complete email address." in page
    assert "This password is too short." in page


def test_a_taken_name_and_a_taken_address_are_said_beside_a_bad_password(client: FlaskClient) -> None:
    sign_up(client)
    sign_out(client)
    onward = "?next=/dashboard/apps"
    page = submit(client, f"/register{onward}", username="ANNA", email="anna@example.org", password="123")
    assert page.status_code == 422
    for message in (
        "This username is taken.",
        "This email address is taken.",
        "This password is too short.",
    ):
        assert message in page.text
    assert f'<a href="/login{onward}">Sign in</a></p>' in page.text
    assert "<title>Error: Create account" in page.text


@pytest.mark.parametrize(
    ("changes", "focused"),
    [({"username": "a b", "password": "123"}, "username"), ({"password": "123"}, "password"), ({}, "email")],
)
def test_the_first_field_that_did_not_pass_has_the_focus(
    client: FlaskClient, changes: dict[str, str], focused: str
) -> None:
    fields = {"username": "berta", "email": "nobody", "password": PASSWORD}
    fields |= {"email": "b@example.org", **changes} if changes else {}
    page = submit(client, "/register", **fields).text
    assert re.findall(r'<input[^>]*autofocus[^>]* id="(\w+)"', page) == [focused]


def test_terms_and_privacy_are_told_where_an_account_is_created(app_with: MakeApp) -> None:
    pages = {"TERMS_URL": "https://example.org/terms", "PRIVACY_URL": "https://example.org/privacy?a=1&b=2"}
    page = app_with(**pages).test_client().get("/register").text.split("<footer", 1)[0]
    assert '<a href="https://example.org/terms">terms of use</a>' in page
    assert '<a href="https://example.org/privacy?a=1&amp;b=2">privacy notice</a>' in page


def test_the_form_keeps_the_name_and_the_address_of_a_refused_registration(client: FlaskClient) -> None:
    page = submit(client, "/register", username="berta", email="berta@example.org", password="123")
    assert values(page)["username"] == "berta"
    assert values(page)["email"] == "berta@example.org"


def test_registration_without_its_csrf_token_is_refused(client: FlaskClient, db_session: Session) -> None:
    fields = {"username": "anna", "email": "anna@example.org", "password": PASSWORD}
    assert client.post("/register", data=fields).status_code == 400
    assert db_session.scalar(select(func.count(User.id))) == 0


def test_registration_cannot_make_administrators_or_confirmed_addresses(
    client: FlaskClient, db_session: Session
) -> None:
    sign_up(client, is_admin="true", email_verified_at="2020-01-01", id="0")
    user = person(db_session)
    assert not user.is_admin
    assert user.email_verified_at is None


def test_a_planted_session_cookie_is_worth_nothing_after_registration(app: Flask) -> None:
    attacker, victim = app.test_client(), app.test_client()
    attacker.get("/register")
    planted = attacker.get_cookie("pforte-8000")
    assert planted is not None
    victim.set_cookie("pforte-8000", planted.value)
    sign_up(victim)
    assert is_signed_in(victim)
    assert not is_signed_in(attacker)


def test_the_verification_mail_repeats_nothing_a_stranger_typed(app: Flask, client: FlaskClient) -> None:
    sign_up(client, "buy-now.evil.example", email="victim@example.org")
    (mail,) = mails(app, "verify_email")
    assert "evil" not in mail.as_string()


def test_a_closed_portal_takes_no_registrations(app_with: MakeApp) -> None:
    client = app_with(REGISTRATION="closed").test_client()
    page = client.get("/register")
    assert page.status_code == 403
    assert "No new accounts here" in page.text


def test_a_closed_portal_takes_no_registrations_by_post_either(
    app_with: MakeApp, db_session: Session
) -> None:
    client = app_with(REGISTRATION="closed").test_client()
    answer = submit(
        client, "/register", page="/login", username="anna", email="a@example.org", password=PASSWORD
    )
    assert answer.status_code == 403
    assert db_session.scalar(select(func.count(User.id))) == 0


def test_an_invitation_opens_the_registration_once(app_with: MakeApp) -> None:
    app = app_with(REGISTRATION="invite")
    with app.app_context():
        path = f"/register?invite={create_link(Purpose.INVITE, email='anna@example.org')}"
        db.session.commit()
    first, second = app.test_client(), app.test_client()
    assert first.get("/register").status_code == 403
    assert values(first.get(path))["email"] == "anna@example.org"
    assert sign_up(first, path=path).status_code == 303
    assert second.get(path).status_code == 403
    answer = submit(second, path, page="/login", username="b", email="b@example.org", password=PASSWORD)
    assert answer.status_code == 403


def test_where_everybody_may_register_an_invitation_that_is_over_says_so(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    with app.app_context():
        path = f"/register?invite={create_link(Purpose.INVITE, email='anna@example.org')}"
        db.session.commit()
    told = "This invitation was used or taken back"
    assert told not in client.get("/register").text
    assert told not in client.get(path).text
    assert sign_up(client, path=path).status_code == 303
    page = app.test_client().get(path)
    assert told in page.text
    assert values(page)["email"] == ""


def test_a_refused_registration_does_not_use_the_invitation_up(app_with: MakeApp) -> None:
    app = app_with(REGISTRATION="invite")
    with app.app_context():
        path = f"/register?invite={create_link(Purpose.INVITE, email='anna@example.org')}"
        db.session.commit()
    client = app.test_client()
    assert sign_up(client, path=path, password="123").status_code == 422
    assert sign_up(client, path=path).status_code == 303


@pytest.mark.parametrize("purpose", [Purpose.RESET_PASSWORD, Purpose.SETUP, Purpose.VERIFY_EMAIL])
def test_a_link_of_another_purpose_is_no_invitation(app_with: MakeApp, purpose: Purpose) -> None:
    app = app_with(REGISTRATION="invite")
    with app.app_context():
        token = create_link(purpose, email="anna@example.org")
        db.session.commit()
    assert app.test_client().get(f"/register?invite={token}").status_code == 403


def test_a_mail_scanner_that_opens_the_link_confirms_nothing(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client)
    path = last_link(app, "verify_email")
    scanner = app.test_client()
    for method in (scanner.get, scanner.head):
        assert method(path).status_code == 200
    assert person(db_session).email_verified_at is None
    assert submit(client, path).status_code == 303
    assert person(db_session).email_verified_at is not None


def test_the_confirmation_mail_says_nothing_of_where_to_go_on_to(app: Flask, client: FlaskClient) -> None:
    sign_up(client, path=f"/register?next={quote('/oauth/authorize?client_id=x', safe='')}")
    assert last_link(app, "verify_email").partition("?")[2] == ""


def test_a_used_confirmation_link_says_so(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    path = last_link(app, "verify_email")
    submit(client, path)
    page = client.get(path)
    assert page.status_code == 410
    assert "This link no longer works" in page.text


def test_the_account_sends_the_mail_again_but_not_twice_in_two_minutes(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client)
    submit(client, "/account/verification", page="/account")
    assert len(mails(app, "verify_email")) == 1
    submit(client, last_link(app, "verify_email"))
    answer = submit(client, "/account/verification", page="/account/security")
    assert answer.status_code == 303
    assert len(mails(app, "verify_email")) == 1


def test_registered_people_can_sign_in_by_name_or_address(client: FlaskClient) -> None:
    sign_up(client)
    for identifier in ("Anna", "ANNA@example.org"):
        sign_out(client)
        sign_in(client, identifier)
        assert is_signed_in(client)


def test_the_language_a_reader_picked_is_kept_as_theirs(client: FlaskClient, db_session: Session) -> None:
    client.get("/register?locale=de")
    sign_up(client)
    assert person(db_session).locale == "de"


def test_the_language_of_the_browser_is_nobodys_choice(client: FlaskClient, db_session: Session) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    sign_up(client)
    assert person(db_session).locale is None
    assert '<html lang="de">' in client.get("/account").text
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert '<html lang="en">' in client.get("/account").text


def test_everything_is_german_for_who_reads_german(app: Flask) -> None:
    client = app.test_client()
    client.get("/register?locale=de")
    sign_up(client)
    (mail,) = mails(app, "verify_email")
    assert mail["Content-Language"] == "de"
    assert text_of(mail)
