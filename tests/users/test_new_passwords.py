import time

import pytest

from app.users.new_passwords import EXPLANATIONS, PasswordRefused, check_new_password

ANNA = ("annaschmidt", "anna.schmidt@kiesel.example", "Anna Schmidt")


@pytest.mark.parametrize(
    "password",
    [
        "Muster-Kiesel-42",
        "correct horse battery staple",
        "vier Wörter ohne Sinn",
        "x7#qP!9z",
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
        ("password1!", "guessable"),
        ("Passwort123", "guessable"),
        ("sommer2024", "guessable"),
        ("aaaaaaaaaaaaaaaa", "guessable"),
        ("abcdefgh12345678", "guessable"),
        ("annaschmidt", "personal"),
        ("AnnaSchmidt", "personal"),
        ("anna.schmidt@kiesel.example", "personal"),
        ("annaschmidt1", "personal"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        check_new_password(password, *ANNA)
    assert refusal.value.reason == reason


def test_a_password_is_judged_without_knowing_anything_about_the_person() -> None:
    check_new_password("Muster-Kiesel-42", None, "")


@pytest.mark.parametrize("reason", list(EXPLANATIONS))
def test_every_refusal_says_what_to_do(reason: str) -> None:
    assert "Please" in str(PasswordRefused(reason))


def test_the_longest_password_is_judged_in_a_moment() -> None:
    check_new_password("Wolke-Kiesel", *ANNA)  # the dictionaries are loaded once
    began = time.thread_time()
    check_new_password("1a@4(0$5!|l" * 23, *ANNA)
    assert time.thread_time() - began < 0.5
