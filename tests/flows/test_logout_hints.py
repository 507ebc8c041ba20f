"""Which ID tokens prove anything when an app asks to sign somebody out, and which account they are about."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app.crypto import base64url, from_base64url
from app.database.rows import db
from app.oauth.keys import ring, rotation
from app.oauth.tokens import signing
from tests import factories as make
from tests.flows.test_logout import BYE, asks, causes_in_log, confirm, end_session, is_signed_in
from tests.flows.test_several_accounts import sign_in
from tests.oauth.world import later


@pytest.fixture
def owner(app: Flask) -> make.Person:
    return make.make_user(app, "owner")


@pytest.fixture
def shop(app: Flask, owner: make.Person) -> make.App:
    return make.make_client(app, owner, name="Shop", post_logout_redirect_uris=((1, BYE),))


@pytest.fixture
def hint(browser: FlaskClient, shop: make.App) -> str:
    return str(make.tokens_for(shop, browser)["id_token"])


def unsigned(claims: dict[str, object], header: dict[str, object], signature: str = "") -> str:
    parts = (base64url(json.dumps(part).encode()) for part in (header, claims))
    return f"{'.'.join(parts)}.{signature}"


def forged(app: Flask, hint: str, kind: str) -> str:
    """What passes for ``hint`` with whoever looks at half of it only."""
    claims, header = make.claims_of(hint), make.header_of(hint)
    if kind == "none":
        return unsigned(claims, {**header, "alg": "none"})
    if kind == "hs256":
        with app.app_context():
            public = json.dumps(ring.current().jwks["keys"][0])
        key = OctKey.import_key(public.encode())
        return jwt.encode({**header, "alg": "HS256"}, claims, key, algorithms=["HS256"])
    if kind == "changed":
        head, _claims, signature = hint.split(".")
        return f"{head}.{base64url(json.dumps({**claims, 'iat': 1}).encode())}.{signature}"
    if kind == "cut":
        return hint[:-8]
    if kind == "other key":
        return jwt.encode(header, claims, RSAKey.generate_key(2048))
    if kind == "embedded key":
        own = RSAKey.generate_key(2048)
        return jwt.encode({**header, "jwk": own.as_dict(private=False)}, claims, own)
    return {"garbage": "garbage", "dots": "..", "empty objects": "e30.e30.e30", "list": "W10.W10.W10"}[kind]


KINDS = [
    *("none", "hs256", "changed", "cut", "other key", "embedded key"),
    *("garbage", "dots", "empty objects", "list"),
]


@pytest.mark.oidc("rpinitiated#4")
@pytest.mark.parametrize("kind", KINDS)
def test_attack_a_forged_hint_ends_nothing_and_leads_nowhere(
    app: Flask, browser: FlaskClient, hint: str, shop: make.App, owner: make.Person, kind: str
) -> None:
    sent = {"id_token_hint": forged(app, hint, kind), "client_id": shop.id, "post_logout_redirect_uri": BYE}
    page = end_session(browser, **sent)
    assert (page.status_code, "Location" in page.headers) == (400, False)
    assert is_signed_in(browser)
    assert causes_in_log(app, owner, shop) == ["logout_hint_invalid"]


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_attack_another_token_as_a_hint_ends_nothing(browser: FlaskClient, shop: make.App, name: str) -> None:
    token = make.tokens_for(shop, browser, scope="openid offline_access")[name]
    page = end_session(browser, id_token_hint=token, post_logout_redirect_uri=BYE)
    assert (page.status_code, "Location" in page.headers, is_signed_in(browser)) == (400, False, True)


def test_attack_a_hint_of_another_issuer_ends_nothing(
    app: Flask, browser: FlaskClient, hint: str, shop: make.App, owner: make.Person
) -> None:
    claims = {**make.claims_of(hint), "iss": "https://elsewhere.example"}
    for kid in (make.header_of(hint)["kid"], "a-key-of-theirs"):
        with app.app_context():
            own = signing.sign(claims, "RS256", "JWT")
        token = (
            own
            if kid != "a-key-of-theirs"
            else unsigned(claims, {"alg": "RS256", "kid": kid, "typ": "JWT"}, "e30")
        )
        page = end_session(browser, id_token_hint=token, client_id=shop.id, post_logout_redirect_uri=BYE)
        assert (page.status_code, "Location" in page.headers, is_signed_in(browser)) == (400, False, True)
    assert causes_in_log(app, owner, shop) == ["logout_hint_foreign"] * 2


@pytest.mark.oidc("rpinitiated#2")
def test_attack_the_hint_of_one_app_in_the_name_of_another_ends_nothing(
    app: Flask, browser: FlaskClient, hint: str, owner: make.Person
) -> None:
    evil = make.make_client(app, owner, post_logout_redirect_uris=((1, "https://evil.example/"),))
    page = end_session(
        browser, id_token_hint=hint, client_id=evil.id, post_logout_redirect_uri="https://evil.example/"
    )
    assert (page.status_code, "Location" in page.headers, is_signed_in(browser)) == (400, False, True)
    assert causes_in_log(app, owner, evil) == ["logout_hint_foreign"]
    page = end_session(browser, id_token_hint=hint, post_logout_redirect_uri="https://evil.example/")
    assert (page.status_code, is_signed_in(browser)) == (400, True)


def test_a_hint_whose_key_is_gone_proves_nothing_and_only_leads_to_the_question(
    app: Flask, browser: FlaskClient, hint: str
) -> None:
    with app.app_context():
        rotation.replace_leaked_keys()
        db.session.commit()
        ring.current().refresh(force=True)
    page = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="x")
    assert asks(page)
    assert is_signed_in(browser)
    assert confirm(browser, page).headers["Location"] == f"{BYE}&state=x"


def test_attack_a_hint_of_a_made_up_key_ends_nothing(browser: FlaskClient, hint: str) -> None:
    token = unsigned(make.claims_of(hint), {"alg": "RS256", "kid": "made-up", "typ": "JWT"}, "e30")
    page = end_session(browser, id_token_hint=token, post_logout_redirect_uri=BYE)
    assert asks(page)
    assert is_signed_in(browser)


def test_a_refreshed_id_token_still_ends_the_session(browser: FlaskClient, shop: make.App) -> None:
    tokens = make.tokens_for(shop, browser, scope="openid offline_access")
    with later(minutes=5):
        hint = make.refresh(browser, shop, tokens["refresh_token"]).json["id_token"]
        answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
        assert (answer.headers["Location"], is_signed_in(browser)) == (BYE, False)


@pytest.fixture
def both(app: Flask, anna: make.Person) -> FlaskClient:
    """A browser in which anna is signed in, and bert after her, who is active."""
    make.make_user(app, "bert")
    browser = app.test_client()
    sign_in(browser, "/login", "anna")
    sign_in(browser, "/login?another=1", "bert")
    return browser


def names_here(browser: FlaskClient) -> set[str]:
    page = browser.get("/login/accounts").text
    return {name for name in ("anna", "bert") if f"Sign out {name}" in page}


@pytest.mark.parametrize(("name", "left"), [("anna", "bert"), ("bert", "anna")])
def test_of_several_accounts_the_one_of_the_hint_leaves_and_the_others_stay(
    both: FlaskClient, shop: make.App, name: str, left: str
) -> None:
    tokens = make.tokens_for(shop, both, login_hint=name)
    assert names_here(both) == {"anna", "bert"}
    answer = end_session(both, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert answer.headers["Location"] == BYE
    assert names_here(both) == {left}


def test_of_several_accounts_the_page_offers_each_and_all(
    app: Flask, both: FlaskClient, shop: make.App, anna: make.Person
) -> None:
    page = end_session(both, client_id=shop.id, logout_hint="anna", post_logout_redirect_uri=BYE)
    offered = re.findall(r'name="account" value="([^"]+)"', page.text)
    assert (offered[0], offered[-1], len(offered)) == (anna.id, "all", 3)
    assert confirm(both, page, account=anna.id).headers["Location"] == BYE
    assert names_here(both) == {"bert"}
    page = end_session(both, logout_hint="nobody")
    assert "You are signed out" in confirm(both, page).text
    assert not is_signed_in(both)


def test_of_several_accounts_a_hint_of_another_session_puts_its_person_first(
    app: Flask, both: FlaskClient, shop: make.App, anna: make.Person
) -> None:
    hint = make.tokens_for(shop, make.browser_of(app, anna))["id_token"]
    page = end_session(both, id_token_hint=hint)
    assert asks(page)
    assert re.findall(r'name="account" value="([^"]+)"', page.text)[0] == anna.id
    assert names_here(both) == {"anna", "bert"}


def test_a_page_that_was_left_open_signs_out_nobody_else(
    app: Flask, both: FlaskClient, anna: make.Person
) -> None:
    page = end_session(both)
    confirm(both, page, account=anna.id)
    assert names_here(both) == set() or "bert" in both.get("/account/profile").text
    confirm(both, page, account=anna.id)
    assert is_signed_in(both)


def test_nothing_of_the_hint_is_kept_in_the_log(
    app: Flask, browser: FlaskClient, hint: str, owner: make.Person, shop: make.App
) -> None:
    end_session(browser, id_token_hint=hint, logout_hint="anna@example.org", post_logout_redirect_uri=BYE)
    causes_in_log(app, owner, shop)
    from tests.oauth.test_causes import everything_kept

    kept = everything_kept(app)
    assert hint not in kept
    assert hint.split(".")[2] not in kept
    assert from_base64url(hint.split(".")[1]).decode() not in kept
