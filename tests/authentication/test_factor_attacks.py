"""Attacks on the second factor, by who has the password, a cookie, the mailbox or the database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.authentication.factors import codes, recovery_codes
from app.authentication.models import BrowserSession, RecoveryCode, TotpSecret
from app.database.rows import db
from app.users import accounts
from tests.account.visitor import last_link, submit
from tests.authentication.phones import (
    CODES,
    SET_UP,
    VERIFY,
    Phone,
    codes_on,
    give_codes,
    give_phone,
    phone_for,
    sign_in_with,
    verify,
)
from tests.authentication.visitors import (
    PASSWORD,
    browser_at,
    copy_of,
    csrf_token,
    is_signed_in,
    make_user,
    post,
    sign_in,
)
from tests.support.apps import MakeApp

NEW_PASSWORD = "Wolken-Garten-17"


@pytest.fixture(autouse=True)
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app, email_verified=True)


@pytest.fixture
def phone(app: Flask, anna: str) -> Phone:
    return give_phone(app, anna)


def test_attack_a_code_is_replayed(app: Flask, client: FlaskClient, phone: Phone) -> None:
    sign_in_with(client, phone)
    thief = app.test_client()
    sign_in(thief)
    for code in (phone.code(), phone.code(-1)):  # nor does one count that is older than the last
        assert verify(thief, code).status_code == 422
    assert not is_signed_in(thief)


def test_attack_a_code_is_replayed_to_prove_the_factor_in_a_copied_session(
    app: Flask, client: FlaskClient, phone: Phone
) -> None:
    sign_in_with(client, phone)
    assert verify(copy_of(app, client), phone.code()).status_code == 422


def test_attack_the_code_of_another_account(app: Flask, client: FlaskClient, phone: Phone) -> None:
    mallory = make_user(app, "mallory", "mallory@example.org")
    of_mallory, paper = give_phone(app, mallory), give_codes(app, mallory)
    sign_in(client)
    for code in (of_mallory.code(), paper[0]):
        assert verify(client, code).status_code == 422
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "path", ["/account", "/account/security", SET_UP, CODES, "/dashboard/apps", "/reauthenticate"]
)
def test_attack_the_second_step_is_skipped(client: FlaskClient, phone: Phone, path: str) -> None:
    sign_in(client)
    assert urlsplit(client.get(path).location).path == "/login"


def test_attack_who_has_the_password_guesses_codes_for_ever(
    app: Flask, phone: Phone, clock: time_machine.Traveller
) -> None:
    """The right password between two codes does not clear the count, nor does another browser."""
    tries = []
    for _ in range(6):
        thief = app.test_client()
        first = sign_in(thief)
        tries.append(verify(thief, phone.wrong_code()).status_code if first.status_code == 303 else 429)
    assert tries == [422] * 5 + [429]
    waits = []
    for _ in range(4):
        wait = sign_in(thief).headers["Retry-After"]
        waits.append(int(wait))
        clock.shift(timedelta(seconds=waits[-1]))
        assert sign_in(thief).status_code == 303
        assert verify(thief, phone.wrong_code()).status_code == 422
    assert waits == [30, 60, 120, 240]


def test_attack_one_step_is_kept_open_to_guess_codes(client: FlaskClient, phone: Phone) -> None:
    sign_in(client)
    answers = [verify(client, phone.wrong_code()) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "30"
    assert verify(client, phone.code()).status_code == 429


def test_wrong_codes_and_the_endpoint_for_programs_share_the_count(
    app: Flask, client: FlaskClient, phone: Phone
) -> None:
    fields = {"username": "anna", "password": PASSWORD}
    sign_in(client)
    for _ in range(5):
        verify(client, phone.wrong_code())
        answer = app.test_client().post("/api/auth", json=fields)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert sign_in(app.test_client()).status_code == 429


def test_the_right_password_at_the_endpoint_for_programs_does_not_clear_the_count(
    app: Flask, client: FlaskClient, phone: Phone
) -> None:
    fields = {"username": "anna", "password": PASSWORD}
    for _ in range(4):
        assert client.post("/api/auth", json={**fields, "password": "wrong"}).status_code == 401
    assert client.post("/api/auth", json=fields).json["error"] == "mfa_required"  # type: ignore[index]
    assert client.post("/api/auth", json={**fields, "password": "wrong"}).status_code == 401
    assert client.post("/api/auth", json=fields).status_code == 429


def test_attack_each_new_password_brings_new_guesses_of_codes(
    app: Flask, client: FlaskClient, phone: Phone, clock: time_machine.Traveller
) -> None:
    """Who has the mailbox resets the password again and again, and guesses a code each time."""
    answers, password = [], PASSWORD
    for number in range(3):
        thief = app.test_client()
        submit(thief, "/forgot-password", email="anna@example.org")
        password = f"{NEW_PASSWORD}-{number}"
        submit(thief, last_link(app, "reset_password"), password=password)
        for _ in range(3):
            first = sign_in(thief, password=password)
            answers.append(verify(thief, phone.wrong_code()).status_code if first.status_code == 303 else 429)
        clock.shift(timedelta(minutes=1))  # for the next mail
    assert Counter(answers)[422] <= 6  # five, and one after a wait of a minute


def test_attack_a_password_reset_takes_the_second_factor_away(
    app: Flask, client: FlaskClient, phone: Phone
) -> None:
    submit(client, "/forgot-password", email="anna@example.org")
    submit(client, last_link(app, "reset_password"), password=NEW_PASSWORD)
    assert not is_signed_in(client)
    assert sign_in(client, password=NEW_PASSWORD).location == VERIFY
    assert verify(client, phone.code()).status_code == 303
    assert is_signed_in(client)


def test_strangers_who_guess_passwords_do_not_keep_the_person_out_of_a_browser_they_use_after_a_reset(
    app: Flask, client: FlaskClient, phone: Phone, clock: time_machine.Traveller
) -> None:
    sign_in_with(client, phone)
    post(client, "/logout")
    submit(client, "/forgot-password", email="anna@example.org")
    submit(client, last_link(app, "reset_password"), password=NEW_PASSWORD)
    for _ in range(6):
        sign_in(app.test_client(), password="wrong")
    clock.shift(timedelta(seconds=30))
    for _ in range(2):
        sign_in(app.test_client(), password="wrong")
    assert sign_in(client, password=NEW_PASSWORD).status_code == 303
    assert verify(client, phone.code()).status_code == 303


def test_attack_a_pending_step_outlives_the_password(
    app: Flask, anna: str, client: FlaskClient, phone: Phone
) -> None:
    sign_in(client)
    with app.app_context():
        accounts.set_password(accounts.get_user(anna), NEW_PASSWORD)
        db.session.commit()
    assert refused(client, phone.code())


@pytest.mark.parametrize("end", ["block", "delete", "forget_password"])
def test_attack_a_pending_step_outlives_the_account(
    app: Flask, anna: str, client: FlaskClient, phone: Phone, end: str
) -> None:
    sign_in(client)
    with app.app_context():
        getattr(accounts, end)(accounts.get_user(anna))
        db.session.commit()
    assert refused(client, phone.code())


def test_attack_a_pending_step_outlives_the_phone(
    app: Flask, anna: str, client: FlaskClient, phone: Phone, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    clock.shift(1)
    another = give_phone(app, anna)
    assert refused(client, another.code())


def test_attack_the_pending_step_of_another_person(app: Flask, client: FlaskClient, phone: Phone) -> None:
    """Mallory, who has a phone too, brings anna's pending step: it asks for anna's code all the same."""
    of_mallory = give_phone(app, make_user(app, "mallory", "mallory@example.org"))
    sign_in(client)
    thief = copy_of(app, client)
    assert verify(thief, of_mallory.code()).status_code == 422
    assert not is_signed_in(thief)


def test_attack_a_pending_step_is_made_up(app: Flask, client: FlaskClient, phone: Phone, anna: str) -> None:
    """A signed cookie with another person's name in it: the step is bound to whose password was right."""
    make_user(app, "mallory", "mallory@example.org")
    with app.app_context():
        mallory = accounts.find_user("mallory")
        assert mallory is not None
        give_phone(app, mallory.id)
    sign_in(client, "mallory")
    with client.session_transaction() as session:
        session["second_step"] = [anna, *session["second_step"][1:]]
    assert refused(client, phone.code())


