"""People are told of a sign-in with a browser that they have not used before."""

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import db
from app.users import accounts
from app.users.accounts import find_user
from app.users.models import User
from tests.account.visitor import mails, sign_up
from tests.authentication.visitors import PASSWORD, SAFARI, make_user, post, sign_in
from tests.support.mailboxes import text_of


@pytest.fixture
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app, email_verified=True)


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "A new sign-in to your account"), ("de", "Eine neue Anmeldung bei Ihrem Konto")],
)
def test_a_sign_in_with_another_browser_is_told_with_device_time_and_where_to_end_it(
    app: Flask, client: FlaskClient, language: str, subject: str
) -> None:
    client.get(f"/login?locale={language}")
    sign_in(client)
    sign_in(app.test_client(), agent=SAFARI)
    (mail,) = mails(app, "new_browser")
    assert mail["Subject"] == subject
    text = text_of(mail)
    assert "Safari, iOS" in text
    assert "2026" in text
    assert "/account/sessions" in text


def test_attack_a_thief_does_not_choose_the_language_of_the_warning(
    app: Flask, client: FlaskClient, anna: str, db_session: Session
) -> None:
    """Not even of somebody who came before their language was noted; a browser they know says it later."""
    sign_in(client)
    person = db_session.get(User, anna)
    assert person is not None
    person.first_language = None
    db_session.commit()
    thief = app.test_client()
    thief.get("/login?locale=de")
    sign_in(thief)
    (mail,) = mails(app, "new_browser")
    assert mail["Content-Language"] == "en"
    db_session.expire_all()
    assert person.first_language is None
    client.get("/login?locale=de")
    post(client, "/logout")
    sign_in(client)
    db_session.expire_all()
    assert person.first_language == "de"


@pytest.mark.usefixtures("anna")
def test_the_very_first_sign_in_is_nobodys_news(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    assert mails(app, "new_browser") == []


def test_signing_in_again_after_registering_is_no_news(app: Flask, client: FlaskClient) -> None:
    sign_up(client, password=PASSWORD)
    with app.app_context():
        anna = find_user("anna")
        assert anna is not None
        anna.email_verified_at = now()
        db.session.commit()
    for _ in range(2):
        post(client, "/logout")
        assert sign_in(client).status_code == 303
    assert mails(app, "new_browser") == []


def test_a_known_browser_is_new_again_after_another_password(
    app: Flask, client: FlaskClient, anna: str, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    post(client, "/logout")
    clock.shift(1)
    with app.app_context():
        accounts.set_password(accounts.get_user(anna), "Wolken-Garten-17")
        db.session.commit()
    sign_in(client, password="Wolken-Garten-17")
    assert len(mails(app, "new_browser")) == 1


@pytest.mark.usefixtures("anna")
def test_a_wrong_password_in_a_new_browser_sends_no_mail(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    sign_in(app.test_client(), password="wrong")
    assert mails(app, "new_browser") == []


def test_an_address_that_is_not_confirmed_gets_no_mail(app: Flask, client: FlaskClient) -> None:
    make_user(app)
    sign_in(client)
    sign_in(app.test_client())
    assert mails(app, "new_browser") == []


@pytest.mark.usefixtures("anna")
def test_three_new_browsers_a_day_are_told_and_no_more_until_tomorrow(
    app: Flask, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    for _ in range(5):
        assert sign_in(app.test_client(), agent=SAFARI).status_code == 303
        mails(app, "new_browser")
        clock.shift(1)  # a mail is kept under its time
    assert len(mails(app, "new_browser")) == 3
    clock.shift(86_400)
    sign_in(app.test_client(), agent=SAFARI)
    assert len(mails(app, "new_browser")) == 4
