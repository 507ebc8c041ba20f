import time
from contextlib import suppress

import pytest

from app.users.new_passwords import check_new_password
from app.users.organisation_words import words_of_organisation
from app.users.refusals import PasswordRefused
from app.users.wording import PASSWORDS
from tests.support.apps import MakeApp

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


ACME = "https://login.acme-werke.example"


@pytest.mark.parametrize(
    ("issuer", "words", "password"),
    [
        ("https://id.acme.example", (), "Acme2026!"),
        ("https://id.acme.example", (), "4cme!2026"),
        (ACME, (), "Acme-Werke1"),
        (ACME, (), "acmewerke!"),
        (ACME, (), "Werke!2026"),
        ("https://xn--bcher-kva.example", (), "B\u00fccher2026"),
        ("http://acme:8000", (), "acme2026"),
        (ACME, ("Road Runner",), "Road-Runner-7"),
        (ACME, ("Road Runner",), "roadrunner2026"),
        (ACME, ("VW-1",), "VW-1:2026"),
    ],
)
def test_attack_the_words_of_the_organisation_are_guessed_first(
    issuer: str, words: tuple[str, ...], password: str
) -> None:
    known = words_of_organisation(issuer, words)
    with pytest.raises(PasswordRefused) as refusal:
        check_new_password(password, *ANNA, organisation=known)
    assert refusal.value.reason == "organisation"


@pytest.mark.parametrize(
    ("issuer", "password"),
    [
        ("https://login.acme.example", "login20!8q"),
        ("https://id.acme.example", "example2x26!"),
        ("https://id.acme.example", "acme needs a longer sentence"),
        ("https://my.co.example", "my7co#42"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://localhost:8000", "localhost!7q"),
    ],
)
def test_what_the_address_says_of_nobody_forbids_nothing(issuer: str, password: str) -> None:
    check_new_password(password, *ANNA, organisation=words_of_organisation(issuer, ()))


def test_the_portal_refuses_its_organisation_s_words_in_the_reader_s_language(app_with: MakeApp) -> None:
    app = app_with(ISSUER="https://id.acme.example", PASSWORD_WORDS="Roadrunner, Coyote")
    fields = {"username": "anna", "email": "anna@example.org"}
    for password in ("Acme2026!", "Coyote-42"):
        for language, words in (
            ("en", "a word of this portal's organisation"),
            ("de", "ein Wort der Organisation"),
        ):
            answer = app.test_client().post(
                "/api/register",
                json={**fields, "password": password},
                base_url="https://id.acme.example",
                headers={"Accept-Language": language},
            )
            assert answer.status_code == 422
            assert words in answer.json["message"]
