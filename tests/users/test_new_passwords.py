import time
from contextlib import suppress

import pytest

from app.users.new_passwords import check_new_password
from app.users.refusals import PasswordRefused
from app.users.wording import PASSWORDS

ANNA = ("annaschmidt", "anna.schmidt@kiesel.example")


@pytest.mark.parametrize(
    "password",
    [
        "Muster-Kiesel-42",
        "correct horse battery staple",
        "vier Wörter ohne Sinn",
        "x7#qP!9z",
        "kD4vR9mT",
        "81928374",
        "Tr0ub4dor&3x",
        "correcthorsebatterystaple",
        "blue green yellow chair",
        "blue-8372-9101-77",
        "密碼很長而且沒有人知道它",
        "Wolke" + "Ä9" * 125,
        "\U0001f5dd️ Schlüssel im Bach",
    ],
)
def test_good_passwords_are_accepted(password: str) -> None:
    check_new_password(password, *ANNA)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "short"),
        ("x7#qP!9", "short"),
        ("x7#qP!9z" * 32 + "x", "long"),
        ("password", "common"),
        ("PASSWORD", "common"),
        ("12345678", "common"),
        ("qwertzuiop", "common"),
        ("iloveyou", "common"),
        ("P@ssw0rd", "common"),
        ("password1", "common"),
        ("password1!", "decorated"),
        ("P4ssw0rd!", "decorated"),
        ("ＰＡＳＳＷＯＲＤ!", "common"),
        ("princes$1", "decorated"),
        ("qwertz123", "decorated"),
        ("Passwort123", "decorated"),
        ("sommer2024", "decorated"),
        ("Fru\u0308hling!", "decorated"),
        ("password12345678", "decorated"),
        ("passwordpassword", "decorated"),
        ("123456!!", "decorated"),
        ("1234567890123", "decorated"),
        ("aaaaaaaaaaaaaaaa", "decorated"),
        (" " * 10, "decorated"),
        ("abcdefgh12345678", "decorated"),
        ("annaschmidt", "personal"),
        ("AnnaSchmidt", "personal"),
        ("anna.schmidt@kiesel.example", "personal"),
        ("annaschmidt1", "personal"),
        ("anna2024", "personal"),
        ("4nna!010290", "personal"),
        ("Anna-Schmidt-7", "personal"),
        ("kiesel99", "personal"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        check_new_password(password, *ANNA)
    assert refusal.value.reason == reason


def test_a_password_is_judged_without_knowing_anything_about_the_person() -> None:
    check_new_password("Muster-Kiesel-42", None, "")


@pytest.mark.parametrize("password", ["anna2024", "anna90", "anna90!2024", "4nn490"])
def test_a_username_with_a_number_counts_without_it(password: str) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        check_new_password(password.ljust(8, "1"), "anna90", "a@b.example")
    assert refusal.value.reason == "personal"


def test_short_parts_of_an_address_forbid_nothing() -> None:
    check_new_password("x7#qP!9z", "x7", "q@p.9z")


@pytest.mark.parametrize("reason", list(PASSWORDS))
def test_every_refusal_says_what_to_do(reason: str) -> None:
    assert "Please" in str(PasswordRefused(reason))


@pytest.mark.parametrize("piece", ["1a@4(0$5!|l", "1", "\ufdfa", "aaaaaaaaab", "e\u0301\u0302"])
def test_long_input_is_judged_in_a_moment(piece: str) -> None:
    with suppress(PasswordRefused):
        check_new_password("Wolke-Kiesel", *ANNA)  # the list is read once
    began = time.thread_time()
    with suppress(PasswordRefused):
        check_new_password((piece * 256)[:256], "1." * 1_000_000, "x@" * 1_000_000)
    assert time.thread_time() - began < 0.5
