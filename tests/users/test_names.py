import pytest

from app.users.names import check_email, check_username, fold
from app.users.refusals import EmailRefused, UsernameRefused


@pytest.mark.parametrize(
    "username",
    ["anna", "a", "Anna.Müller", "jean-luc_2", "Ольга", "王小明", "김철수", "x" * 64, "9lives", "अनिता"],
)
def test_names_of_any_script_are_accepted(username: str) -> None:
    assert check_username(username) == username


def test_space_around_a_name_is_dropped() -> None:
    assert check_username("  anna ") == "anna"


@pytest.mark.parametrize(
    ("username", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("x" * 65, "long"),
        ("ﷺ" * 8, "long"),
        ("anna@example.org", "characters"),
        ("anna müller", "characters"),
        ("anna\u200bx", "characters"),
        ("anna\u202exyz", "characters"),
        ("anna\x00x", "characters"),
        ("anna\nx", "characters"),
        ("anna/../x", "characters"),
        ("<b>anna</b>", "characters"),
        ("anna\ud800x", "characters"),
        (".anna", "ends"),
        ("anna-", "ends"),
        ("12345", "letters"),
        ("1.2_3", "letters"),
        ("pаypal", "scripts"),
        ("αnna", "scripts"),
    ],
)
def test_other_names_are_refused_with_the_reason(username: str, reason: str) -> None:
    with pytest.raises(UsernameRefused) as refusal:
        check_username(username)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "aNNA"),
        ("STRASSE", "straße"),
        ("Müller", "Mu\u0308ller"),
        ("\uff41nna", "anna"),
        (" anna ", "anna"),
        ("Anna@Example.ORG", "anna@example.org"),
    ],
)
def test_what_people_read_alike_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_half_a_character_can_be_looked_up_without_harm() -> None:
    fold("anna\ud800").encode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@Example.ORG", "anna@example.org"),
        (" anna@example.org ", "anna@example.org"),
        ("jürgen@müller.example.org", "jürgen@müller.example.org"),
        ("anna+pforte@sub.example.org", "anna+pforte@sub.example.org"),
    ],
)
def test_addresses_are_kept_with_their_domain_in_lower_case(typed: str, kept: str) -> None:
    assert check_email(typed) == kept


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@localhost",
        "a b@example.org",
        "anna@example.org\nBcc: x@example.org",
        "a@b@example.org",
        "anna@example.org\x00",
        f"{'a' * 65}@example.org",
        f"anna@{'a.' * 130}org",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(EmailRefused):
        check_email(address)
