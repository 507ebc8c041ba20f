"""Whatever is sent as a client assertion is the client's own mistake: 401, never trouble of ours."""

import base64
import json
import re
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.oauth.client_authentication.assertions import TYPE
from tests import factories as make
from tests.oauth.by_assertion import make_assertion, make_signer, send
from tests.oauth.world import World

ISSUER = "http://127.0.0.1:8000"
DEEP = "[" * 900 + "]" * 900


def part(value: Any) -> str:
    raw = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(raw.encode("utf-8", "surrogatepass")).decode().rstrip("=")


@pytest.mark.any_database
@pytest.mark.parametrize(
    "header",
    [
        {}, [], "x", "null", "7", '"ES256"', DEEP, '{"alg":' + DEEP + "}", "{", "\ud800",
        {"alg": None}, {"alg": 7}, {"alg": ["ES256"]}, {"alg": {"ES256": 1}}, {"alg": "none"}, {"alg": "HS256"},
        {"alg": "A" * 3000}, {"alg": "RSA-OAEP", "enc": "A256GCM"}, {"alg": "ES256", "enc": "A256GCM"},
        {"alg": "ES256", "kid": {}}, {"alg": "ES256", "kid": ["mine"]}, {"alg": "ES256", "kid": 1},
        {"alg": "ES256", "kid": "\ud800"}, {"alg": "ES256", "kid": None}, {"alg": "ES256", "kid": "k" * 4000},
        {"alg": "ES256", "crit": ["exp"]}, {"alg": "ES256", "crit": "b64"}, {"alg": "ES256", "crit": None},
        {"alg": "ES256", "b64": False, "crit": ["b64"]}, {"alg": "ES256", "b64": 1}, {"alg": "ES256", "typ": []},
        {"alg": "ES256", "jwk": 1}, {"alg": "ES256", "x5c": {}}, {"alg": "ES256", "cty": [[[]]]},
        {"alg": "RS256", "kid": "mine"}, {"alg": "EdDSA", "kid": "mine"}, {"alg": "PS256"},
    ],
)  # fmt: skip
def test_attack_an_odd_header(world: World, header: Any) -> None:
    client = make_signer(world)
    _header, claims, signature = make_assertion(client).split(".")
    for assertion in (f"{part(header)}.{claims}.{signature}", f"{part(header)}.{claims}."):
        answer = send(world, assertion)
        assert answer.status_code == 401, answer.text
        assert answer.json["error"] == "invalid_client"


@pytest.mark.any_database
@pytest.mark.parametrize(
    "assertion",
    ["", ".", "..", "...", "a.b.c.d.e", f"{part({'alg': 'dir', 'enc': 'A256GCM'})}..b.c.d", "eyJ" * 2000, "\u00e4.b.c",
     f"{part({'alg': 'ES256'})}.{part('[]')}.x", f"{part({'alg': 'ES256'})}.{part(DEEP)}.x",
     f"{part({'alg': 'ES256'})}.{part({'sub': chr(0xD800)})}.x", f"{part({'alg': 'ES256'})}.{part({'sub': []})}.x"],
)  # fmt: skip
def test_attack_what_is_no_assertion_at_all(world: World, assertion: str) -> None:
    answer = send(world, assertion, client_id=make_signer(world).id)
    assert answer.status_code == 401, answer.text
    assert answer.json["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("claim", "value"),
    [("jti", "a\0b"), ("jti", []), ("jti", "j" * 5000), ("exp", float("nan")), ("exp", float("inf")), ("exp", "soon"),
     ("exp", 10**300), ("exp", -1), ("exp", True), ("nbf", "now"), ("nbf", []), ("nbf", {}), ("nbf", float("nan")),
     ("nbf", float("inf")), ("nbf", 10**300), ("nbf", -1), ("iat", "now"), ("iat", float("nan")), ("iat", float("inf")),
     ("iat", -float("inf")), ("iat", 10**300), ("iat", 1_800_000_000_000), ("iat", 253_402_300_800), ("iss", []), ("aud", [[]]), ("aud", {}), ("aud", [None, 7])],
)  # fmt: skip
def test_attack_an_odd_claim_that_is_signed_well(world: World, claim: str, value: Any) -> None:
    answer = send(world, make_assertion(make_signer(world), **{claim: value}))
    assert answer.status_code == 401, answer.text
    assert answer.json["error"] == "invalid_client"


