"""A refusal costs the same hashes for every name, so its time tells nobody which accounts there are, or were imported."""

from collections import Counter
from pathlib import Path

import bcrypt
import pytest
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.authentication.refusals import InvalidCredentials
from app.authentication.sign_in import authenticate
from app.database.rows import db
from app.extensions import background
from app.operations import tidying
from app.users import hash_kinds, password_hashes
from app.users.models import PasswordHashKind, User
from tests import factories as make
from tests.support.apps import MakeApp
from tests.support.statements import count_statements

PASSWORD = make.PASSWORD
OWN = "$argon2id$v=19$m=19456,t=2,p=1$"
OLD, SCRYPT, ARGON2 = "$2b$05$", "scrypt:1024:8:1$", "$argon2id$v=19$m=64,t=1,p=1$"


@pytest.fixture
def app(app_with: MakeApp) -> Flask:
    return app_with(PASSWORD_HASHER="argon2")


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a hash of each kind was computed."""
    counted: Counter[str] = Counter()
    matches, make_hash = password_hashes.matches, password_hashes.make

    def match(password_hash: str, password: bytes) -> bool:
        counted[hash_kinds.kind_of(password_hash)] += 1
        return matches(password_hash, password)

    def make_one(kind: str, rounds: int, password: bytes) -> str:
        made = make_hash(kind, rounds, password)
        counted[hash_kinds.kind_of(made)] += 1
        return made

    monkeypatch.setattr(password_hashes, "matches", match)
    monkeypatch.setattr(password_hashes, "make", make_one)
    return counted


def old_hash(kind: str = "2b") -> str:
    return bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(5)).decode().replace("$2b$", f"${kind}$", 1)


def move_in(app: Flask, folder: Path, **people: str) -> None:
    """Import people with these hashes."""
    file = folder / "people.csv"
    lines = [f'{name},{name}@old.example,"{password_hash}"\n' for name, password_hash in people.items()]
    file.write_text("username,email,password_hash\n" + "".join(lines))
    result = app.test_cli_runner().invoke(args=["user", "import", str(file)])
    assert result.exit_code == 0, result.output
    hash_kinds.forget()  # a worker asks again within minutes


def clean_up(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["cleanup"]).exit_code == 0
    hash_kinds.forget()


def kinds(session: Session) -> set[str]:
    session.expire_all()
    return set(session.scalars(select(PasswordHashKind.kind)))


def refuse(name: str, password: str = "not the password") -> None:
    with pytest.raises(InvalidCredentials):
        authenticate(name, password, address=None)
    db.session.rollback()


def test_attack_imported_own_and_unknown_names_cost_the_same_hashes(
    app: Flask, tmp_path: Path, hashed: Counter[str]
) -> None:
    move_in(app, tmp_path, berta=old_hash(), carl=old_hash("2y"), dora=scrypt_hash())
    make.make_user(app, "anna")
    make.make_user(app, "without")
    with app.app_context():
        db.session.execute(update(User).where(User.username == "without").values(password_hash=None))
        db.session.commit()
        for password, times in (("not the password", 1), ("typed apart: u\u0308", 2)):
            expected = {OWN: times, OLD: times, SCRYPT: times}
            for name in ("nobody", "anna", "without", "berta", "carl", "dora"):
                hashed.clear()
                refuse(name, password)
                assert hashed == expected, name


def scrypt_hash() -> str:
    return generate_password_hash(PASSWORD, "scrypt:1024:8:1")


def test_the_right_password_costs_its_own_hash_and_one_to_renew_it(
    app: Flask, tmp_path: Path, hashed: Counter[str]
) -> None:
    move_in(app, tmp_path, berta=old_hash())
    make.make_user(app, "anna")
    with app.app_context():
        hashed.clear()
        authenticate("anna", PASSWORD, address=None)
        assert hashed == {OWN: 1}
        hashed.clear()
        authenticate("berta", PASSWORD, address=None)
        assert hashed == {OLD: 1, OWN: 1}


def test_what_nobody_has_any_longer_is_forgotten_and_what_somebody_has_is_found(
    app: Flask, tmp_path: Path, db_session: Session, hashed: Counter[str]
) -> None:
    move_in(app, tmp_path, berta=old_hash(), dora=scrypt_hash())
    assert kinds(db_session) == {OLD, SCRYPT}
    with app.app_context():
        authenticate("berta", PASSWORD, address=None)
        cheap = password_hashes.argon2.PasswordHasher(memory_cost=64, time_cost=1, parallelism=1)
        db.session.execute(
            update(User).where(User.username == "dora").values(password_hash=cheap.hash(PASSWORD))
        )
        db.session.commit()
    clean_up(app)
    assert kinds(db_session) == {OWN, ARGON2}
    with app.app_context():
        hashed.clear()
        refuse("nobody")
        assert hashed == {OWN: 1, ARGON2: 1}


@pytest.mark.parametrize("by_itself", [False, True])
def test_kinds_of_a_portal_from_before_the_table_are_found(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch, by_itself: bool
) -> None:
    make.make_user(app, "berta", password_hash=old_hash())
    if by_itself:
        background.init_app(app)
        monkeypatch.setattr(tidying, "_look_at", 0.0)
        background.run_once()
    else:
        clean_up(app)
    assert kinds(db_session) == {OLD}


@pytest.mark.parametrize(
    "kept", ["", "plain", "$2b$20$" + "." * 53, "$2b$14$" + "." * 53, "scrypt:1:2:3$x$y"]
)
def test_no_stranger_makes_the_portal_compute_what_is_too_dear_or_no_hash(
    app: Flask, db_session: Session, kept: str
) -> None:
    make.make_user(app, "anna")
    with app.app_context():
        make.make_user(app, "berta")
        db.session.execute(update(User).where(User.username == "berta").values(password_hash=kept))
        db.session.commit()
    clean_up(app)
    assert kinds(db_session) <= {OWN}


def test_a_sign_in_asks_for_the_kinds_only_now_and_then(app: Flask) -> None:
    with app.app_context():
        refuse("nobody")
        with count_statements() as statements:
            refuse("nobody")
        assert not [statement for statement in statements if "password_hash_kinds" in statement]


@pytest.mark.any_database
@pytest.mark.parametrize("kind", [OWN, OLD, SCRYPT, ARGON2, "$argon2id$m=64,t=1,p=1$"])
def test_a_decoy_is_a_hash_of_its_kind_that_is_computed_and_not_refused_unread(kind: str) -> None:
    decoy = hash_kinds.decoy_of(kind)
    assert hash_kinds.kind_of(decoy) == kind
    if kind.startswith("$argon2"):
        with pytest.raises(VerifyMismatchError):
            password_hashes.ARGON2.verify(decoy, b"anything")
    elif kind.startswith("scrypt"):
        assert not password_hashes._matches_scrypt(decoy, b"anything")
    else:
        assert not bcrypt.checkpw(b"anything", decoy.encode())
