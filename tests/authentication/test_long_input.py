"""Text made to be slow: piles of accents to put in order, signs that could be many letters."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.users.display_names import tidy
from app.users.names import check_email, check_username, fold
from app.users.passwords import check_new_password, hash_password, verify_password
from app.users.refusals import EmailRefused, PasswordRefused, UsernameRefused
from tests.authentication.visitors import csrf_token

PILE = "a" + "\u0301\u0327" * 60_000  # as much as a body may hold: it took 16 seconds, and the whole process
PATIENCE = 2.0  # seconds; generous, for a busy machine


@pytest.mark.parametrize("page", ["/login", "/register", "/forgot-password"])
def test_a_pile_of_accents_costs_no_more_than_a_name(app: Flask, client: FlaskClient, page: str) -> None:
    token = csrf_token(client)
    body = f"csrf_token={token}&username={PILE}&email={PILE[:1]}@example.org&password=x".encode()
    for data in (body, f"csrf_token={token}&username=x&email={PILE}@example.org&password=x".encode()):
        assert took(lambda data=data: send(client, page, data)) < PATIENCE
    passwords = f"csrf_token={token}&username=nobody&email=a@example.org&password={PILE}".encode()
    assert took(lambda: send(client, page, passwords)) < PATIENCE


@pytest.mark.parametrize("rule", [fold, tidy])
def test_rules_read_only_the_beginning_of_a_pile(rule: Callable[[str], str]) -> None:
    assert took(lambda: rule(PILE)) < PATIENCE


def test_a_pile_is_no_username_and_no_address() -> None:
    with pytest.raises(UsernameRefused):
        check_username(PILE)
    with pytest.raises(EmailRefused):
        check_email(f"{PILE}@example.org")


def test_a_long_password_of_an_older_service_is_still_the_same(app: Flask) -> None:
    with app.app_context():
        assert verify_password(hash_password(PILE), PILE)
        assert not verify_password(hash_password(PILE), PILE[:-1])


@pytest.mark.parametrize(
    "password",
    ["4@8({[<369!1|0$5+7%2" * 2, "({[<4@1!|7+$5690823%" * 12, "1|7!" * 60, "@({[<!|$+%1234567890ab"],
)
def test_a_password_of_signs_that_look_like_letters_is_judged_at_once(app: Flask, password: str) -> None:
    with app.app_context():
        check_new_password("violet kettle under seven bridges")  # reads the lists
        assert took(lambda: judge(password)) < PATIENCE / 2


def judge(password: str) -> None:
    with suppress(PasswordRefused):
        check_new_password(password, "anna", "anna@example.org")


def send(client: FlaskClient, page: str, body: bytes) -> None:
    answer = client.post(page, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code < 500


def took(work: Callable[[], object]) -> float:
    began = time.process_time()  # what the process was kept busy for, whatever else the machine does
    work()
    return time.process_time() - began
