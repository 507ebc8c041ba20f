"""Access tokens, their use, revocation and introspection: RFC 9068, 6750, 7009, 7662."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests import factories as make
from tests.oauth.world import World

ISSUER = "http://127.0.0.1:8000"


def verified(world: World, token: str) -> Any:
    keys = KeySet.import_key_set(world.http.get("/oauth/jwks.json").json)
    return jwt.decode(token, keys, algorithms=["RS256", "ES256", "EdDSA"])


@pytest.mark.rfc("9068#section-2")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_access_tokens_are_signed_typed_and_complete(world: World, alg: str) -> None:
    client = world.make_client(alg=alg)
    token = verified(world, make.tokens_for(client, world.browser)["access_token"])
    assert (token.header["typ"], token.header["alg"]) == ("at+jwt", alg)
    claims = token.claims
    assert {
        "iss",
        "sub",
        "aud",
        "client_id",
        "iat",
        "exp",
        "jti",
        "scope",
        "scp",
        "auth_time",
        "acr",
        "amr",
    } == set(claims)
    assert (claims["iss"], claims["sub"], claims["client_id"]) == (ISSUER, world.person.id, client.id)
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["scp"] == claims["scope"].split()
    assert claims["aud"] == ISSUER


@pytest.mark.rfc("9068#section-2.2")
def test_a_client_s_own_token_names_the_client_as_its_subject(world: World) -> None:
    claims = verified(world, world.app_only().json["access_token"]).claims
    assert (claims["sub"], claims["client_id"], claims["aud"]) == (
        world.client.id,
        world.client.id,
        "api://default",
    )
    assert "scope" not in claims


@pytest.mark.rfc9700("2.3", "4.10.2")
@pytest.mark.rfc("9068#section-3")
@pytest.mark.parametrize(
    ("audience", "scope", "expected"),
    [
        (None, "reports.read", "api://default"),
        ("https://api.example", "reports.read", "https://api.example"),
        ("https://api.example", "openid reports.read", [ISSUER, "https://api.example"]),
    ],
)
def test_the_audience_follows_from_the_scopes(
    world: World, audience: str | None, scope: str, expected: Any
) -> None:
    make.make_scope(world.app, "reports.read", audience)
    client = world.make_client(scopes=("openid", "reports.read"))
    assert (
        make.claims_of(make.tokens_for(client, world.browser, scope=scope)["access_token"])["aud"] == expected
    )


@pytest.mark.rfc("9068#section-2.2")
def test_every_token_has_a_jti_of_its_own(world: World) -> None:
    assert len({make.claims_of(world.app_only().json["access_token"])["jti"] for _ in range(20)}) == 20


@pytest.mark.rfc("6750#section-3.1")
def test_a_request_without_a_token_is_challenged_without_an_error_code(world: World) -> None:
    for path in ("/oauth/userinfo", "/oauth/me"):
        refused = world.http.get(path)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == f'Bearer realm="{ISSUER}"'


@pytest.mark.rfc("6750#section-3")
def test_a_bad_token_and_a_missing_scope_are_told_apart(world: World) -> None:
    bad = world.userinfo("nonsense")
    assert (bad.status_code, 'error="invalid_token"' in bad.headers["WWW-Authenticate"]) == (401, True)
    token = make.tokens_for(world.client, world.browser, scope="email")["access_token"]
    lacking = world.userinfo(token)
    assert lacking.status_code == 403
    assert 'error="insufficient_scope"' in lacking.headers["WWW-Authenticate"]
    assert 'scope="openid"' in lacking.headers["WWW-Authenticate"]


@pytest.mark.rfc9700("4.3.2")
@pytest.mark.rfc("6750#section-2.2")
def test_a_token_may_come_in_a_form_and_never_in_the_address(world: World) -> None:
    token = world.tokens["access_token"]
    assert world.http.post("/oauth/userinfo", data={"access_token": token}).status_code == 200
    assert world.http.get("/oauth/userinfo", query_string={"access_token": token}).status_code == 401
    assert world.http.post("/oauth/userinfo", query_string={"access_token": token}).status_code == 401


@pytest.mark.rfc("6750#section-2.1")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_without_case(world: World, scheme: str) -> None:
    header = {"Authorization": f"{scheme} {world.tokens['access_token']}"}
    assert world.http.get("/oauth/userinfo", headers=header).status_code == 200


@pytest.mark.rfc("9068#section-4")
@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_forged_algorithms_open_nothing(world: World, alg: str) -> None:
    import base64
    import hashlib
    import hmac
    import json

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    token = world.tokens["access_token"]
    public = json.dumps(world.http.get("/oauth/jwks.json").json["keys"][0]).encode()
    body = f"{part({**make.header_of(token), 'alg': alg})}.{part(make.claims_of(token))}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, body.encode(), hashlib.sha256)).rstrip(b"=").decode()
    assert world.userinfo(f"{body}.{'' if alg == 'none' else mac}").status_code == 401
    assert make.introspect(world.http, world.client, f"{body}.{mac}") == {"active": False}


@pytest.mark.rfc("7662#section-2.2")
def test_introspection_tells_what_the_token_says(world: World) -> None:
    token = world.tokens["access_token"]
    answer = make.introspect(world.http, world.client, token)
    claims = make.claims_of(token)
    assert answer["active"] is True
    assert answer["token_type"] == "Bearer"
    assert answer["username"] == "person"
    for name in ("iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope"):
        assert answer[name] == claims[name]


@pytest.mark.rfc("7662#section-2.2")
@pytest.mark.parametrize(
    "token", ["nonsense", "a.b.c", "pf_refresh_AAAA", "ä", "x" * 20_000, '"', "eyJ.eyJ."]
)
def test_whatever_is_no_token_is_inactive_and_nothing_more_is_told(world: World, token: str) -> None:
    answer = world.http.post("/oauth/introspect", data={"token": token}, auth=world.client.auth)
    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.json == {"active": False}


@pytest.mark.asvs("10.4.10")
@pytest.mark.rfc("7662#section-2.1")
def test_introspection_asks_who_asks(world: World) -> None:
    token = world.tokens["access_token"]
    public = world.make_client(client_type="public")
    assert world.http.post("/oauth/introspect", data={"token": token}).status_code in (400, 401)
    assert (
        world.http.post("/oauth/introspect", data={"token": token, "client_id": public.id}).status_code == 401
    )
    assert world.http.post(
        "/oauth/introspect", data={"token": token}, headers=make.with_token(token)
    ).status_code in (400, 401)


@pytest.mark.rfc("7662#section-2.1")
def test_a_missing_token_is_an_invalid_request(world: World) -> None:
    for path in ("introspect", "revoke"):
        refused = world.http.post(f"/oauth/{path}", data=world.client.form)
        assert (refused.status_code, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.rfc("7009#section-2.2")
@pytest.mark.parametrize("token", ["nonsense", "pf_refresh_AAAA", "eyJ.eyJ.x"])
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_an_unknown_token_is_revoked_already(world: World, token: str, hint: str) -> None:
    answer = world.http.post(
        "/oauth/revoke", data={"token": token, "token_type_hint": hint, **world.client.form}
    )
    assert answer.status_code == 200


@pytest.mark.rfc("7009#section-2.1")
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_a_wrong_hint_changes_nothing(world: World, hint: str | None) -> None:
    fields = {"token": world.tokens["refresh_token"], **({"token_type_hint": hint} if hint else {})}
    assert world.http.post("/oauth/revoke", data=fields, auth=world.client.auth).status_code == 200
    assert world.userinfo(world.tokens["access_token"]).status_code == 401


@pytest.mark.rfc("7009#section-2.1")
def test_a_public_client_revokes_with_its_id_alone(world: World) -> None:
    public = world.make_client(client_type="public")
    tokens = make.tokens_for(public, world.browser)
    fields = {"token": tokens["refresh_token"], "client_id": public.id}
    assert world.http.post("/oauth/revoke", data=fields).status_code == 200
    assert world.userinfo(tokens["access_token"]).status_code == 401


def test_tokens_are_issued_now(world: World) -> None:
    claims = make.claims_of(world.tokens["access_token"])
    assert abs(claims["iat"] - time.time()) < 5
