"""The password, and what happened on the account."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.audit import EventKind, record
from app.database.rows import db
from tests.account.visitor import (
    ANOTHER_PASSWORD,
    PASSWORD,
    is_signed_in,
    last_link,
    mails,
    person,
    sign_in,
    sign_out,
    sign_up,
    submit,
)


@pytest.fixture(autouse=True)
def signed_in(client: FlaskClient) -> None:
    sign_up(client)


def test_a_new_password_counts_from_now_on(client: FlaskClient) -> None:
    answer = submit(client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert answer.status_code == 303
    assert is_signed_in(client)
    sign_out(client)
    sign_in(client)
    assert not is_signed_in(client)
    sign_in(client, password=ANOTHER_PASSWORD)
    assert is_signed_in(client)


def test_a_new_password_signs_the_other_browsers_out(app: Flask, client: FlaskClient) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere)
    submit(client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_a_new_password_ends_links_that_would_set_another_one(app: Flask, client: FlaskClient) -> None:
    submit(client, "/forgot-password", email="anna@example.org")
    path = last_link(app, "reset_password")
    submit(client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert client.get(path).status_code == 410


def test_the_person_is_told_by_mail_and_no_password_is_in_it(app: Flask, client: FlaskClient) -> None:
    submit(client, last_link(app, "verify_email"))
    submit(client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    (mail,) = mails(app, "password_changed")
    assert PASSWORD not in mail.as_string()
    assert ANOTHER_PASSWORD not in mail.as_string()


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("current", "password", "message"),
    [
        ("wrong", ANOTHER_PASSWORD, "This is not your password."),
        ("", ANOTHER_PASSWORD, "Please enter your password."),
        (PASSWORD, "", "Please choose a password."),
        (PASSWORD, "anna1234", "This password is"),
        (PASSWORD, "12345678", "This password is on lists that attackers try first."),
    ],
)
def test_a_refusal_changes_nothing(client: FlaskClient, current: str, password: str, message: str) -> None:
    page = submit(client, "/account/security", current_password=current, password=password)
    assert page.status_code == 422
    assert message in page.text
    sign_out(client)
    sign_in(client)
    assert is_signed_in(client)


def test_guessing_the_current_password_has_to_wait_and_keeps_nobody_else_waiting(
    app: Flask, client: FlaskClient
) -> None:
    for _ in range(5):
        submit(client, "/account/security", current_password="wrong", password=ANOTHER_PASSWORD)
    answer = submit(client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert sign_in(app.test_client()).status_code == 303


def test_the_password_cannot_be_changed_without_the_csrf_token(client: FlaskClient) -> None:
    fields = {"current_password": PASSWORD, "password": ANOTHER_PASSWORD}
    assert client.post("/account/security", data=fields).status_code == 400


def test_the_overview_tells_what_happened_last(client: FlaskClient) -> None:
    page = client.get("/account").text
    assert "You created this account." in page
    assert "not confirmed yet" in page
    assert "One device is signed in" in page


def test_wrong_passwords_show_in_the_activity(app: Flask, client: FlaskClient) -> None:
    sign_in(app.test_client(), password="wrong")
    assert "A sign-in with a wrong password was refused." in client.get("/account/activity").text


def test_the_activity_goes_back_page_by_page(app: Flask, client: FlaskClient, db_session: Session) -> None:
    user_id = person(db_session).id
    with app.app_context():
        for number in range(60):
            record(EventKind.CLIENT_CHANGED, user_id=user_id, name=f"App number {number:02d}")
            db.session.flush()
        db.session.commit()
    seen, path = "", "/account/activity"
    for _ in range(3):
        page = client.get(path).text
        seen += page
        path = (
            page.split('rel="next"')[0].rsplit('href="', 1)[-1].split('"')[0] if 'rel="next"' in page else ""
        )
    assert all(seen.count(f"App number {number:02d}") == 1 for number in range(60))
    assert seen.index("App number 59") < seen.index("App number 00")
    assert path == ""


def test_nobody_sees_what_happened_to_others(app: Flask, client: FlaskClient, db_session: Session) -> None:
    with app.app_context():
        record(EventKind.CLIENT_CHANGED, user_id="0" * 32, name="Somebody else's app")
        db.session.commit()
    assert "Somebody else" not in client.get("/account/activity").text


@pytest.mark.parametrize("before", ["x", "%00", "ü", "f" * 5000, "'"])
def test_a_made_up_place_in_the_activity_is_no_trouble(client: FlaskClient, before: str) -> None:
    assert client.get(f"/account/activity?before={before}").status_code in (400, 404)