@pytest.mark.module("oidcc-ensure-client-assertion-with-iss-aud-succeeds")
@pytest.mark.rfc9700("2.5")
@pytest.mark.asvs("10.4.10")
@pytest.mark.rfc("7523#section-3")
@pytest.mark.parametrize("path", ["/oauth/token", "/v1/token", "/oauth/introspect", "/oauth/revoke"])
def test_an_assertion_is_made_for_the_issuer_the_token_endpoint_or_the_endpoint_called(
    world: World, path: str
) -> None:
    client = make_signer(world)

    def status(audience: Any, jti: str) -> int:
        assertion = make_assertion(client, aud=audience, jti=jti)
        fields = {"grant_type": "client_credentials", "token": "x"}
        sent = {**fields, "client_assertion": assertion, "client_assertion_type": TYPE}
        return world.http.post(path, data=sent).status_code

    good = [ISSUER, f"{ISSUER}/oauth/token", f"{ISSUER}{path}", [ISSUER, f"{ISSUER}/oauth/token"]]
    assert [status(audience, f"good{number}") for number, audience in enumerate(good)] == [200] * 4
    bad = [f"{ISSUER}/oauth/authorize", f"{ISSUER}/", "https://x.example", [], f"{ISSUER}.evil.example"]
    assert [status(audience, f"bad{number}") for number, audience in enumerate(bad)] == [401] * 5


def test_attack_an_assertion_that_another_server_may_present_too(world: World) -> None:
    client = make_signer(world)
    for number, audience in enumerate((["https://evil.example", ISSUER], [ISSUER, "https://evil.example"])):
        assert send(world, make_assertion(client, jti=f"a{number}", aud=audience)).status_code == 401


def test_an_assertion_may_live_an_hour_and_no_longer(world: World) -> None:
    client, moment = make_signer(world), int(time.time())
    assert send(world, make_assertion(client, jti="a", exp=moment + 3600)).status_code == 200
    assert send(world, make_assertion(client, jti="b", exp=moment + 3700)).status_code == 401


def test_attack_a_key_that_can_be_factored_proves_nothing(world: World) -> None:
    short = RSAKey.generate_key(1024)
    client = make_signer(world)
    world.change(
        lambda row: setattr(row, "jwks", json.dumps({"keys": [short.as_dict(private=False)]})), client
    )
    claims = json.loads(base64.urlsafe_b64decode(make_assertion(client).split(".")[1] + "=="))
    assertion = jwt.encode({"alg": "RS256"}, claims, short, algorithms=["RS256"])
    assert send(world, assertion).status_code == 401


@pytest.mark.rfc("7523#section-3")
@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_attack_an_assertion_signed_in_advance_is_refused_until_its_time_comes(
    world: World, claim: str
) -> None:
    client = make_signer(world)
    moment = int(time.time())

    def status(value: float, jti: str) -> int:
        return send(world, make_assertion(client, jti=jti, **{claim: value})).status_code

    to_come = [moment + 3600, moment + 120, moment + 120.5, 253_402_300_799]
    assert [status(value, f"early{number}") for number, value in enumerate(to_come)] == [401] * 4
    # A clock that is ahead by less than half a minute is no attack, and an old iat says nothing: exp does.
    begun = [moment + 10, moment, moment - 3600, 0, 1.5]
    assert [status(value, f"begun{number}") for number, value in enumerate(begun)] == [200] * 5


def test_the_owner_reads_which_claim_is_early_and_by_when(world: World) -> None:
    client = make_signer(world)
    answer = send(world, make_assertion(client, iat=253_402_300_799))
    page = make.browser_of(world.app, world.owner).get(f"/failures/{answer.headers['X-Request-Id']}").text
    assert re.search(r'<code id="cause"[^>]*>assertion_not_yet_valid<', page)
    assert re.search(r"not valid yet: its claim .*iat.* says .*9999", page)
