import time
from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
from flask import Flask
from werkzeug.security import generate_password_hash

from app.users import password_hashes, passwords
from app.users.passwords import HashingBusy, hash_password, needs_rehash, verify_password
from tests.support.apps import MakeApp
from tests.support.ports import wait_until

pytestmark = pytest.mark.any_database
PASSWORD = "Muster-Kiesel-42"
LONG = "Kiesel-und-Wolke-" * 12  # beyond the 72 bytes that bcrypt reads


@pytest.fixture
def app(app_with: MakeApp) -> Flask:
    """The portal with the hasher it has where none is named."""
    return app_with(PASSWORD_HASHER="argon2")


@pytest.fixture
def bcrypt_app(app_with: MakeApp) -> Flask:
    return app_with(PASSWORD_HASHER="bcrypt", BCRYPT_SALT_ROUNDS="4")


@pytest.mark.parametrize("password", [PASSWORD, LONG, "päßwörter-🗝️-42", "mit\0Null-1234"])
@pytest.mark.parametrize("hasher", ["argon2", "bcrypt"])
def test_only_the_right_password_matches(app_with: MakeApp, hasher: str, password: str) -> None:
    with app_with(PASSWORD_HASHER=hasher, BCRYPT_SALT_ROUNDS="4").app_context():
        kept = hash_password(password)
        assert verify_password(kept, password)
        assert not verify_password(kept, password + "x")
        assert not verify_password(kept, password[:-1])
        assert not verify_password(kept, password.swapcase())
        assert not needs_rehash(kept)
        assert len(kept) < 255


def test_argon2_has_the_cost_that_owasp_names(app: Flask) -> None:
    with app.app_context():
        assert hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_bcrypt_has_the_configured_cost(bcrypt_app: Flask) -> None:
    with bcrypt_app.app_context():
        assert hash_password(PASSWORD).startswith("$2b$04$")


def test_two_people_with_one_password_have_different_hashes(app: Flask) -> None:
    with app.app_context():
        assert hash_password(PASSWORD) != hash_password(PASSWORD)


def test_a_letter_and_its_accent_typed_apart_are_the_same_password(app: Flask) -> None:
    with app.app_context():
        assert verify_password(hash_password("K\u00fcmmel-Brot-42"), "Ku\u0308mmel-Brot-42")


def test_half_a_character_is_a_wrong_password_and_no_failure(app: Flask) -> None:
    with app.app_context():
        for kept in (None, hash_password(PASSWORD), generate_password_hash(PASSWORD), bcrypt_hash("2b")):
            assert not verify_password(kept, PASSWORD + "\ud800")


def bcrypt_hash(kind: str, password: bytes = PASSWORD.encode()) -> str:
    return bcrypt.hashpw(password, bcrypt.gensalt(4)).decode().replace("$2b$", f"${kind}$", 1)


@pytest.mark.parametrize("kind", ["2a", "2b", "2y"])
def test_bcrypt_hashes_of_other_services_are_verified(app: Flask, kind: str) -> None:
    with app.app_context():
        assert verify_password(bcrypt_hash(kind), PASSWORD)
        assert not verify_password(bcrypt_hash(kind), PASSWORD + "x")
        assert needs_rehash(bcrypt_hash(kind))


def test_long_passwords_of_other_services_were_cut_at_72_bytes(app: Flask) -> None:
    with app.app_context():
        kept = bcrypt_hash("2b", LONG.encode()[:72])
        assert verify_password(kept, LONG)
        assert not verify_password(kept, LONG[:71])


def test_scrypt_hashes_of_werkzeug_are_verified(app: Flask) -> None:
    with app.app_context():
        kept = generate_password_hash(PASSWORD, "scrypt")
        assert verify_password(kept, PASSWORD)
        assert not verify_password(kept, PASSWORD + "x")
        assert needs_rehash(kept)


@pytest.mark.parametrize(
    "kept",
    ["", "plain text", "$argon2id$", "$argon2id$v=19$m=1,t=1,p=1$x$y", "$2b$12$short", "scrypt:1:2", "scrypt:a:b:c$d$e",
     "scrypt:1048576:64:1$salt$00", "sha256", "ü"],
)  # fmt: skip
def test_what_is_no_hash_matches_nothing(app: Flask, kept: str) -> None:
    with app.app_context():
        assert not verify_password(kept, PASSWORD)
        assert not verify_password(kept, "")


def test_another_kind_or_cost_is_renewed(app: Flask, bcrypt_app: Flask, app_with: MakeApp) -> None:
    cheap = password_hashes.argon2.PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
    with app.app_context():
        current = hash_password(PASSWORD)
        assert needs_rehash(cheap)
    with bcrypt_app.app_context():
        assert needs_rehash(current)
        assert not needs_rehash(bcrypt_hash("2b"))
        of_ours = hash_password(LONG)
    with app_with(PASSWORD_HASHER="bcrypt", BCRYPT_SALT_ROUNDS="5").app_context():
        assert needs_rehash(bcrypt_hash("2b"))
        assert needs_rehash(of_ours)


@pytest.mark.parametrize("hasher", ["argon2", "bcrypt"])
def test_a_name_nobody_has_costs_as_much_work_as_a_wrong_password(app_with: MakeApp, hasher: str) -> None:
    with app_with(PASSWORD_HASHER=hasher, BCRYPT_SALT_ROUNDS="9").app_context():
        kept = hash_password(PASSWORD)
        of_somebody = min(work(kept) for _ in range(5))
        of_nobody = min(work(None) for _ in range(5))
    assert 0.5 < of_nobody / of_somebody < 2


def work(kept: str | None) -> float:
    """Seconds of processor time, which others on this machine do not change."""
    before = time.thread_time()
    verify_password(kept, "not the password")
    return time.thread_time() - before


def test_no_more_than_one_password_is_hashed_at_a_time(app: Flask) -> None:
    running, most = 0, 0

    def check(_: int) -> bool:
        nonlocal running, most
        with app.app_context(), passwords._one_at_a_time():
            running += 1
            most = max(most, running)
            time.sleep(0.005)
            running -= 1
        return True

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(check, range(16)))
    assert most == 1


def test_attack_sign_ins_take_no_more_than_their_share_of_the_threads(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_places", passwords._places)
    passwords.limit_waiting(2)
    with app.app_context(), passwords._one_at_a_time(), ThreadPoolExecutor(8) as pool:

        def ask(_number: int) -> str:
            with app.app_context():
                try:
                    verify_password(None, PASSWORD)
                except HashingBusy:
                    return "busy"
                return "answered"

        tries = [pool.submit(ask, number) for number in range(6)]
        wait_until(lambda: sum(each.done() for each in tries) == 5, 15, "five that are told to come back")
        assert [each.result() for each in tries if each.done()] == ["busy"] * 5
        passwords._turn.release()
        assert sorted(each.result() for each in tries) == ["answered", *["busy"] * 5]
        passwords._turn.acquire()


def test_who_waits_too_long_is_told_to_come_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    with app.app_context(), passwords._one_at_a_time(), pytest.raises(HashingBusy) as busy:
        verify_password(None, PASSWORD)
    assert busy.value.code == 503
    assert dict(busy.value.get_headers())["Retry-After"] == "5"
