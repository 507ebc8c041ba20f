"""An app that says whom it expects gets an answer about that person, or none."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.crypto import base64url
from app.database.rows import db
from app.oauth.keys import ring, rotation
from app.oauth.tokens import signing
from tests import factories as make
from tests.flows.test_prompts import sign_in
from tests.oauth.world import later


@pytest.fixture
def bert(app: Flask) -> FlaskClient:
    return make.browser_of(app, make.make_user(app, "bert"))


@pytest.fixture
def hint(browser: FlaskClient, ledger: make.App) -> str:
    """The ID token of anna, who has allowed everything."""
    return str(make.tokens_for(ledger, browser)["id_token"])


def choose_another(browser: FlaskClient, page: TestResponse) -> str:
    """Where the sign-in is that "Use another account" leads to."""
    fields = {"csrf_token": make.csrf_token(page), "choice": "other"}
    return browser.post(make.action_of(page, "/oauth/account"), data=fields).headers["Location"]


@pytest.mark.module("oidcc-id-token-hint")
@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.parametrize("prompt", ["none", None])
def test_the_person_named_goes_on_as_ever_with_an_expired_hint_too(
    browser: FlaskClient, ledger: make.App, hint: str, prompt: str | None
) -> None:
    for hours in (0, 2):  # an ID token lives an hour
        with later(hours=hours):
            answer = make.answer_of(make.ask(browser, ledger, prompt=prompt, id_token_hint=hint))
            assert "code" in answer


def test_an_empty_hint_names_nobody(browser: FlaskClient, ledger: make.App, hint: str) -> None:
    assert "code" in make.answer_of(make.ask(browser, ledger, prompt="none", id_token_hint=""))


@pytest.mark.oidc("core#3.1.2.1")
def test_a_silent_request_for_somebody_else_is_told_login_required(
    bert: FlaskClient, ledger: make.App, hint: str
) -> None:
    make.authorize(ledger, bert)
    answer = make.answer_of(make.ask(bert, ledger, prompt="none", id_token_hint=hint))
    assert (answer["error"], answer["state"]) == ("login_required", "st-1234567")


def test_somebody_else_is_asked_to_sign_in_as_the_person_named(
    bert: FlaskClient, ledger: make.App, anna: make.Person, hint: str
) -> None:
    page = make.ask(bert, ledger, id_token_hint=hint)
    assert "Ledger expects another account" in page.text
    assert 'value="continue"' not in page.text
    assert anna.username not in page.text
    onward = sign_in(bert, choose_another(bert, page), "anna").headers["Location"]
    code = make.answer_of(bert.get(onward))["code"]
    assert make.claims_of(make.redeem(bert, ledger, code).json["id_token"])["sub"] == anna.id


def test_who_signs_in_as_a_third_person_gets_no_code(
    app: Flask, bert: FlaskClient, ledger: make.App, hint: str
) -> None:
    make.make_user(app, "carla")
    page = make.ask(bert, ledger, id_token_hint=hint)
    onward = sign_in(bert, choose_another(bert, page), "carla").headers["Location"]
    assert "Ledger expects another account" in bert.get(onward).text


def test_somebody_else_cannot_decide_by_posting_to_the_consent_page(
    bert: FlaskClient, ledger: make.App, hint: str
) -> None:
    page = make.ask(bert, ledger)
    action = make.action_of(page)
    fields = {"csrf_token": make.csrf_token(page), "decision": "allow", "scope": "openid"}
    answer = bert.post(f"{action}&id_token_hint={hint}", data=fields)
    assert answer.headers["Location"].startswith("/oauth/authorize?")


@pytest.mark.any_database
@pytest.mark.parametrize(
    "case", ["altered", "unsigned", "access_token", "other_app", "other_issuer", "no_jwt", "no_name"]
)
def test_a_hint_that_is_not_ours_is_refused(
    app: Flask, browser: FlaskClient, ledger: make.App, hint: str, case: str
) -> None:
    header, _claims, signature = hint.split(".")
    unsigned = base64url(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    payload = base64url(json.dumps(make.claims_of(hint) | {"sub": "0" * 32}).encode())
    sent = {
        "altered": lambda: f"{header}.{payload}.{signature}",
        "unsigned": lambda: f"{unsigned}.{payload}.",
        "access_token": lambda: make.tokens_for(ledger, browser)["access_token"],
        "other_app": lambda: make.tokens_for(make.make_client(app), browser)["id_token"],
        "other_issuer": lambda: signed(app, make.claims_of(hint) | {"iss": "https://elsewhere.example"}),
        "no_jwt": lambda: "anna",
        "no_name": lambda: signed(app, make.claims_of(hint) | {"sub": ["x"]}),
    }[case]()
    answer = make.answer_of(make.ask(browser, ledger, id_token_hint=sent))
    assert answer["error"] == "invalid_request"
    assert "id_token_hint" in answer["error_description"]


def test_a_hint_of_a_key_that_is_gone_still_names_its_person(
    app: Flask, browser: FlaskClient, bert: FlaskClient, ledger: make.App, hint: str
) -> None:
    make.authorize(ledger, bert)
    with app.app_context():
        rotation.rotate_keys(3600, at_once=True)
        db.session.commit()
    with later(hours=2):
        with app.app_context():
            ring.current().refresh(force=True)
            assert ring.current().verification_key(make.header_of(hint)["kid"]) is None
        assert "code" in make.answer_of(make.ask(browser, ledger, prompt="none", id_token_hint=hint))
        answer = make.answer_of(make.ask(bert, ledger, prompt="none", id_token_hint=hint))
        assert answer["error"] == "login_required"


def test_attack_an_app_tries_names_until_one_is_the_visitors(
    app: Flask, browser: FlaskClient, anna: make.Person, hint: str
) -> None:
    """Silently, with invented hints; the visitor has never let this app in."""
    curious = make.make_client(app)
    told = set()
    for name in (anna.id, "0" * 32):
        header = make.header_of(hint) | {"kid": "gone"}
        claims = make.claims_of(hint) | {"sub": name, "aud": curious.id}
        invented = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims)) + ".c2ln"
        told.add(make.answer_of(make.ask(browser, curious, prompt="none", id_token_hint=invented))["error"])
    assert told == {"consent_required"}


def signed(app: Flask, claims: dict[str, object]) -> str:
    with app.app_context():
        return signing.sign(claims, "RS256", "JWT")
