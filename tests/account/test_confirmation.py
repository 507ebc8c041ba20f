"""Confirming an address needs its mailbox and the account."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.account.visitor import (
    ANOTHER_PASSWORD,
    PASSWORD,
    is_signed_in,
    last_link,
    person,
    sign_in,
    sign_out,
    sign_up,
    submit,
)


@pytest.fixture
def link(app: Flask, client: FlaskClient) -> str:
    """The link that confirms the address of anna, who is signed in at ``client``."""
    sign_up(client)
    return last_link(app, "verify_email")


def is_confirmed(session: Session, name: str = "anna") -> bool:
    return person(session, name).email_verified_at is not None


def test_in_a_browser_signed_in_to_the_account_the_button_is_enough(
    client: FlaskClient, db_session: Session, link: str
) -> None:
    assert 'name="password"' not in client.get(link).text
    answer = submit(client, link)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "The address anna@example.org is confirmed." in client.get("/account").text
    assert is_confirmed(db_session)


def test_a_stranger_who_confirms_by_a_click_hands_nothing_to_a_squatter(
    app: Flask, db_session: Session, link: str
) -> None:
    owner_of_the_mailbox = app.test_client()
    assert 'name="password"' in owner_of_the_mailbox.get(link).text
    answer = submit(owner_of_the_mailbox, link)
    assert answer.status_code == 422
    assert "Please enter your password." in answer.text
    assert not is_confirmed(db_session)


def test_in_another_browser_the_password_of_the_account_confirms_and_signs_nobody_in(
    app: Flask, db_session: Session, link: str
) -> None:
    telephone = app.test_client()
    assert submit(telephone, link, password=PASSWORD).status_code == 303
    assert is_confirmed(db_session)
    assert not is_signed_in(telephone)


def test_who_is_signed_in_to_another_account_is_told_so(app: Flask, db_session: Session, link: str) -> None:
    other = app.test_client()
    sign_up(other, "berta", password=ANOTHER_PASSWORD)
    assert "You are signed in as “berta”, which is another account." in other.get(link).text
    assert submit(other, link, password=ANOTHER_PASSWORD).status_code == 422
    assert not is_confirmed(db_session)
    assert submit(other, link, password=PASSWORD).status_code == 303
    assert is_confirmed(db_session)
    assert not is_confirmed(db_session, "berta")


def test_wrong_passwords_count_as_they_do_at_the_sign_in_and_leave_the_link_as_it_was(
    app: Flask, client: FlaskClient, db_session: Session, link: str
) -> None:
    guesser = app.test_client()
    for _try in range(5):
        assert submit(guesser, link, password="wrong").status_code == 422
    answer = submit(guesser, link, password=PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert not is_confirmed(db_session)
    assert sign_in(app.test_client()).status_code == 429
    # A browser that signed in before has a count of its own.
    sign_out(client)
    assert sign_in(client).status_code == 303


def test_the_page_shows_the_way_to_take_over_what_somebody_else_made(app: Flask, link: str) -> None:
    page = app.test_client().get(link).text
    assert "You did not create this account?" in page
    assert 'href="/forgot-password"' in page