def test_attack_a_session_is_fixed_before_both_steps(app: Flask, client: FlaskClient, phone: Phone) -> None:
    """Who planted the cookie of a browser, or copied it between the steps, is not let in by their end."""
    client.get("/login")
    planted = copy_of(app, client)
    sign_in(client)
    between = copy_of(app, client)
    verify(client, phone.code())
    assert is_signed_in(client)
    assert not is_signed_in(planted)
    assert not is_signed_in(between)


def test_attack_a_copied_session_and_the_password_do_away_with_the_second_factor(
    app: Flask, client: FlaskClient, phone: Phone, clock: time_machine.Traveller
) -> None:
    sign_in_with(client, phone)
    clock.shift(timedelta(minutes=11))
    thief = copy_of(app, client)
    post(thief, "/reauthenticate", form_on="/reauthenticate", password=PASSWORD)
    for path in (f"{SET_UP}/remove", CODES):
        assert urlsplit(post(thief, path).location).path == VERIFY
    assert urlsplit(thief.get(SET_UP).location).path == VERIFY


def test_attack_codes_are_guessed_in_a_copied_session(
    app: Flask, anna: str, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    """The right password clears the count of passwords of this session, not that of codes."""
    sign_in(client)
    phone = give_phone(app, anna)
    answers = []
    for _ in range(6):
        answers.append(verify(client, phone.wrong_code()).status_code)
        post(client, "/reauthenticate", form_on="/reauthenticate", password=PASSWORD)
    assert answers == [422] * 5 + [429]


def test_attack_a_database_thief_reads_seeds_and_recovery_codes(
    app: Flask, anna: str, client: FlaskClient, db_session: Session
) -> None:
    sign_in(client)
    phone = phone_for(client.get(SET_UP))
    answer = verify(client, phone.code(), path=SET_UP)
    shown = codes_on(client.get(answer.location))
    assert len(shown) == 10
    tables = (
        db_session.scalars(select(TotpSecret.sealed)).all(),
        db_session.scalars(select(RecoveryCode.sealed_digest)).all(),
    )
    stored = " ".join([*tables[0], *tables[1]])
    seed = phone._app.secret
    assert seed not in stored
    assert seed.lower() not in stored
    assert not [code for code in shown if code in stored or code.replace("-", "") in stored]


def test_attack_a_seed_is_written_to_the_row_of_another_person(
    app: Flask, anna: str, client: FlaskClient, phone: Phone, db_session: Session
) -> None:
    mallory = make_user(app, "mallory", "mallory@example.org")
    of_mallory = give_phone(app, mallory)
    sealed = db_session.scalars(select(TotpSecret.sealed).where(TotpSecret.user_id == mallory)).one()
    db_session.execute(
        text("UPDATE totp_secrets SET sealed = :sealed WHERE user_id = :anna"),
        {"sealed": sealed, "anna": anna},
    )
    db_session.commit()
    sign_in(client)
    verify(client, of_mallory.code())
    assert not is_signed_in(client)


def test_wrong_codes_count_for_the_network(app_with: MakeApp) -> None:
    app = app_with(RATE_LIMIT_WHITE_LIST="")
    phones = [
        give_phone(app, make_user(app, f"person{number}", f"p{number}@example.org")) for number in range(6)
    ]
    answers = []
    for number, phone in enumerate(phones):
        browser = browser_at(app, "198.51.100.9")
        for _ in range(4):
            first = sign_in(browser, f"person{number}")
            answers.append(
                verify(browser, phone.wrong_code()).status_code if first.status_code == 303 else 429
            )
    assert answers == [422] * 20 + [429] * 4


@pytest.mark.parametrize("kind", ["phone", "paper"])
def test_of_many_uses_of_one_code_at_once_one_counts(app: Flask, anna: str, phone: Phone, kind: str) -> None:
    code = phone.code() if kind == "phone" else give_codes(app, anna)[0]
    browsers = [app.test_client() for _ in range(20)]
    for browser in browsers:
        sign_in(browser)
    tokens = [csrf_token(browser, VERIFY) for browser in browsers]
    barrier = Barrier(len(browsers))

    def go(number: int) -> int:
        barrier.wait()
        fields = {"csrf_token": tokens[number], "code": code}
        return browsers[number].post(VERIFY, data=fields).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = Counter(pool.map(go, range(len(browsers))))
    assert answers[303] == 1, answers
    assert answers.keys() <= {303, 422, 429}
    with app.app_context():
        assert len(db.session.scalars(select(BrowserSession)).all()) == 1
        if kind == "paper":
            assert recovery_codes.count(accounts.get_user(anna)) == (9, 10)


def test_a_code_counts_no_more_once_the_password_is_another_one(app: Flask, anna: str, phone: Phone) -> None:
    """Between reading the person and using the code somebody resets the password: nothing begins."""
    with app.app_context():
        user = accounts.get_user(anna)
        proof = codes.find_proof(user, phone.code())
        assert proof is not None
        with db.engine.begin() as elsewhere:
            elsewhere.execute(text("UPDATE users SET password_hash = 'another'"))
        assert not codes.use(db.session.connection(), user, proof=proof)


def refused(browser: FlaskClient, code: str) -> bool:
    """Whether this code leads back to the sign-in and opens nothing."""
    answer = browser.post(VERIFY, data={"csrf_token": csrf_token(browser, VERIFY), "code": code})
    return urlsplit(answer.location).path == "/login" and not is_signed_in(browser)
