"""OpenID Connect Core and Discovery, RFC 8414, and who may read across origins."""

import base64
import hashlib
import time

import pytest

from tests import factories as make
from tests.conformance.test_tokens import ISSUER, verified
from tests.oauth.world import World

ORIGIN = "https://app.example.org"
HASHES = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}


@pytest.mark.module("oidcc-idtoken-signature", "oidcc-idtoken-rs256")
@pytest.mark.rfc9700("4.6")
@pytest.mark.oidc("core#2")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_the_id_token_is_complete_and_true(world: World, alg: str) -> None:
    client = world.make_client(alg=alg)
    tokens = make.tokens_for(client, world.browser, nonce="n-0S6_WzA2Mj")
    token = verified(world, tokens["id_token"])
    claims = token.claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (ISSUER, world.person.id, client.id)
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert abs(claims["auth_time"] - time.time()) < 30
    assert claims["exp"] - claims["iat"] == 3600
    digest = HASHES[alg](tokens["access_token"].encode()).digest()
    assert claims["at_hash"] == base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    published = {key["kid"] for key in world.http.get("/oauth/jwks.json").json["keys"]}
    assert token.header["kid"] in published


@pytest.mark.oidc("core#3.1.2.1")
def test_without_openid_there_is_no_id_token(world: World) -> None:
    assert "id_token" not in make.tokens_for(world.client, world.browser, scope="email")


@pytest.mark.module("oidcc-ensure-request-without-nonce-succeeds-for-code-flow")
@pytest.mark.oidc("core#3.1.3.3")
def test_without_a_nonce_the_id_token_has_none(world: World) -> None:
    assert "nonce" not in make.claims_of(make.tokens_for(world.client, world.browser, nonce=None)["id_token"])


@pytest.mark.oidc("core#5.4")
@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", {"sub"}),
        ("openid email", {"sub", "email", "email_verified"}),
        ("openid profile", {"sub", "name", "preferred_username", "updated_at"}),
        ("openid phone", {"sub"}),
    ],
)
def test_userinfo_tells_what_the_scopes_allow(world: World, scope: str, names: set[str]) -> None:
    answer = world.userinfo(make.tokens_for(world.client, world.browser, scope=scope)["access_token"])
    assert set(answer.json) == names
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid profile email", {"id", "username", "name", "email", "email_verified", "updated_at"}),
        ("email", {"id", "email", "email_verified"}),
        ("profile", {"id", "username", "name", "updated_at"}),
    ],
)
def test_me_labels_a_connection(world: World, scope: str, names: set[str]) -> None:
    token = make.tokens_for(world.client, world.browser, scope=scope)["access_token"]
    answer = world.http.get("/oauth/me", headers=make.with_token(token))
    assert set(answer.json) == names
    assert answer.json["id"] == world.person.id


@pytest.mark.module("oidcc-discovery-endpoint-verification")
@pytest.mark.rfc9700("2.6")
@pytest.mark.oidc("discovery#4.2")
@pytest.mark.rfc("8414#section-3.2")
@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
)
def test_discovery_says_what_there_is_to_everybody(world: World, path: str) -> None:
    response = world.http.get(path, headers={"Origin": "https://anywhere.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "public" in response.headers["Cache-Control"]
    document = response.json
    assert document["issuer"] == ISSUER
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["request_uri_parameter_supported"] is False
    assert document["request_parameter_supported"] is False
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "registration_endpoint" not in document


@pytest.mark.module("oidcc-discovery-endpoint-verification")
@pytest.mark.oidc("discovery#3")
def test_every_endpoint_that_is_listed_answers(world: World) -> None:
    document = world.http.get("/.well-known/openid-configuration").json
    addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "jwks_uri"))]
    assert len(addresses) >= 6
    for address in addresses:
        assert address.startswith(f"{ISSUER}/")
        assert world.http.get(address.removeprefix(ISSUER)).status_code != 404


DISCOVERY = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [*DISCOVERY, "/oauth/jwks.json", "/.well-known/jwks.json", "/v1/keys"])
def test_a_slash_at_the_end_of_a_public_document_does_not_matter(
    world: World, path: str, method: str
) -> None:
    plain, slash = (world.http.open(each, method=method) for each in (path, f"{path}/"))
    assert plain.status_code == slash.status_code == 200
    assert plain.data == slash.data
    assert slash.headers["Access-Control-Allow-Origin"] == "*"
    assert world.http.open(f"{path}//", method=method).status_code in (308, 404)


@pytest.mark.rfc("7517#section-4")
@pytest.mark.parametrize("path", ["/oauth/jwks.json", "/.well-known/jwks.json", "/v1/keys"])
def test_the_keys_are_public_and_complete(world: World, path: str) -> None:
    response = world.http.get(path, headers={"Origin": "https://anywhere.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    keys = response.json["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256"}  # those that every library reads
    for key in keys:
        assert key["use"] == "sig"
        assert key["kid"]
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/v1/token"])
def test_pages_at_a_registered_origin_may_ask(world: World, path: str) -> None:
    assert world.client.id
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = world.http.options(path, headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    other = world.http.options(path, headers={**headers, "Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_answers_are_readable_at_the_app_s_own_origin_only(world: World) -> None:
    fields = {"grant_type": "client_credentials", **world.client.form}
    mine = world.http.post("/oauth/token", data=fields, headers={"Origin": ORIGIN})
    assert mine.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in mine.headers["Vary"]
    other = world.http.post("/oauth/token", data=fields, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    token = {**make.with_token(world.tokens["access_token"]), "Origin": ORIGIN}
    assert world.http.get("/oauth/userinfo", headers=token).headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Origin" not in world.http.post("/oauth/introspect", data=fields).headers


@pytest.mark.module(
    "oidcc-response-type-missing",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
)
@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://x.example"}, "request_uri_not_supported"),
    ],
)
def test_what_cannot_be_granted_is_told_to_the_app(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    answer = make.answer_of(world.ask(**changes))
    assert answer["error"] == error
    assert answer["state"] == "st-1234567"
