"""The modules of the OpenID Foundation's plan OIDCCBackchannelRpInitiatedLogoutTestPlan, as far as the provider is tested.

oidcc-backchannel-rp-initiated-logout begins at /oauth/logout; what it asks of the logout token is here.
"""

import time
from typing import Any

import pytest
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from config import CHECKOUT
from tests import factories as make
from tests.oauth.logouts import EVENT, Stage, post
from tests.support.apps import MakeApp
from tests.support.documented import block
from tests.support.logout_receivers import LogoutReceiver


@pytest.fixture
def stage(app_with: MakeApp, logout_receiver: LogoutReceiver) -> Stage:
    return Stage(app_with(FETCH_ALLOW=logout_receiver.place), logout_receiver)


@pytest.mark.oidc("backchannel#2.1")
@pytest.mark.module("oidcc-backchannel-logout-discovery-endpoint-verification")
def test_oidcc_backchannel_logout_discovery_endpoint_verification(stage: Stage) -> None:
    document = stage.app.test_client().get("/.well-known/openid-configuration").json
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
    assert document["issuer"]
    assert document["jwks_uri"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]


@pytest.mark.oidc("backchannel#2.4")
@pytest.mark.module("oidcc-backchannel-rp-initiated-logout")
def test_oidcc_backchannel_rp_initiated_logout_token(stage: Stage) -> None:
    browser = make.browser_of(stage.app, stage.person)
    tokens = make.tokens_for(stage.client, browser)
    id_token = make.claims_of(tokens["id_token"])
    post(browser, "/logout", page="/account")
    stage.deliver()
    (token,) = stage.receiver.tokens_at()
    header, claims = extract_compact(token.encode()).headers(), stage.verified(token)
    assert header["alg"] == make.header_of(tokens["id_token"])["alg"]
    assert header["alg"] != "none"
    assert header["typ"] == "logout+jwt"
    assert claims["iss"] == id_token["iss"]
    assert claims["aud"] == stage.client.id
    assert claims["sub"] == id_token["sub"]
    assert claims["sid"] == id_token["sid"]
    assert time.time() - 60 < claims["iat"] <= time.time() + 1 < claims["exp"]
    assert len(claims["jti"]) >= 16
    assert claims["events"] == {EVENT: {}}
    assert "nonce" not in claims


@pytest.mark.oidc("backchannel#2.7")
def test_a_session_that_begins_anew_has_another_sid(stage: Stage) -> None:
    browser = make.browser_of(stage.app, stage.person)
    sids = []
    for _time in range(2):
        sids.append(make.claims_of(make.tokens_for(stage.client, browser)["id_token"])["sid"])
        post(browser, "/logout", page="/account")
        make.sign_in(stage.app, browser, stage.person)
    stage.deliver()
    assert [claims["sid"] for claims in stage.told()] == sids
    assert sids[0] != sids[1]


def test_the_receiver_that_the_page_shows_takes_logout_tokens_and_nothing_else(stage: Stage) -> None:
    page = CHECKOUT / "docs" / "backchannel-logout.md"
    shown: dict[str, Any] = {}
    exec(block("python", "read_logout_token", page), shown)
    browser = make.browser_of(stage.app, stage.person)
    tokens = make.tokens_for(stage.client, browser)
    post(browser, "/logout", page="/account")
    stage.deliver()
    (token,) = stage.receiver.tokens_at()
    keys = KeySet.import_key_set(browser.get("/oauth/jwks.json").json)
    issuer = make.claims_of(token)["iss"]
    read = shown["read_logout_token"]
    assert read(token, keys, issuer, stage.client.id)["sub"] == stage.person.id
    for other, wanted in (
        (tokens["id_token"], issuer),
        (tokens["access_token"], issuer),
        (token, f"{issuer}x"),
    ):
        with pytest.raises((JoseError, ValueError)):
            read(other, keys, wanted, stage.client.id)
    with pytest.raises(JoseError):
        read(token, keys, issuer, "somebody else")
