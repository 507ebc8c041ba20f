"""Answers that no honest browser or authenticator gives: each a 4xx with a sentence, and nothing is done."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from fido2 import cbor
from fido2.utils import websafe_encode
from flask import Flask
from flask.testing import FlaskClient

from app.audit import EventKind
from tests import factories as make
from tests.account.visitor import mails
from tests.authentication import passkey_people as people
from tests.authentication.visitors import browser_at, csrf_token, is_signed_in, sign_in
from tests.oauth.world import later
from tests.support.authenticators import ABSENT, Authenticator

AppWith = Callable[..., Flask]
ES256 = {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}  # a point that is on no curve


@pytest.fixture
def portal(app_with: AppWith) -> Flask:
    return app_with(ISSUER=people.ISSUER)


@pytest.fixture
def newcomer(portal: Flask) -> FlaskClient:
    return make.browser_of(portal, make.make_user(portal))


def send(browser: FlaskClient, credential: Any) -> Any:
    return people.ask(browser, "/login/passkey", {"credential": credential})


def test_attack_a_replayed_answer_counts_once(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    token, options = {"X-CSRFToken": csrf_token(browser)}, people.options_for(browser)
    body = {"credential": key.get(options)}
    before = dict(browser._cookies)  # type: ignore[arg-type]
    assert browser.post("/login/passkey", json=body, headers=token).status_code == 200
    browser._cookies = before  # type: ignore[assignment]
    answer = browser.post("/login/passkey", json=body, headers=token)
    assert people.refusal(answer) == "challenge_expired"
    assert not is_signed_in(browser)


def test_attack_the_challenge_of_another_browser_is_refused(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    of_attacker = people.options_for(portal.test_client())
    browser = portal.test_client()
    assert people.refusal(send(browser, key.get(of_attacker))) == "challenge_expired"
    assert not is_signed_in(browser)


def test_attack_a_challenge_for_something_else_is_refused(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    browser = make.browser_of(portal, person, "swk user mfa")
    for path, page in (
        ("/reauthenticate/passkey/options", "/reauthenticate"),
        (f"{people.LIST}/options", people.LIST),
    ):
        options = people.options_for(browser, path, page)
        sent = {"credential": key.get(options)}
        answer = people.ask(browser, "/login/passkey?another=1", sent, page=people.LIST)
        assert people.refusal(answer) == "challenge_expired"


def test_a_challenge_ends_after_five_minutes(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    options = people.options_for(browser)
    with later(minutes=5):
        assert people.refusal(send(browser, key.get(options))) == "challenge_expired"


@pytest.mark.parametrize("challenge", [b"", b"x", bytes(56), secrets.token_bytes(200)])
def test_attack_a_challenge_made_up_is_refused(portal: Flask, challenge: bytes) -> None:
    _person, key = people.owner_of(portal)
    credential = key.get({"publicKey": {"challenge": websafe_encode(challenge)}})
    assert people.refusal(send(portal.test_client(), credential)) == "challenge_expired"


@pytest.mark.parametrize(
    ("of_key", "changes"),
    [
        ({"origin": "http://localhost:9000"}, {}),
        ({"origin": "https://localhost:8000"}, {}),
        ({"origin": "http://evil.example"}, {}),
        ({"rp_id": "evil.example"}, {}),
        ({"flags": ABSENT}, {}),
        ({}, {"type": "webauthn.create"}),
        ({}, {"type": 5}),
        ({}, {"signature": b""}),
        ({}, {"signature": bytes(70)}),
        ({}, {"handle": bytes(16)}),
        ({}, {"handle": b"x" * 4000}),
    ],
)
def test_attack_what_is_not_as_asked_is_refused(
    portal: Flask, of_key: dict[str, Any], changes: dict[str, Any]
) -> None:
    _person, key = people.owner_of(portal)
    for name, value in of_key.items():
        setattr(key, name, value)
    browser = portal.test_client()
    assert people.refusal(people.sign_in(browser, key, **changes)) == "passkey_unproven"
    assert not is_signed_in(browser)


def test_attack_nobody_is_signed_in_by_another_ones_key(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    _other, other_key = people.owner_of(portal)
    stolen = Authenticator(people.ISSUER, id=key.id, handle=key.handle, key=other_key.key)
    assert people.refusal(people.sign_in(portal.test_client(), stolen)) == "passkey_unproven"
    key.handle = other_key.handle
    assert people.refusal(people.sign_in(portal.test_client(), key)) == "passkey_unproven"


def test_attack_somebody_elses_passkey_confirms_nothing(portal: Flask) -> None:
    person, _key = people.owner_of(portal)
    _other, other_key = people.owner_of(portal)
    browser = make.browser_of(portal, person)
    options = people.options_for(browser, "/reauthenticate/passkey/options", "/reauthenticate")
    body = {"credential": other_key.get(options)}
    answer = people.ask(browser, "/reauthenticate/passkey", body, page="/reauthenticate")
    assert people.refusal(answer) == "passkey_unproven"


def test_attack_a_copied_key_is_disabled_and_its_person_told_once(portal: Flask) -> None:
    person, key = people.owner_of(portal, synced=False, count=1)
    assert people.sign_in(portal.test_client(), key).status_code == 200
    key.count = 1  # as in a copy made before
    for _again in range(2):
        assert people.refusal(people.sign_in(portal.test_client(), key)) == "passkey_copied"
    key.count = 100
    assert people.refusal(people.sign_in(portal.test_client(), key)) == "passkey_copied"
    assert people.events(portal, person).count(EventKind.PASSKEY_COPIED) == 1
    assert len(mails(portal, "passkey_copied")) == 1
    assert "This passkey is disabled" in make.browser_of(portal, person).get(people.LIST).text


def test_a_synchronised_key_may_count_as_it_likes(portal: Flask) -> None:
    person, key = people.owner_of(portal, synced=True, count=7)
    key.count = 1
    assert people.sign_in(portal.test_client(), key).status_code == 200
    assert people.rows(portal, person)[0].sign_count == 2


def test_a_wrong_signature_disables_nothing_whatever_its_counter(portal: Flask) -> None:
    person, key = people.owner_of(portal, synced=False, count=5)
    key.count = 0
    assert people.refusal(people.sign_in(portal.test_client(), key, signature=b"x")) == "passkey_unproven"
    key.count = 9
    assert people.sign_in(portal.test_client(), key).status_code == 200
    assert people.rows(portal, person)[0].copied_at is None


def nested(levels: int) -> bytes:
    return b"\x81" * levels + b"\x00"


BOMBS = {
    "deep": nested(10_000),
    "five levels": nested(5),
    "long": b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    "many": b"\xba\xff\xff\xff\xff",
    "indefinite": b"\x9f" * 100,
    "endless text": b"\x7f" + b"\x61a" * 100,
    "tag": b"\xd8\x23\x78\x64" + b"(a+)+" * 20,
    "big number": b"\xc4\x82\x1a\x7f\xff\xff\xff\x01",
    "truncated": b"\xa3\x63fmt",
    "nothing": b"",
    "text": b"\x61a",
    "rest": cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(37)}) + b"\x00",
    "no data": cbor.encode({"fmt": "none", "attStmt": {}}),
    "short data": cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(36)}),
    "same twice": b"\xa2\x68authData\x41a\x68authData\x41b",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_attack_cbor_that_keeps_a_decoder_busy_is_refused(newcomer: FlaskClient, bomb: bytes) -> None:
    key = Authenticator(people.ISSUER)
    assert people.refusal(people.add(newcomer, key, attestation=bomb)) in (
        "passkey_malformed",
        "passkey_unproven",
    )
    assert people.refusal(people.add(newcomer, key, public_key=bomb)) in (
        "passkey_malformed",
        "passkey_unproven",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"cose": {**ES256, 3: 0}},
        {"cose": {**ES256, 3: -65535}},
        {"cose": {1: 4, 3: 5, -1: b"secret"}},
        {"cose": {1: 2, 3: -7}},
        {"cose": ES256},
        {"cose": {1: 3, 3: -257, -1: b"\x01", -2: b"\x01"}},
        {"cose": {1: 3, 3: -257, -1: b"\xff" * 900, -2: b"\x01\x00\x01"}},
        {"cose": {"a": "b"}},
        {"type": "webauthn.get"},
    ],
)
def test_attack_keys_that_prove_nothing_are_refused(newcomer: FlaskClient, changes: dict[str, Any]) -> None:
    answer = people.add(newcomer, Authenticator(people.ISSUER), **changes)
    assert people.refusal(answer) in ("passkey_malformed", "passkey_unproven")
    assert "You have no passkey yet." in newcomer.get(people.LIST).text


def test_a_statement_that_nobody_asked_for_is_not_looked_at(newcomer: FlaskClient) -> None:
    statement = {"alg": -7, "sig": b"x", "x5c": [b"no certificate"]}
    answer = people.add(newcomer, Authenticator(people.ISSUER), format="packed", statement=statement)
    assert answer.status_code == 200


def test_attack_an_attestation_of_a_megabyte_is_not_read(portal: Flask, newcomer: FlaskClient) -> None:
    answer = people.add(newcomer, Authenticator(people.ISSUER), statement={"x5c": [bytes(1_000_000)]})
    assert (answer.status_code, people.refusal(answer)) == (413, "bad_request")


def test_attack_somebody_elses_challenge_adds_no_passkey(portal: Flask, newcomer: FlaskClient) -> None:
    other = make.browser_of(portal, make.make_user(portal))
    options = people.options_for(other, f"{people.LIST}/options", people.LIST)
    credential = Authenticator(people.ISSUER).create(options)
    answer = people.ask(newcomer, people.LIST, {"credential": credential}, page=people.LIST)
    assert people.refusal(answer) == "challenge_expired"


def test_attack_one_credential_has_one_owner(portal: Flask, newcomer: FlaskClient) -> None:
    _person, key = people.owner_of(portal)
    answer = people.add(newcomer, Authenticator(people.ISSUER, id=key.id))
    assert (answer.status_code, people.refusal(answer)) == (409, "passkey_exists")


def test_attack_nobody_being_there_is_no_way_to_add_one(portal: Flask) -> None:
    """Only the challenge says that nobody had to be; what the request says beside it counts for nothing."""
    make.make_user(portal, "anna")
    browser = portal.test_client()
    sign_in(browser, password=make.PASSWORD)
    key = Authenticator(people.ISSUER, flags=ABSENT)
    assert people.refusal(people.add(browser, key)) == "passkey_unproven"
    options = people.ask(browser, f"{people.LIST}/options", {"unasked": True}, page=people.LIST).json
    body = {"credential": key.create(options)}
    assert people.refusal(people.ask(browser, people.LIST, body, page=people.LIST)) == "challenge_expired"
    answer = people.ask(browser, people.LIST, {**body, "unasked": True}, page=people.LIST)
    assert answer.json == {"notice": "Your browser has made a passkey for this account."}
    assert len(mails(portal, "passkey_added_unasked")) == 1


def test_attack_nothing_comes_unasked_but_right_after_a_password(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = portal.test_client()
    assert people.sign_in(browser, key).status_code == 200
    answer = people.ask(browser, f"{people.LIST}/options", {"unasked": True}, page=people.LIST)
    assert people.refusal(answer) == "passkey_unwanted"
    with later(minutes=6):
        late = make.browser_of(portal, make.make_user(portal))
        assert "data-passkey-unasked" in late.get("/account/profile").text
    with later(minutes=12):
        assert "data-passkey-unasked" not in late.get("/account/profile").text


BODIES: list[Any] = [
    None,
    {},
    [],
    "x",
    {"credential": None},
    {"credential": []},
    {"credential": {"type": "public-key"}},
    {"credential": {"type": "password", "id": "AAAA", "response": {}}},
    {"credential": {"type": "public-key", "id": "AAAA", "response": {"clientDataJSON": "!"}}},
    {"credential": {"type": "public-key", "id": "ä", "response": {"clientDataJSON": "e30"}}},
    {"credential": {"type": "public-key", "id": "A" * 1368, "response": {"clientDataJSON": "e30"}}},
    {"credential": {"type": "public-key", "id": "AAAA", "response": {"clientDataJSON": "e30"}}},
    {"credential": {"type": "public-key", "id": "AAAA", "response": {"clientDataJSON": "W10"}}},
    {
        "credential": {
            "type": "public-key",
            "id": "AAAA",
            "response": {"clientDataJSON": websafe_encode(b"[" * 9000)},
        }
    },
]


@pytest.mark.parametrize("body", BODIES)
def test_attack_bodies_that_are_no_answer_are_refused(
    portal: Flask, newcomer: FlaskClient, body: Any
) -> None:
    for browser, path, page in (
        (portal.test_client(), "/login/passkey", "/login"),
        (newcomer, "/reauthenticate/passkey", "/reauthenticate"),
        (newcomer, people.LIST, people.LIST),
    ):
        headers = {"X-CSRFToken": csrf_token(browser, page)}
        people.refusal(browser.post(path, json=body, headers=headers))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[" * 30_000, "application/json"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"\xff", "application/json"),
    ],
)
def test_attack_what_is_no_json_is_refused(portal: Flask, body: bytes, kind: str) -> None:
    browser = portal.test_client()
    headers = {"X-CSRFToken": csrf_token(browser), "Content-Type": kind}
    assert people.refusal(browser.post("/login/passkey", data=body, headers=headers)) == "bad_request"


@pytest.mark.parametrize("path", ["/login/passkey", "/login/passkey/options"])
def test_attack_another_site_asks_in_vain(portal: Flask, path: str) -> None:
    answer = portal.test_client().post(path, json={})
    assert (answer.status_code, people.refusal(answer)) == (400, "page_expired")


def test_refused_passkeys_keep_no_password_waiting_and_the_other_way_round(portal: Flask) -> None:
    person, key = people.owner_of(portal)
    for _each in range(8):
        people.sign_in(browser_at(portal), key, signature=b"x")
    assert sign_in(browser_at(portal), person.username, make.PASSWORD).status_code == 303
    for _each in range(8):
        sign_in(browser_at(portal), person.username, "wrong")
    assert sign_in(browser_at(portal), person.username, make.PASSWORD).status_code == 429
    assert people.sign_in(browser_at(portal), key).status_code == 200


def test_attack_a_network_that_sends_rubbish_waits_but_right_ones_go_on(portal: Flask) -> None:
    _person, key = people.owner_of(portal)
    browser = browser_at(portal)
    headers = {"X-CSRFToken": csrf_token(browser)}
    answers = [browser.post("/login/passkey", json={"credential": 1}, headers=headers) for _each in range(61)]
    assert {answer.status_code for answer in answers[:-1]} == {422}
    assert (answers[-1].status_code, people.refusal(answers[-1])) == (429, "too_many_requests")
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert people.sign_in(browser_at(portal), key).status_code == 200
