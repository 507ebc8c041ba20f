"""Passkeys: added, used to sign in, renamed, removed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.audit import EventKind
from app.database.rows import db
from app.users.models import User
from tests import factories as make
from tests.account.visitor import mails
from tests.authentication import passkey_people as people
from tests.authentication.phones import give_phone, verify
from tests.authentication.visitors import csrf_token, is_signed_in, post, sign_in
from tests.oauth.world import later
from tests.support.authenticators import PRESENT, VERIFIED, Authenticator
from tests.support.mailboxes import text_of
from tests.support.statements import count_statements

AppWith = Callable[..., Flask]
GOOGLE = bytes.fromhex("ea9b8d664d011d213ce4b6b48cb575d4")


@pytest.fixture
def portal(app_with: AppWith) -> Flask:
    return app_with(ISSUER=people.ISSUER)


def methods_of(browser: FlaskClient, app: Flask) -> list[str]:
    client = make.make_client(app)
    tokens = make.tokens_for(client, browser)
    told: list[str] = make.introspect(app.test_client(), client, tokens["access_token"])["amr"]
    return told


def test_a_passkey_signs_in_without_a_name(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    answer = people.sign_in(browser, key)
    assert (answer.status_code, answer.json) == (200, {"next": "/account"})
    assert is_signed_in(browser)


def test_it_leads_where_the_person_wanted_to_go(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    credential = key.get(people.options_for(browser))
    answer = people.ask(browser, "/login/passkey?next=/account/apps", {"credential": credential})
    assert answer.json == {"next": "/account/apps"}


@pytest.mark.rfc("8176#section-2")
@pytest.mark.parametrize(
    ("synced", "flags", "expected"),
    [
        (True, None, ["swk", "user", "mfa"]),
        (False, None, ["hwk", "user", "mfa"]),
        (True, PRESENT, ["swk", "user"]),
        (False, PRESENT, ["hwk", "user"]),
    ],
)
def test_tokens_tell_the_kind_of_key_and_whether_it_verified_the_person(
    portal: Flask, synced: bool, flags: int | None, expected: list[str]
) -> None:
    _person, key = people.owner_of(portal, synced=synced)
    key.flags = key.flags if flags is None else flags
    browser = portal.test_client()
    assert people.sign_in(browser, key).status_code == 200
    assert methods_of(browser, portal) == expected


def test_who_stays_signed_in_does_so_by_passkey_too(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    credential = key.get(people.options_for(browser))
    people.ask(browser, "/login/passkey", {"credential": credential, "remember": True})
    with later(days=2):
        assert is_signed_in(browser)


def test_browsers_are_told_the_name_of_the_portal(app_with: AppWith) -> None:
    app = app_with(ISSUER=people.ISSUER, PORTAL_NAME="Muster")
    browser = make.browser_of(app, make.make_user(app))
    options = people.ask(browser, f"{people.LIST}/options", page=people.LIST).json
    assert options["publicKey"]["rp"]["name"] == "Muster"


def test_who_has_lost_it_is_led_on_from_the_question_for_the_password(portal: Flask) -> None:
    person, _key = people.owner_of(portal)
    assert 'href="/recover' in make.browser_of(portal, person).get("/reauthenticate").text
    nobody = make.browser_of(portal, make.make_user(portal))
    assert 'href="/recover' not in nobody.get("/reauthenticate").text


def test_a_sign_in_by_passkey_costs_few_statements(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    people.sign_in(browser, key)
    browser = portal.test_client()
    token = csrf_token(browser)
    headers = {"X-CSRFToken": token}
    with count_statements() as asked:
        options = browser.post("/login/passkey/options", json={}, headers=headers)
    assert asked == []
    credential = key.get(options.json)
    with count_statements() as asked:
        browser.post("/login/passkey", json={"credential": credential}, headers=headers)
    assert len(asked) <= 7, asked


def test_adding_one_is_told_by_email_and_in_the_activity(portal: Flask) -> None:
    person, _key = people.owner_of(portal, aaguid=GOOGLE)
    assert people.events(portal, person)[-1] == EventKind.PASSKEY_ADDED
    (mail,) = mails(portal, "passkey_added")
    assert "Google Password Manager" in text_of(mail)
    with portal.app_context():
        user = db.session.get(User, person.id)
        assert user is not None
        assert user.passkey_at is not None


def test_a_passkey_has_the_name_of_what_keeps_it_until_the_person_gives_one(portal: Flask) -> None:
    person, key = make.make_user(portal), Authenticator(people.ISSUER, aaguid=GOOGLE)
    browser = make.browser_of(portal, person)
    people.add(browser, key)
    assert "Google Password Manager" in browser.get(people.LIST).text
    (row,) = people.rows(portal, person)
    page = f"{people.LIST}/{row.id}"
    answer = post(browser, page, form_on=page, name="  <b>My   phone</b> ")
    assert answer.status_code == 303
    shown = browser.get(people.LIST).text
    assert "&lt;b&gt;My phone&lt;/b&gt;" in shown
    assert "Google Password Manager" in shown
    assert post(browser, page, form_on=page, name="x" * 101).status_code == 422
    assert post(browser, page, form_on=page, name="").status_code == 303
    assert people.rows(portal, person)[0].name is None


def test_a_removed_passkey_signs_nobody_in_and_comes_not_back_unasked(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    browser = make.browser_of(portal, person, "pwd swk user mfa")
    (row,) = people.rows(portal, person)
    path = f"{people.LIST}/{row.id}/remove"
    with later(minutes=11):
        answer = post(browser, path, form_on=people.LIST)
        assert answer.headers["Location"].startswith("/reauthenticate")
    assert people.rows(portal, person) != []
    assert post(browser, path, form_on=people.LIST).status_code == 303
    assert post(browser, path, form_on=people.LIST).status_code == 404
    assert people.refusal(people.sign_in(portal.test_client(), key)) == "passkey_unknown"
    answer = people.ask(browser, f"{people.LIST}/options", {"unasked": True}, page=people.LIST)
    assert people.refusal(answer) == "passkey_unwanted"
    assert len(mails(portal, "passkey_removed")) == 1
    with portal.app_context():
        user = db.session.get(User, person.id)
        assert user is not None
        assert user.passkey_at is None


def test_adding_needs_a_recent_sign_in(portal: Flask) -> None:
    browser = make.browser_of(portal, make.make_user(portal))
    with later(minutes=11):
        for path in (f"{people.LIST}/options", people.LIST):
            answer = people.ask(browser, path, page=people.LIST)
            assert people.refusal(answer) == "recent_sign_in_needed"
            assert answer.json["location"].startswith("/reauthenticate?next=")


def test_somebody_signed_out_is_led_to_the_sign_in(portal: Flask) -> None:
    answer = people.ask(portal.test_client(), f"{people.LIST}/options")
    assert answer.headers["Location"].startswith("/login")


def test_nobody_has_more_than_20(portal: Flask) -> None:
    person = make.make_user(portal)
    browser = make.browser_of(portal, person, "swk user mfa")
    for _each in range(20):
        assert people.add(browser, Authenticator(people.ISSUER)).status_code == 200
    answer = people.ask(browser, f"{people.LIST}/options", page=people.LIST)
    assert (answer.status_code, people.refusal(answer)) == (409, "too_many_passkeys")
    assert "data-passkey-create" not in browser.get(people.LIST).text


def test_options_name_the_passkeys_there_are(portal: Flask) -> None:
    person, _key = people.owner_of(portal)
    browser = make.browser_of(portal, person, "swk user mfa")
    options = people.options_for(browser, f"{people.LIST}/options", people.LIST)["publicKey"]
    own = people.rows(portal, person)[0].credential_id
    assert [each["id"] for each in options["excludeCredentials"]] == [own]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["attestation"] == "none"
    assert people.options_for(portal.test_client())["publicKey"]["allowCredentials"] == []
    asked = people.options_for(browser, "/reauthenticate/passkey/options", "/reauthenticate")["publicKey"]
    assert [each["id"] for each in asked["allowCredentials"]] == [own]
    assert asked["userVerification"] == "required"


def test_a_passkey_answers_instead_of_the_password(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    with later(minutes=11):
        browser = make.browser_of(portal, person)
    with later(minutes=30):
        assert "Location" in post(browser, f"{people.LIST}/x/remove", form_on=people.LIST).headers
        options = people.options_for(browser, "/reauthenticate/passkey/options", "/reauthenticate")
        answer = people.ask(
            browser,
            "/reauthenticate/passkey?next=/account/security",
            {"credential": key.get(options)},
            page="/reauthenticate",
        )
        assert (answer.status_code, answer.json) == (200, {"next": "/account/security"})
        assert post(browser, f"{people.LIST}/x/remove", form_on=people.LIST).status_code == 404


def test_one_that_has_not_verified_the_person_does_not(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    browser, key.flags = make.browser_of(portal, person), PRESENT
    options = people.options_for(browser, "/reauthenticate/passkey/options", "/reauthenticate")
    body = {"credential": key.get(options)}
    answer = people.ask(browser, "/reauthenticate/passkey", body, page="/reauthenticate")
    assert people.refusal(answer) == "user_not_verified"


def test_blocked_people_are_refused_in_the_same_words_as_with_a_password(portal: Flask) -> None:
    from app.users import accounts

    person, key = people.owner_of(portal)
    with portal.app_context():
        accounts.block(accounts.get_user(person.id))
        db.session.commit()
    answer = people.sign_in(portal.test_client(), key)
    assert people.refusal(answer) == "account_blocked"
    by_password = sign_in(portal.test_client(), person.username, make.PASSWORD)
    assert answer.json["message"] in by_password.text


def test_deleted_people_keep_no_passkey(portal: Flask) -> None:
    from app.users import accounts

    person, key = people.owner_of(portal)
    with portal.app_context():
        accounts.delete(accounts.get_user(person.id))
        db.session.commit()
    assert people.rows(portal, person) == []
    assert people.refusal(people.sign_in(portal.test_client(), key)) == "passkey_unknown"


@pytest.mark.any_database
def test_password_managers_find_the_pages(portal: Flask) -> None:
    expected = {"enroll": f"{people.ISSUER}{people.LIST}", "manage": f"{people.ISSUER}{people.LIST}"}
    assert portal.test_client().get("/.well-known/passkey-endpoints").json == expected


def step_of(browser: FlaskClient, person: make.Person) -> None:
    """The right password, after which a second factor is asked for."""
    assert sign_in(browser, person.username, make.PASSWORD).location.startswith("/login/verify")


def finish(browser: FlaskClient, key: Authenticator) -> TestResponse:
    options = people.options_for(browser, "/login/verify/passkey/options", "/login/verify")
    body = {"credential": key.get(options)}
    return people.ask(browser, "/login/verify/passkey?next=/account/apps", body, page="/login/verify")


@pytest.mark.parametrize("flags", [VERIFIED, PRESENT])
def test_a_passkey_is_the_second_step_after_a_password(portal: Flask, flags: int) -> None:
    person, key = people.owner_of(portal)
    give_phone(portal, person.id)
    browser, key.flags = portal.test_client(), flags
    step_of(browser, person)
    assert "data-passkey-get" in browser.get("/login/verify").text
    answer = finish(browser, key)
    assert (answer.status_code, answer.json) == (200, {"next": "/account/apps"})
    assert methods_of(browser, portal) == ["pwd", "swk", "user", "mfa"]


def test_a_touch_alone_is_followed_by_a_code(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    phone = give_phone(portal, person.id)
    browser, key.flags = portal.test_client(), PRESENT
    assert people.sign_in(browser, key).json == {"next": "/login/verify"}
    assert not is_signed_in(browser)
    assert people.refusal(finish(browser, key)) == "user_not_verified"
    assert verify(browser, phone.code()).status_code == 303
    assert methods_of(browser, portal) == ["swk", "user", "otp", "mfa"]


def test_a_verified_passkey_needs_no_code(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    give_phone(portal, person.id)
    browser = portal.test_client()
    assert people.sign_in(browser, key).json == {"next": "/account"}
    assert is_signed_in(browser)


def test_attack_somebody_elses_passkey_completes_no_sign_in(portal: Flask) -> None:
    person, _key = people.owner_of(portal)
    give_phone(portal, person.id)
    _other, other_key = people.owner_of(portal)
    browser = portal.test_client()
    step_of(browser, person)
    assert people.refusal(finish(browser, other_key)) == "passkey_unproven"
    assert not is_signed_in(browser)


def test_a_passkey_completes_nothing_where_no_sign_in_waits(portal: Flask) -> None:
    for path in ("/login/verify/passkey/options", "/login/verify/passkey"):
        answer = people.ask(portal.test_client(), path)
        assert people.refusal(answer) == "second_step_over"
        assert answer.json["location"] == "/login"


def test_attack_a_password_and_a_copied_session_add_and_remove_no_passkey(portal: Flask) -> None:
    """Who has a code asks for it before the factors change."""
    person, _key = people.owner_of(portal)
    give_phone(portal, person.id)
    browser = make.browser_of(portal, person)
    answer = people.ask(browser, f"{people.LIST}/options", page=people.LIST)
    assert answer.json["location"].startswith("/login/verify?next=")
    (row,) = people.rows(portal, person)
    answer = post(browser, f"{people.LIST}/{row.id}/remove", form_on=people.LIST)
    assert answer.location.startswith("/login/verify")
    assert people.rows(portal, person) != []


def test_wrong_codes_keep_no_passkey_waiting(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    phone = give_phone(portal, person.id)
    browser = portal.test_client()
    step_of(browser, person)
    for _each in range(6):
        answer = verify(browser, phone.wrong_code())
    assert answer.status_code == 429
    assert finish(browser, key).status_code == 200


def test_passkeys_go_with_an_account_that_its_mailbox_takes_over(portal: Flask) -> None:
    from app.account.resetting import account_reclaimed
    from app.users import accounts

    person, _key = people.owner_of(portal)
    with portal.app_context():
        account_reclaimed.send(accounts.get_user(person.id))
        db.session.commit()
    assert people.rows(portal, person) == []


def test_a_change_of_the_address_that_is_undone_takes_the_passkeys_since(portal: Flask) -> None:
    from app.account.email_changes import email_restored
    from app.clock import now
    from app.users import accounts

    person, _key = people.owner_of(portal)
    with portal.app_context():
        for since, left in ((now(), 1), (now() - timedelta(hours=1), 0)):
            email_restored.send(accounts.get_user(person.id), since=since)
            db.session.commit()
            assert len(people.rows(portal, person)) == left
