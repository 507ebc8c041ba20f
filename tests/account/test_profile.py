"""What people tell about themselves."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.users.countries import list_countries
from app.users.phone_numbers import for_reading, to_e164
from app.users.refusals import PhoneNumberRefused
from tests.account.visitor import person, sign_up, submit, values

PROFILE = {"name": "", "mobile": "", "country": "", "locale": ""}


@pytest.fixture(autouse=True)
def signed_in(client: FlaskClient) -> None:
    sign_up(client)


def save(client: FlaskClient, **changes: str) -> str:
    answer = submit(client, "/account/profile", **{**PROFILE, **changes})
    assert answer.status_code in (303, 422), answer.status
    return client.get(answer.location).text if answer.location else answer.text


def test_the_profile_is_kept_and_shown_again(client: FlaskClient, db_session: Session) -> None:
    page = save(client, name="Anna Müller 🦊", mobile="0170 1234567", country="DE", locale="en")
    assert "Your profile is saved." in page
    user = person(db_session)
    assert (user.name, user.mobile, user.country, user.locale) == (
        "Anna Müller 🦊",
        "+491701234567",
        "DE",
        "en",
    )
    shown = values(client.get("/account/profile"))
    assert (shown["name"], shown["mobile"]) == ("Anna Müller 🦊", "+49 170 1234567")


def test_what_is_emptied_is_forgotten(client: FlaskClient, db_session: Session) -> None:
    save(client, name="Anna", mobile="+49 170 1234567", country="DE")
    save(client)
    user = person(db_session)
    assert (user.name, user.mobile, user.country) == (None, None, None)


def test_the_full_name_follows_from_its_parts(client: FlaskClient, db_session: Session) -> None:
    save(client, given_name="Anna", family_name="Müller")
    user = person(db_session)
    assert (user.name, user.full_name) == (None, "Anna Müller")
    assert "Anna Müller" in client.get("/account").text
    save(client, given_name="", family_name="Müller")
    assert person(db_session).full_name == "Müller"


def test_a_full_name_written_by_hand_counts(client: FlaskClient, db_session: Session) -> None:
    save(client, given_name="Anna", family_name="Müller", name="Müller, Dr. Anna")
    assert person(db_session).full_name == "Müller, Dr. Anna"
    shown = values(client.get("/account/profile"))
    assert [shown[name] for name in ("given_name", "family_name", "name")] == [
        "Anna",
        "Müller",
        "Müller, Dr. Anna",
    ]


def test_the_language_of_the_profile_switches_the_pages(client: FlaskClient) -> None:
    save(client, locale="de")
    assert '<html lang="de">' in client.get("/account").text


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mobile": "123"}, "This is not a phone number that can be called."),
        ({"mobile": "0170 1234567"}, "This is not a phone number that can be called."),
        ({"mobile": "+49 170 1234567 ext. 5"}, "This is not a phone number that can be called."),
        ({"name": "x" * 201}, "Please use at most 200 characters."),
        ({"given_name": "x" * 100}, "Please use at most 99 characters."),
        ({"family_name": "x" * 100}, "Please use at most 99 characters."),
        ({"country": "XX"}, "Not a valid choice"),
        ({"locale": "fr"}, "Not a valid choice"),
    ],
)
def test_a_refused_profile_changes_nothing_and_keeps_what_was_typed(
    client: FlaskClient, db_session: Session, changes: dict[str, str], message: str
) -> None:
    answer = submit(client, "/account/profile", **{**PROFILE, "name": "Anna", **changes})
    assert answer.status_code == 422
    assert message in answer.text
    assert values(answer)["name"] == changes.get("name", "Anna")
    assert person(db_session).name is None


def test_the_profile_cannot_be_changed_without_its_csrf_token(
    client: FlaskClient, db_session: Session
) -> None:
    assert client.post("/account/profile", data={**PROFILE, "name": "Eve"}).status_code == 400
    assert person(db_session).name is None


def test_the_profile_cannot_make_an_administrator(client: FlaskClient, db_session: Session) -> None:
    save(client, is_admin="1", username="root", password_hash="x", email_verified_at="2020-01-01")
    user = person(db_session)
    assert (user.is_admin, user.username, user.email_verified_at) == (False, "anna", None)


def test_names_are_shown_as_text(client: FlaskClient) -> None:
    save(client, name="<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/account").text


def test_the_profile_shows_the_address_and_the_way_to_change_it(client: FlaskClient) -> None:
    page = client.get("/account/profile").text
    assert "anna@example.org" in page
    assert 'href="/account/email"' in page
    assert 'name="email"' not in page


@pytest.mark.parametrize("path", ["", "/profile", "/email", "/security", "/activity"])
def test_pages_of_the_account_ask_strangers_to_sign_in(app: Flask, path: str) -> None:
    answer = app.test_client().get(f"/account{path}")
    assert (answer.status_code, answer.location) == (302, f"/login?next=/account{path}")


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 170 1234567", None, "+491701234567"),
        ("0170/1234567", "DE", "+491701234567"),
        ("+43 664 1234567", "DE", "+436641234567"),
        ("(415) 555-2671", "US", "+14155552671"),
    ],
)
def test_numbers_are_kept_in_one_form_however_they_are_written(
    text: str, country: str | None, number: str
) -> None:
    assert to_e164(text, country) == number


@pytest.mark.any_database
@pytest.mark.parametrize("text", ["", "abc", "12", "+999 123456", "0170 1234567", "+49 1", "+" + "9" * 300])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(PhoneNumberRefused):
        to_e164(text, None)


def test_numbers_are_read_with_spaces() -> None:
    assert for_reading("+491701234567") == "+49 170 1234567"
    assert for_reading("not a number") == "not a number"
    assert for_reading(None) == ""


def test_countries_are_named_and_sorted_in_the_readers_language() -> None:
    german = [name for _code, name in list_countries("de")]
    assert german.index("Ägypten") < german.index("Albanien") < german.index("Zypern")
    assert dict(list_countries("en"))["DE"] == "Germany"
    assert "EU" not in dict(list_countries("en"))
