from collections import Counter

import argon2
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import EventKind
from app.audit.models import Event
from app.authentication.refusals import AccountBlocked, InvalidCredentials
from app.authentication.sign_in import authenticate, check_password
from app.database.rows import db
from app.users import accounts
from app.users.models import User
from app.users.passwords import needs_rehash, verify_password
from tests.authentication.visitors import PASSWORD, make_user

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture(autouse=True)
def anna(app: Flask) -> str:
    return make_user(app)


def refuse(identifier: str, password: str = "wrong") -> InvalidCredentials:
    """How it was refused; committed as a page does."""
    with pytest.raises(InvalidCredentials) as refusal:
        authenticate(identifier, password, address=None)
    db.session.commit()
    return refusal.value


@pytest.mark.parametrize("identifier", ["anna", "ANNA", "anna@example.org", " Anna@Example.org "])
def test_username_and_address_both_sign_in(anna: str, identifier: str) -> None:
    assert authenticate(identifier, PASSWORD, address=None).id == anna


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("anna", "wrong"),
        ("anna", ""),
        ("anna", PASSWORD + " "),
        ("anna", PASSWORD.lower()),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("", ""),
        ("anna' OR '1'='1", PASSWORD),
        ("anna%", PASSWORD),
        ("x" * 100_000, PASSWORD),
        ("anna\ud800", PASSWORD + "\ud800"),
    ],
)
def test_everything_else_gets_the_same_refusal(identifier: str, password: str) -> None:
    refusal = refuse(identifier, password)
    assert type(refusal) is InvalidCredentials
    assert str(refusal) == ""


def test_nobody_signs_in_to_an_account_without_password(app: Flask) -> None:
    make_user(app, "bert", "bert@example.org", password=None)
    for password in ("", "None", PASSWORD):
        refuse("bert", password)


def test_the_hash_of_a_password_is_not_the_password(anna: str) -> None:
    stolen = accounts.get_user(anna).password_hash
    refuse("anna", str(stolen))


def test_only_who_knows_the_password_learns_that_the_account_is_blocked(anna: str) -> None:
    accounts.block(accounts.get_user(anna))
    db.session.commit()
    assert type(refuse("anna", "wrong")) is InvalidCredentials
    assert type(refuse("anna", PASSWORD)) is AccountBlocked


def test_a_deleted_person_is_nobody(anna: str) -> None:
    accounts.delete(accounts.get_user(anna))
    db.session.commit()
    for identifier in ("anna", "anna@example.org", ""):
        assert type(refuse(identifier, PASSWORD)) is InvalidCredentials


def test_a_hash_of_another_kind_is_renewed_by_the_right_password(anna: str, db_session: Session) -> None:
    old = argon2.PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
    accounts.get_user(anna).password_hash = old
    db.session.commit()
    refuse("anna")
    assert accounts.get_user(anna).password_hash == old
    authenticate("anna", PASSWORD, address=None)
    db.session.commit()
    renewed = db_session.scalars(select(User.password_hash)).one()
    assert renewed is not None
    assert renewed.startswith("$2b$04$")
    assert not needs_rehash(renewed)
    assert verify_password(renewed, PASSWORD)


def test_a_current_hash_stays_as_it_is(anna: str) -> None:
    before = accounts.get_user(anna).password_hash
    authenticate("anna", PASSWORD, address=None)
    assert accounts.get_user(anna).password_hash == before


def test_wrong_passwords_are_recorded_without_what_was_typed(anna: str) -> None:
    for identifier in ("anna", "nobody"):
        refuse(identifier, "wrong-secret")
    events = db.session.scalars(select(Event)).all()
    assert {event.kind for event in events} == {EventKind.SIGN_IN_REFUSED}
    assert {event.user_id for event in events} == {anna, None}
    assert not [event for event in events if "wrong-secret" in event.details or "nobody" in event.details]


def test_a_wait_is_recorded_when_it_begins(anna: str) -> None:
    for _ in range(5):
        refuse("anna")
    kinds = Counter(db.session.scalars(select(Event.kind)))
    assert kinds == {EventKind.SIGN_IN_REFUSED: 5, EventKind.SIGN_IN_PAUSED: 1}


def test_a_signed_in_person_is_asked_for_their_own_password(app: Flask, anna: str) -> None:
    make_user(app, "bert", "bert@example.org", "Wolken-Garten-17")
    check_password(accounts.get_user(anna), PASSWORD)
    with pytest.raises(InvalidCredentials):
        check_password(accounts.get_user(anna), "Wolken-Garten-17")


def test_failures_of_names_nobody_has_are_events_so_many_a_minute(app: Flask, db_session: Session) -> None:
    """An operator sees that names are tried; strangers who make them up fill no table."""
    for number in range(25):
        with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.7"}):
            with pytest.raises(InvalidCredentials):
                authenticate(f"nobody{number}", "wrong", address=None)
            db.session.commit()
    told = db_session.scalars(select(Event).where(Event.kind == "authentication.session.refused")).all()
    assert len(told) == 20
    assert {(event.user_id, event.ip, event.details) for event in told} == {
        (None, "203.0.113.7", '{"why": "unknown name"}')
    }
