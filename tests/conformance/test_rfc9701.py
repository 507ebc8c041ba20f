"""Signed introspection answers: the answer of RFC 7662, inside a JWT for the app that asked."""

from typing import Any

import jwt
import pytest
from werkzeug.test import TestResponse

from app.oauth.keys import ring
from tests import factories as make
from tests.oauth.world import World
from tests.support.statements import count_statements

pytestmark = pytest.mark.rfc("9701#section-5")
JWT = "application/token-introspection+jwt"
ISSUER = "http://127.0.0.1:8000"


def ask(world: World, token: str, accept: str = JWT, client: make.App | None = None) -> TestResponse:
    asking = client or world.client
    data = {"token": token} if token else {}
    return world.http.post("/oauth/introspect", data=data, auth=asking.auth, headers={"Accept": accept})


def opened(world: World, answer: TestResponse, alg: str = "RS256") -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, as a library that is not ours verifies them by the published keys."""
    assert (answer.status_code, answer.content_type) == (200, JWT)
    header = jwt.get_unverified_header(answer.text)
    key = jwt.PyJWKSet.from_dict(world.http.get("/oauth/jwks.json").json)[header["kid"]]
    asking = {"verify_aud": False}  # the tests look at it themselves
    return header, jwt.decode(answer.text, key, algorithms=[alg], issuer=ISSUER, options=asking)


def test_the_answer_is_a_jwt_for_the_one_that_asked_and_says_what_json_says(world: World) -> None:
    token = world.tokens["access_token"]
    header, claims = opened(world, ask(world, token))
    assert header["typ"] == "token-introspection+jwt"
    assert header["kid"]
    assert set(claims) == {"iss", "aud", "iat", "token_introspection"}
    assert (claims["iss"], claims["aud"]) == (ISSUER, world.client.id)
    assert claims["token_introspection"] == ask(world, token, "application/json").json
    assert claims["token_introspection"]["active"] is True
    assert claims["token_introspection"]["sub"] == world.person.id


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_it_is_signed_as_the_tokens_of_the_app_are(world: World, alg: str) -> None:
    client = world.make_client(alg=alg)
    token = make.tokens_for(client, world.browser)["access_token"]
    header, claims = opened(world, ask(world, token, client=client), alg)
    assert header["alg"] == alg
    assert claims["token_introspection"]["active"] is True


def test_every_token_that_is_not_active_is_nothing_but_that(world: World) -> None:
    token = world.tokens["access_token"]
    answers = [ask(world, "nonsense"), ask(world, token, client=make.make_client(world.app))]
    world.withdraw()
    answers += [ask(world, token), ask(world, world.tokens["refresh_token"])]
    for answer in answers:
        assert opened(world, answer)[1]["token_introspection"] == {"active": False}


def test_a_refresh_token_may_be_asked_about_too(world: World) -> None:
    _header, claims = opened(world, ask(world, world.tokens["refresh_token"]))
    assert claims["token_introspection"]["active"] is True


@pytest.mark.any_database
@pytest.mark.rfc("9701#section-4")
@pytest.mark.parametrize(
    ("accept", "signed"),
    [
        (JWT, True), (JWT.upper(), True), (f"application/json;q=0.5, {JWT}", True), (f"{JWT}, application/json", True),
        (f"{JWT};q=0.9, */*;q=0.1", True), ("", False), ("*/*", False), ("application/*", False), ("application/json", False),
        (f"application/json, {JWT};q=0.5", False), (f"{JWT};q=0", False), ("application/jwt", False),
        (f"{JWT}x", False), (f"{JWT};q=nonsense", False),
    ],
)  # fmt: skip
def test_only_who_prefers_a_jwt_gets_one(world: World, accept: str, signed: bool) -> None:
    answer = ask(world, "nonsense", accept)
    assert answer.status_code == 200
    assert answer.mimetype == (JWT if signed else "application/json")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.any_database
def test_errors_stay_json(world: World) -> None:
    stranger = make.App(world.client.id, "wrong")
    for answer, error in (
        (ask(world, ""), "invalid_request"),
        (ask(world, "x", client=stranger), "invalid_client"),
        (ask(world, "x", client=world.make_client(client_type="public")), "invalid_client"),
    ):
        assert (answer.mimetype, answer.json["error"]) == ("application/json", error)


@pytest.mark.any_database
@pytest.mark.rfc("9701#section-7")
def test_discovery_names_what_signs(world: World) -> None:
    document = world.http.get("/.well-known/oauth-authorization-server").json
    assert document["introspection_signing_alg_values_supported"] == list(ring.ALGORITHMS)


def test_attack_the_answer_is_no_token(world: World) -> None:
    """It names no type, subject or end of a token, so that no resource takes it for one."""
    answer = ask(world, world.tokens["access_token"]).text
    assert world.userinfo(answer).status_code == 401
    assert make.introspect(world.http, world.client, answer) == {"active": False}


def test_it_costs_no_statement_more_than_json(world: World) -> None:
    token = world.tokens["access_token"]
    ask(world, token)
    with count_statements() as statements:
        opened_answer = ask(world, token)
    assert opened_answer.mimetype == JWT
    assert len(statements) == 2
