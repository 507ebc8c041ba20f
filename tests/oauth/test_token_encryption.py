"""Access tokens as nested JWEs: everything of ours understands them, nothing else gets through."""

import base64
import json
import os
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey, RSAKey

from app.oauth.tokens.signing import half_hash
from tests import factories as make
from tests.oauth.world import World
from tests.support.apps import MakeApp

KEY = bytes(range(32))
SWITCHES = {
    "SHOULD_ENCRYPT_TOKENS": "true",
    "JWE_ENCRYPTION_KEY": base64.urlsafe_b64encode(KEY).decode(),
}
ANYTHING = jwe.JWERegistry(algorithms=[*jwe.JWERegistry.algorithms["alg"], "A256GCM", "A128GCM", "DEF"])


@pytest.fixture
def world(app_with: MakeApp) -> World:
    return World(app_with(**SWITCHES))


def opened(token: str) -> str:
    """The signed token inside, by the book rather than by the code under test."""
    return jwe.decrypt_compact(token, OctKey.import_key(KEY)).plaintext.decode()


def closed(token: str, key: Any = None, **header: str) -> str:
    """A JWE around ``token`` with this header instead of ours."""
    protected = {"alg": "dir", "enc": "A256GCM", "cty": "JWT", **header}
    return jwe.encrypt_compact(protected, token, key or OctKey.import_key(KEY), registry=ANYTHING)


def other_portal(world: World, app_with: MakeApp, **changes: str) -> World:
    """The same portal after a restart with other settings."""
    found = World(app_with(**changes))
    found.client, found.person = world.client, world.person  # type: ignore[misc]
    return found


@pytest.mark.rfc("7519#section-5.2")
def test_an_access_token_is_a_jwe_around_the_signed_one(world: World) -> None:
    for token in (world.tokens["access_token"], world.app_only().json["access_token"]):
        assert make.header_of(token) == {"alg": "dir", "enc": "A256GCM", "cty": "JWT"}
        assert make.header_of(opened(token))["typ"] == "at+jwt"
        assert make.claims_of(opened(token))["client_id"] == world.client.id
        assert world.person.id not in str(base64.urlsafe_b64decode(token.rpartition(".")[0] + "=="))


def test_at_hash_is_that_of_the_token_as_the_app_has_it(world: World) -> None:
    claims = make.claims_of(world.tokens["id_token"])
    assert claims["at_hash"] == half_hash(world.tokens["access_token"], "RS256")


def test_our_own_endpoints_understand_it(world: World) -> None:
    token = world.tokens["access_token"]
    assert world.userinfo(token).json["sub"] == world.person.id
    assert world.http.get("/oauth/me", headers=make.with_token(token)).json["id"] == world.person.id
    assert make.introspect(world.http, world.client, token)["sub"] == world.person.id
    assert world.token_gone(token)
    assert make.introspect(world.http, world.client, token) == {"active": False}
    refused = world.userinfo(token)
    assert refused.status_code == 401
    page = make.browser_of(world.app, world.owner).get(f"/failures/{refused.headers['X-Request-Id']}")
    assert "token_revoked" in page.text  # so the refusal was put into the log of the token's app


def test_tokens_from_before_and_after_the_switch_count(world: World, app_with: MakeApp) -> None:
    plain = other_portal(world, app_with)
    before = plain.app_only().json["access_token"]
    assert before.count(".") == 2
    assert make.introspect(world.http, world.client, before)["active"] is True
    after = world.app_only().json["access_token"]
    with_key = other_portal(world, app_with, JWE_ENCRYPTION_KEY=SWITCHES["JWE_ENCRYPTION_KEY"])
    assert make.introspect(with_key.http, world.client, after)["active"] is True
    assert with_key.app_only().json["access_token"].count(".") == 2


def test_without_the_key_an_encrypted_token_is_worth_nothing(world: World, app_with: MakeApp) -> None:
    token = world.app_only().json["access_token"]
    assert make.introspect(other_portal(world, app_with).http, world.client, token) == {"active": False}


def test_a_refresh_goes_on_across_the_switch(world: World, app_with: MakeApp) -> None:
    token = other_portal(world, app_with).tokens["refresh_token"]
    renewed = make.refresh(world.http, world.client, token).json["access_token"]
    assert world.userinfo(renewed).status_code == 200


def _forgeries(signed: str) -> dict[str, str]:
    rsa = RSAKey.generate_key(2048)
    dots = closed(signed).split(".")
    altered = base64.urlsafe_b64encode(b"{" * 3000).decode().rstrip("=")
    return {
        "another key": closed(signed, OctKey.import_key(os.urandom(32))),
        "another enc": closed(signed, OctKey.import_key(os.urandom(16)), enc="A128GCM"),
        "another alg": closed(signed, rsa, alg="RSA-OAEP"),
        "key wrapping with the right key": closed(signed, alg="A256KW"),
        "zip": closed(signed, zip="DEF"),
        "a decompression bomb": closed("0" * 5_000_000, zip="DEF"),
        "a header more": closed(signed, kid="x"),
        "no content type": closed(signed, cty="at+jwt"),
        "a JWE inside": closed(closed(signed)),
        "no JWT inside": closed("hello"),
        "nothing inside": closed(""),
        "an unsigned token": closed(_unsigned(signed)),
        "a cut tag": ".".join([*dots[:4], dots[4][:8]]),
        "an altered text": ".".join([*dots[:3], ("B" if dots[3][0] == "A" else "A") + dots[3][1:], dots[4]]),
        "an encrypted key": ".".join([dots[0], "AAAA", *dots[2:]]),
        "a bottomless header": ".".join([altered, *dots[1:]]),
        "four dots": "....",
        "not ASCII": ".".join(["ä", *dots[1:]]),
    }


def _unsigned(signed: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()).decode()
    return f"{header.rstrip('=')}.{signed.split('.')[1]}."


@pytest.mark.any_database
def test_no_other_jwe_is_accepted(world: World) -> None:
    signed = opened(world.tokens["access_token"])
    assert world.userinfo(closed(signed)).status_code == 200  # the forger's tools work
    for name, token in _forgeries(signed).items():
        answer = world.http.post("/oauth/introspect", data={"token": token}, auth=world.client.auth)
        assert answer.json == {"active": False} or answer.json.get("error") == "invalid_request", name
        header = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
        assert world.http.get("/oauth/userinfo", headers=header).status_code == 401, name


def test_an_id_token_in_a_jwe_is_no_access_token(world: World) -> None:
    assert world.userinfo(closed(world.tokens["id_token"])).status_code == 401


def test_id_tokens_stay_readable_for_their_app(world: World) -> None:
    assert world.tokens["id_token"].count(".") == 2
