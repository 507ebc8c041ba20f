import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import EventKind
from app.audit.models import Event
from app.users.models import User
from tests.authentication.visitors import PASSWORD, csrf_token, is_signed_in, make_user, post, sign_in
from tests.support.apps import MakeApp


@pytest.fixture(autouse=True)
def anna(app: Flask) -> str:
    return make_user(app)


def body(text: str) -> str:
    return text.split("<main")[1].split("</main>")[0]


def without_token(text: str, *typed: str) -> str:
    """The page without what differs at every request."""
    text = text.split('name="csrf_token"')[0] + text.split('name="csrf_token"')[1].split(">", 1)[1]
    for name in typed:
        text = text.replace(name, "NAME")
    return text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_is_there_in_both_languages(client: FlaskClient, language: str) -> None:
    page = client.get("/login", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text


def test_browsers_are_told_what_the_fields_are_for(client: FlaskClient) -> None:
    page = client.get("/login").text
    assert 'autocomplete="username webauthn"' in page
    assert 'autocomplete="current-password"' in page
    username = page.split('id="username"')[0].rsplit("<input", 1)[1]
    assert "autofocus" in username


@pytest.mark.parametrize("username", ["anna", "ANNA@example.org"])
def test_the_right_password_signs_in(client: FlaskClient, username: str) -> None:
    answer = sign_in(client, username)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert is_signed_in(client)


def test_wrong_password_and_unknown_name_and_no_password_set_get_the_same_answer(
    app: Flask, client: FlaskClient
) -> None:
    make_user(app, "bert", "bert@example.org", password=None)
    answers = [
        sign_in(client, name, "wrong-password") for name in ("anna", "nobody", "bert", "x@example.org")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert (
        len(
            {
                without_token(body(answer.text), "anna", "nobody", "bert", "x@example.org")
                for answer in answers
            }
        )
        == 1
    )
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "username or email address"), ("de", "Benutzername oder E-Mail-Adresse")]
)
def test_a_refusal_names_all_that_the_field_takes(client: FlaskClient, language: str, said: str) -> None:
    client.get(f"/login?locale={language}")
    refused = re.findall(r"<p>([^<]*)</p>", sign_in(client, "anna@example.org", "wrong-password").text)
    assert any(
        said in words and ("password do not" in words or "Passwort passen" in words) for words in refused
    )


def test_the_typed_name_stays_and_the_password_goes(client: FlaskClient) -> None:
    page = sign_in(client, '"><script>x', "wrong-password").text
    assert 'value="&#34;&gt;&lt;script&gt;x"' in page
    assert "wrong-password" not in page
    password = page.split('id="password"')[0].rsplit("<input", 1)[1]
    assert "autofocus" in password


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": ""}, "Please enter your username or email address."),
        ({"username": "   "}, "Please enter your username or email address."),
        ({"password": ""}, "Please enter your password."),
    ],
)
def test_an_empty_field_is_told_beside_it(client: FlaskClient, fields: dict[str, str], said: str) -> None:
    answer = sign_in(client, **fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_missing_fields_are_no_failure(client: FlaskClient) -> None:
    assert client.post("/login", data={"csrf_token": csrf_token(client)}).status_code == 422


def test_repeated_and_unknown_fields_are_no_failure(client: FlaskClient) -> None:
    form = {
        "username": ["anna", "bert"],
        "password": [PASSWORD, "x"],
        "csrf_token": csrf_token(client),
        "is_admin": "1",
    }
    assert client.post("/login", data=form).status_code == 303


def test_a_blocked_person_is_told_so_only_with_the_right_password(
    client: FlaskClient, db_session: Session
) -> None:
    db_session.scalars(select(User)).one().blocked_at = db_session.scalars(select(User.created_at)).one()
    db_session.commit()
    assert "blocked" not in body(sign_in(client, password="wrong").text)
    told = sign_in(client)
    assert told.status_code == 422
    assert "This account is blocked." in told.text
    assert not is_signed_in(client)


@pytest.mark.parametrize("username", ["anna", "nobody"])
def test_too_many_wrong_passwords_get_the_form_with_a_time(client: FlaskClient, username: str) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for _ in range(5):
            assert sign_in(client, username, "wrong").status_code == 422
        told = sign_in(client, username)
        assert (told.status_code, told.headers["Retry-After"]) == (429, "30")
        assert "Please try again in 30 seconds." in told.text
        assert f'value="{username}"' in told.text
        clock.shift(30)
        assert sign_in(client, username, "wrong").status_code == 422
        assert "Please try again in 60 seconds." in sign_in(client, username).text
        clock.shift(60)
        sign_in(client, username, "wrong")
        assert "Please try again in 2 minutes." in sign_in(client, username).text


def test_the_wait_holds_for_listed_addresses_and_every_browser(app: Flask) -> None:
    for _ in range(5):
        sign_in(app.test_client(), password="wrong")
    assert sign_in(app.test_client()).status_code == 429


def test_somebody_already_signed_in_goes_on(client: FlaskClient) -> None:
    sign_in(client)
    answer = client.get("/login?next=/account/sessions")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/sessions")


def test_a_form_without_token_signs_nobody_in(client: FlaskClient) -> None:
    client.get("/login")
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "forged"}):
        answer = client.post("/login", data={"username": "anna", "password": PASSWORD, **token})
        assert answer.status_code == 400
        assert "Please sign in again." in answer.text
        assert 'value="anna"' in answer.text
    assert not is_signed_in(client)


