from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.authentication import throttling
from app.authentication.models import SignInFailures
from app.authentication.refusals import InvalidCredentials, TooManyTries
from app.authentication.sign_in import authenticate
from app.database.rows import db
from tests.authentication.visitors import NOON, PASSWORD, make_user
from tests.support.apps import MakeApp


@pytest.fixture(autouse=True)
def anna(app: Flask) -> str:
    return make_user(app)


def attempt(app: Flask, identifier: str = "anna", password: str = "wrong") -> str:
    """What the person is told."""
    with app.app_context():
        try:
            authenticate(identifier, password, address=None)
        except TooManyTries as wait:
            return f"wait {wait.retry_after}"
        except InvalidCredentials:
            return "wrong"
        finally:
            db.session.commit()
        return "in"


@pytest.mark.parametrize("identifier", ["anna", "nobody"])
def test_after_five_wrong_passwords_the_account_waits(app: Flask, identifier: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert [attempt(app, identifier) for _ in range(7)] == ["wrong"] * 5 + ["wait 30"] * 2


@pytest.mark.parametrize("identifier", ["anna", "nobody"])
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(app: Flask, identifier: str) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            attempt(app, identifier)
        waits = []
        for _ in range(7):
            waits.append(int(attempt(app, identifier).removeprefix("wait ")))
            clock.shift(waits[-1])
            assert attempt(app, identifier) == "wrong"
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_tries_during_the_wait_do_not_prolong_it(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            attempt(app)
        for left in range(30, 0, -3):
            assert attempt(app) == f"wait {left}"
            clock.shift(3)
        assert attempt(app, password=PASSWORD) == "in"


def test_the_right_password_is_not_even_looked_at_during_the_wait(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(5):
            attempt(app)
        assert attempt(app, password=PASSWORD) == "wait 30"


def test_the_right_password_after_the_wait_clears_the_count(app: Flask, db_session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            attempt(app)
        clock.shift(30)
        assert attempt(app, password=PASSWORD) == "in"
        assert db_session.scalars(select(SignInFailures)).all() == []
        assert [attempt(app) for _ in range(6)] == ["wrong"] * 5 + ["wait 30"]


def test_four_wrong_passwords_are_forgotten_with_the_right_one(app: Flask) -> None:
    for _ in range(3):
        assert [attempt(app) for _ in range(4)] == ["wrong"] * 4
        assert attempt(app, password=PASSWORD) == "in"


def test_username_and_address_share_the_count(app: Flask) -> None:
    for identifier in ("anna", "anna@example.org", " ANNA ", "Anna@Example.org", "ａｎｎａ"):
        assert attempt(app, identifier) == "wrong"
    for identifier in ("anna", "anna@example.org"):
        assert attempt(app, identifier).startswith("wait")


def test_spellings_of_a_name_nobody_has_share_the_count(app: Flask) -> None:
    for identifier in ("Nobody", "nobody", "NOBODY ", " nobody", "ｎobody"):
        assert attempt(app, identifier) == "wrong"
    assert attempt(app, "nobody").startswith("wait")


def test_other_accounts_do_not_wait(app: Flask) -> None:
    make_user(app, "bert", "bert@example.org")
    for _ in range(6):
        attempt(app)
    assert attempt(app, "bert", PASSWORD) == "in"


def test_wrong_passwords_are_forgotten_after_a_day_of_quiet(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(4):
            attempt(app)
        clock.shift(timedelta(days=1, seconds=1))
        assert [attempt(app) for _ in range(6)] == ["wrong"] * 5 + ["wait 30"]


def test_the_count_survives_a_restart(app: Flask, make_app: MakeApp) -> None:
    for _ in range(5):
        attempt(app)
    assert attempt(make_app()).startswith("wait")


def test_what_is_kept_tells_no_name(app: Flask, db_session: Session) -> None:
    attempt(app, "my-secret-password")
    (row,) = db_session.scalars(select(SignInFailures))
    assert len(row.account) == 64
    assert "secret" not in row.account


def all_at_once(tries: list[Callable[[], str]]) -> Counter[str]:
    barrier = Barrier(len(tries))

    def go(attempted: Callable[[], str]) -> str:
        barrier.wait()
        return attempted().split()[0]

    with ThreadPoolExecutor(len(tries)) as pool:
        return Counter(pool.map(go, tries))


@pytest.mark.parametrize("identifier", ["anna", "nobody"])
def test_of_many_wrong_passwords_at_once_five_are_answered(app: Flask, identifier: str) -> None:
    told = all_at_once([lambda: attempt(app, identifier)] * 24)
    assert told == {"wrong": 5, "wait": 19}


def test_after_the_wait_one_of_many_wrong_passwords_at_once_is_answered(app: Flask) -> None:
    with time_machine.travel(NOON, tick=True) as clock:
        for _ in range(5):
            attempt(app)
        clock.shift(31)
        assert all_at_once([lambda: attempt(app)] * 16) == {"wrong": 1, "wait": 15}


def test_the_right_password_is_not_told_once_a_wait_began_meanwhile(app: Flask, anna: str) -> None:
    with app.app_context():
        account = throttling.account_of(anna, "anna")
        throttling.refuse_waiting(account)  # now the password would be checked, and meanwhile:
        for _ in range(5):
            throttling.count_failure(account)
        with pytest.raises(TooManyTries):
            throttling.clear(account)


def test_right_passwords_at_once_do_not_stand_in_each_others_way(app: Flask) -> None:
    for _ in range(4):
        attempt(app)
    assert all_at_once([lambda: attempt(app, password=PASSWORD)] * 12) == {"in": 12}