def test_the_token_of_another_browser_signs_nobody_in(app: Flask, client: FlaskClient) -> None:
    strangers = csrf_token(app.test_client())
    csrf_token(client)
    form = {"username": "anna", "password": PASSWORD, "csrf_token": strangers}
    assert client.post("/login", data=form).status_code == 400
    assert not is_signed_in(client)


def test_the_form_of_a_refused_page_works(client: FlaskClient) -> None:
    refused = client.post("/login", data={"username": "anna", "password": PASSWORD})
    token = refused.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert (
        client.post(
            "/login", data={"username": "anna", "password": PASSWORD, "csrf_token": token}
        ).status_code
        == 303
    )


def test_a_form_left_open_in_another_tab_goes_on_where_the_person_signed_in_meanwhile(
    client: FlaskClient,
) -> None:
    left_open = csrf_token(client)
    sign_in(client)
    form = {"username": "anna", "password": PASSWORD, "csrf_token": left_open}
    answer = client.post("/login?next=/account/sessions", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/sessions")


def test_a_form_left_open_beyond_the_session_still_signs_in(client: FlaskClient) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        sign_in(client)
        token = csrf_token(client, "/account/sessions")
        clock.shift(13 * 3600)
        assert not is_signed_in(client)
        form = {"username": "anna", "password": PASSWORD, "csrf_token": token}
        assert client.post("/login", data=form).status_code == 303


def test_signing_out_ends_the_session_and_can_be_repeated(client: FlaskClient, db_session: Session) -> None:
    sign_in(client)
    answer = post(client, "/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "You are signed out." in client.get("/").text
    assert not is_signed_in(client)
    assert post(client, "/logout", form_on="/login").status_code == 303


def test_signing_out_can_lead_to_another_account(client: FlaskClient) -> None:
    sign_in(client)
    assert post(client, "/logout?next=/login?next=/device").headers["Location"] == "/login?next=/device"
    assert post(client, "/logout?next=//evil.example", form_on="/login").headers["Location"] == "/"


def test_no_link_and_no_form_without_token_signs_out(client: FlaskClient) -> None:
    sign_in(client)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert is_signed_in(client)


def test_signing_in_and_out_is_recorded(client: FlaskClient, anna: str, db_session: Session) -> None:
    sign_in(client, password="wrong")
    sign_in(client)
    post(client, "/logout")
    events = db_session.scalars(select(Event).order_by(Event.id)).all()
    assert [event.kind for event in events] == [
        EventKind.SIGN_IN_REFUSED,
        EventKind.SIGNED_IN,
        EventKind.SIGNED_OUT,
    ]
    assert {event.user_id for event in events} == {anna}
    assert PASSWORD not in "".join(event.details for event in events)


def test_where_nobody_may_register_no_link_says_so(app_with: MakeApp) -> None:
    assert "/register" not in body(app_with(REGISTRATION="closed").test_client().get("/login").text)
