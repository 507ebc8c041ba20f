"""DPoP (RFC 9449): what a proof must be, and what tokens bound to a key are good for."""

import time
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.test import TestResponse

from app.messages.patterns import check_token
from app.oauth.dpop.keys import ALGORITHMS
from tests import factories as make
from tests.oauth.holders import (
    ISSUER,
    TOKEN,
    USERINFO,
    Holder,
    app_only,
    ath_of,
    bound_tokens,
    redeem,
    refresh,
    signed,
)
from tests.oauth.world import World

WEAK = RSAKey.generate_key(1024)


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def public(world: World) -> make.App:
    return world.make_client(client_type="public")


def error_of(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, (answer.json or {}).get("error", "")


@pytest.mark.rfc("9449#5")
@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.rfc9700("2.2.1")
def test_a_token_asked_for_with_a_proof_is_bound_to_its_key(world: World, alg: str) -> None:
    holder = Holder.of(alg)
    answer = app_only(world.http, world.client, holder.proof())
    assert answer.json["token_type"] == "DPoP"
    assert make.claims_of(answer.json["access_token"])["cnf"] == {"jkt": holder.jkt}
    plain = app_only(world.http, world.client, None)
    assert plain.json["token_type"] == "Bearer"
    assert "cnf" not in make.claims_of(plain.json["access_token"])


@pytest.mark.rfc("9449#5.1")
def test_discovery_lists_what_proofs_may_be_signed_with(world: World) -> None:
    listed = world.http.get("/.well-known/openid-configuration").json["dpop_signing_alg_values_supported"]
    assert listed == list(ALGORITHMS)


def _unlike(holder: Holder) -> dict[str, Any]:
    """Proofs that are none, by what is wrong with them."""
    other, secret = Holder(), OctKey.generate_key(256)
    rsa = Holder.of("RS256")
    claims = {"jti": "a", "htm": "POST", "htu": TOKEN, "iat": int(time.time())}
    good = holder.proof()
    head, body, signature = good.split(".")
    crossed = {"typ": "dpop+jwt", "alg": "ES256", "jwk": holder.jwk}
    return {
        "no JWT": "nonsense",
        "nothing": "",
        "two proofs": f"{good}, {holder.proof()}",
        "too long": holder.proof(padding="x" * 6_000),
        "no object": f"{head}.W10.{signature}",
        "no base64": f"{head}.%%%.{signature}",
        "deep": f"{head}.{'W1tb' * 1_000}.{signature}",
        "typ missing": holder.proof(header={"typ": None}),
        "typ of another JWT": holder.proof(header={"typ": "at+jwt"}),
        "alg missing": f"{signed({'alg': 'ES256'}, claims, holder.key).replace('eyJhbGciOiAiRVMyNTYifQ', 'e30')}",
        "alg of no text": "eyJ0eXAiOiAiZHBvcCtqd3QiLCAiYWxnIjogWyJFUzI1NiJdfQ.e30.AA",
        "alg none": signed({**crossed, "alg": "none"}, claims, None),
        "alg symmetric": signed(
            {**crossed, "alg": "HS256", "jwk": secret.as_dict(private=True)}, claims, secret
        ),
        "symmetric key under an asymmetric alg": holder.proof(header={"jwk": secret.as_dict(private=True)}),
        "private key inside": holder.proof(header={"jwk": holder.key.as_dict(private=True)}),
        "no key": holder.proof(header={"jwk": None}),
        "key of no object": holder.proof(header={"jwk": "key"}),
        "key of another kind": holder.proof(header={"jwk": rsa.jwk}),
        "key of another curve": holder.proof(
            header={"jwk": ECKey.generate_key("P-384").as_dict(private=False)}
        ),
        "key off its curve": holder.proof(header={"jwk": {**holder.jwk, "y": holder.jwk["x"]}}),
        "key without a member": holder.proof(header={"jwk": {"kty": "EC", "crv": "P-256"}}),
        "weak key": signed(
            {"typ": "dpop+jwt", "alg": "RS256", "jwk": WEAK.as_dict(private=False)}, claims, WEAK
        ),
        "huge exponent": rsa.proof(header={"jwk": {**rsa.jwk, "e": rsa.jwk["n"]}}),
        "somebody else's key": holder.proof(header={"jwk": other.jwk}),
        "kid of a key of ours": holder.proof(header={"jwk": None, "kid": "1"}),
        "crit": holder.proof(header={"crit": ["exp"]}),
        "unencoded payload": holder.proof(header={"b64": False}),
        "changed signature": f"{head}.{body}.{signature[:-4]}AAAA",
        "no signature": f"{head}.{body}.",
        "jti missing": holder.proof(jti=None),
        "jti empty": holder.proof(jti=""),
        "jti of no text": holder.proof(jti=7),
        "jti too long": holder.proof(jti="x" * 1_001),
        "jti of half a character": holder.proof(jti="\ud800"),
        "htm missing": holder.proof(htm=None),
        "htm of another method": holder.proof(htm="GET"),
        "htm in small letters": holder.proof(htm="post"),
        "htu missing": holder.proof(htu=None),
        "htu of no text": holder.proof(htu=[TOKEN]),
        "htu of another path": holder.proof(USERINFO),
        "htu of another host": holder.proof("http://evil.example:8000/oauth/token"),
        "htu of another port": holder.proof("http://127.0.0.1/oauth/token"),
        "htu of another scheme": holder.proof("https://127.0.0.1:8000/oauth/token"),
        "htu with somebody's name": holder.proof("http://u@127.0.0.1:8000/oauth/token"),
        "htu without host": holder.proof("/oauth/token"),
        "htu of no address": holder.proof("http://[::1/oauth/token"),
        "iat missing": holder.proof(iat=None),
        "iat of no number": holder.proof(iat=str(int(time.time()))),
        "iat true": holder.proof(iat=True),
        "iat not a number": holder.proof(iat=float("nan")),
        "iat in milliseconds": holder.proof(iat=int(time.time() * 1000)),
        "iat a minute and more ago": holder.proof(iat=int(time.time()) - 62),
        "iat to come": holder.proof(iat=int(time.time()) + 40),
        "expired": holder.proof(exp=int(time.time()) - 60),
        "not yet valid": holder.proof(nbf=int(time.time()) + 60),
        "exp of no number": holder.proof(exp="soon"),
    }


@pytest.mark.rfc("9449#4.3")
def test_what_is_no_proof_of_this_request_is_refused(world: World, holder: Holder) -> None:
    offenders = {}
    for wrong, proof in _unlike(holder).items():
        answer = app_only(world.http, world.client, proof)
        if error_of(answer) != (400, "invalid_dpop_proof"):
            offenders[wrong] = answer.text
    assert not offenders


@pytest.mark.rfc("9449#4.3")
@pytest.mark.parametrize("lapse", [-45, -10, 10, 28])  # of 60 and 30, with time for a busy machine
def test_clocks_may_differ_a_little(world: World, holder: Holder, lapse: int) -> None:
    proof = holder.proof(iat=int(time.time()) + lapse)
    assert app_only(world.http, world.client, proof).status_code == 200


@pytest.mark.rfc("9449#4.3")
@pytest.mark.parametrize(
    "htu",
    [
        f"{TOKEN}?client_id=x",
        f"{TOKEN}#part",
        f"{TOKEN}/",
        "HTTP://127.0.0.1:8000/oauth/token",
        "http://127.0.0.1:8000/oauth/%74oken",
    ],
)
def test_htu_may_be_written_otherwise(world: World, holder: Holder, htu: str) -> None:
    assert app_only(world.http, world.client, holder.proof(htu)).status_code == 200


@pytest.mark.parametrize("path", ["/oauth/token/", "/v1/token", "/v1/token/"])
def test_the_address_that_was_asked_counts_with_a_slash_or_without(
    world: World, holder: Holder, path: str
) -> None:
    data = {"grant_type": "client_credentials", **world.client.form}
    proof = holder.proof(f"{ISSUER}{path.rstrip('/')}")
    assert world.http.post(path, data=data, headers={"DPoP": proof}).status_code == 200


@pytest.mark.rfc("9449#4.2")
def test_what_else_a_header_names_is_not_looked_at(world: World, holder: Holder) -> None:
    header = {
        "kid": "../../etc/passwd",
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example",
        "x": 1,
    }
    answer = app_only(world.http, world.client, holder.proof(header=header, other="claim"))
    assert make.claims_of(answer.json["access_token"])["cnf"] == {"jkt": holder.jkt}


@pytest.mark.rfc("9449#7.1")
def test_a_bound_token_opens_userinfo_with_a_proof(world: World, holder: Holder) -> None:
    token = bound_tokens(world.client, world.browser, holder)["access_token"]
    for path in ("/oauth/userinfo", "/oauth/me", "/api/greet"):
        told = world.http.get(path, headers=holder.asking(token, ISSUER + path))
        assert told.status_code == 200, told.text
    posted = world.http.post("/oauth/userinfo/", headers=holder.asking(token, method="POST"))
    assert posted.status_code == 200


@pytest.mark.rfc("9449#7.1")
def test_at_resources_a_proof_must_be_for_this_token_and_request(world: World, holder: Holder) -> None:
    token = bound_tokens(world.client, world.browser, holder)["access_token"]
    other = bound_tokens(world.client, world.browser, holder)["access_token"]
    wrong = {
        "no ath": {"ath": None},
        "ath of another token": {"ath": ath_of(other)},
        "ath of no text": {"ath": 7},
        "another address": {"url": f"{ISSUER}/oauth/me"},
        "another method": {"method": "POST"},
    }
    for what, changes in wrong.items():
        answer = world.http.get("/oauth/userinfo", headers=holder.asking(token, **changes))
        assert error_of(answer) == (401, "invalid_dpop_proof"), what
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith('DPoP realm="http://127.0.0.1:8000", algs="ES256 ')
        assert 'error="invalid_dpop_proof"' in challenge
    without = world.http.get("/oauth/userinfo", headers={"Authorization": f"DPoP {token}"})
    assert error_of(without) == (401, "invalid_dpop_proof")


@pytest.mark.rfc("9449#7.1")
@pytest.mark.rfc9700("2.2.1", "4.10.1")
def test_attack_a_stolen_token_is_sent_with_a_proof_of_another_key(world: World, holder: Holder) -> None:
    token = bound_tokens(world.client, world.browser, holder)["access_token"]
    answer = world.http.get("/oauth/userinfo", headers=Holder().asking(token))
    assert error_of(answer) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")


@pytest.mark.rfc("9449#7.2")
def test_attack_a_bound_token_is_sent_as_bearer(world: World, holder: Holder) -> None:
    token = bound_tokens(world.client, world.browser, holder)["access_token"]
    proof = holder.asking(token)["DPoP"]
    for path in ("/oauth/userinfo", "/oauth/me", "/api/greet"):
        for headers in (make.with_token(token), {**make.with_token(token), "DPoP": proof}):
            answer = world.http.get(path, headers=headers)
            assert error_of(answer) == (401, "invalid_token")
    in_body = world.http.post("/oauth/userinfo", data={"access_token": token}, headers={"DPoP": proof})
    assert error_of(in_body) == (401, "invalid_token")


@pytest.mark.rfc("9449#7.1")
def test_attack_a_token_bound_to_no_key_is_sent_with_a_proof(world: World, holder: Holder) -> None:
    answer = world.http.get("/oauth/userinfo", headers=holder.asking(world.tokens["access_token"]))
    assert error_of(answer) == (401, "invalid_token")
    beside = {**make.with_token(world.tokens["access_token"]), "DPoP": "ignored"}
    assert world.http.get("/oauth/userinfo", headers=beside).status_code == 200


@pytest.mark.rfc("9449#7.1")
def test_the_name_of_the_scheme_is_read_in_any_case(world: World, holder: Holder) -> None:
    token = bound_tokens(world.client, world.browser, holder)["access_token"]
    headers = holder.asking(token) | {"Authorization": f"dpop {token}"}
    assert world.http.get("/oauth/userinfo", headers=headers).status_code == 200


@pytest.mark.rfc("9449#11.1")
def test_attack_a_proof_is_used_twice_at_the_token_endpoint(world: World, holder: Holder) -> None:
    proof = holder.proof()
    assert app_only(world.http, world.client, proof).status_code == 200
    assert error_of(app_only(world.http, world.client, proof)) == (400, "invalid_dpop_proof")
    assert app_only(world.http, world.client, holder.proof(jti="one")).status_code == 200
    assert app_only(world.http, world.client, Holder().proof(jti="one")).status_code == 200
    assert app_only(world.http, world.client, holder.proof(jti="one")).status_code == 400


@pytest.mark.rfc("9449#11.1")
@pytest.mark.parametrize("path", ["/oauth/userinfo", "/oauth/me", "/api/greet"])
def test_attack_a_proof_is_used_twice_at_a_resource(world: World, holder: Holder, path: str) -> None:
    token = bound_tokens(world.client, world.browser, holder)["access_token"]
    headers = holder.asking(token, ISSUER + path)
    assert world.http.get(path, headers=headers).status_code == 200
    assert error_of(world.http.get(path, headers=headers)) == (401, "invalid_dpop_proof")


def test_a_proof_of_a_refused_request_is_not_used_up(world: World, holder: Holder) -> None:
    proof = holder.proof()
    wrong = make.App(world.client.id, "pf_secret_wrong")
    assert app_only(world.http, wrong, proof).status_code == 401
    assert app_only(world.http, world.client, proof, scope="unknown").status_code == 400
    assert app_only(world.http, world.client, proof).status_code == 200


@pytest.mark.rfc("9449#5")
@pytest.mark.rfc9700("2.2.2")
@pytest.mark.asvs("10.4.5")
def test_attack_a_stolen_refresh_token_of_a_public_app_is_used_without_its_key(
    world: World, public: make.App, holder: Holder
) -> None:
    token = bound_tokens(public, world.browser, holder)["refresh_token"]
    assert error_of(refresh(world.http, public, token, None)) == (400, "invalid_dpop_proof")
    assert error_of(refresh(world.http, public, token, Holder().proof())) == (400, "invalid_grant")
    answer = refresh(world.http, public, token, holder.proof())
    assert answer.status_code == 200
    assert answer.json["token_type"] == "DPoP"
    # Nor a replaced one, by which somebody could end the family of the person.
    assert refresh(world.http, public, token, None).status_code == 400
    assert refresh(world.http, public, answer.json["refresh_token"], holder.proof()).status_code == 200


@pytest.mark.rfc("9449#5")
def test_a_confidential_app_may_renew_with_another_key_or_none(world: World, holder: Holder) -> None:
    tokens, other = bound_tokens(world.client, world.browser, holder), Holder()
    renewed = refresh(world.http, world.client, tokens["refresh_token"], other.proof()).json
    assert make.claims_of(renewed["access_token"])["cnf"] == {"jkt": other.jkt}
    plain = refresh(world.http, world.client, renewed["refresh_token"], None).json
    assert plain["token_type"] == "Bearer"
    assert "cnf" not in make.claims_of(plain["access_token"])


@pytest.mark.rfc("9449#5")
@pytest.mark.parametrize("repeated", [False, True])
def test_a_public_app_that_begins_to_prove_a_key_is_held_to_it(
    world: World, public: make.App, holder: Holder, repeated: bool
) -> None:
    token = make.tokens_for(public, world.browser)["refresh_token"]
    if repeated:
        assert refresh(world.http, public, token, None).status_code == 200
    successor = refresh(world.http, public, token, holder.proof()).json["refresh_token"]
    assert refresh(world.http, public, successor, None).status_code == 400
    assert refresh(world.http, public, successor, Holder().proof()).status_code == 400
    assert refresh(world.http, public, successor, holder.proof()).status_code == 200


@pytest.mark.rfc("9449#10")
def test_a_code_bound_from_the_start_needs_the_key(world: World, holder: Holder) -> None:
    pkce = make.make_proof()

    def code() -> str:
        return make.authorize(world.client, world.browser, pkce, dpop_jkt=holder.jkt)

    without = redeem(world.http, world.client, code(), pkce, None)
    assert error_of(without) == (400, "invalid_dpop_proof")
    stolen = code()
    assert error_of(redeem(world.http, world.client, stolen, pkce, Holder().proof())) == (
        400,
        "invalid_grant",
    )
    answer = redeem(world.http, world.client, stolen, pkce, holder.proof())
    assert make.claims_of(answer.json["access_token"])["cnf"] == {"jkt": holder.jkt}


@pytest.mark.rfc("9449#10")
@pytest.mark.parametrize("sent", ["x", "x" * 44, "x" * 42 + "=", "ä" * 43])
def test_what_is_no_thumbprint_is_refused(world: World, sent: str) -> None:
    assert make.answer_of(world.ask(dpop_jkt=sent))["error"] == "invalid_request"


def test_an_app_that_requires_dpop_gets_no_tokens_without(world: World, holder: Holder) -> None:
    client = world.make_client(dpop_required=True)
    assert error_of(app_only(world.http, client, None)) == (400, "invalid_dpop_proof")
    assert app_only(world.http, client, holder.proof()).status_code == 200
    pkce = make.make_proof()
    code = make.authorize(client, world.browser, pkce)
    assert error_of(redeem(world.http, client, code, pkce, None)) == (400, "invalid_dpop_proof")
    tokens = redeem(world.http, client, code, pkce, holder.proof()).json
    assert refresh(world.http, client, tokens["refresh_token"], None).status_code == 400
    assert refresh(world.http, client, tokens["refresh_token"], holder.proof()).status_code == 200


@pytest.mark.rfc("9449#6.2")
def test_introspection_tells_the_key(world: World, public: make.App, holder: Holder) -> None:
    tokens = bound_tokens(world.client, world.browser, holder)
    told = make.introspect(world.http, world.client, tokens["access_token"])
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": holder.jkt})
    assert "cnf" not in make.introspect(world.http, world.client, tokens["refresh_token"])
    plain = make.introspect(world.http, world.client, world.tokens["access_token"])
    assert (plain["token_type"], "cnf" in plain) == ("Bearer", False)


def test_the_password_grant_binds_too(world: World, holder: Holder) -> None:
    client = world.make_client(grant_types=("password", "refresh_token"), redirect_uris=[])
    data = {
        "grant_type": "password",
        "username": world.person.username,
        "password": make.PASSWORD,
        **client.form,
    }
    proof = holder.proof()
    answer = world.http.post("/oauth/token", data=data, headers={"DPoP": proof})
    assert answer.json["token_type"] == "DPoP"
    again = world.http.post("/oauth/token", data=data, headers={"DPoP": proof})
    assert error_of(again) == (400, "invalid_dpop_proof")


def test_services_of_the_house_get_bound_tokens_and_verify_them(world: World, holder: Holder) -> None:
    proof = holder.proof(f"{ISSUER}/api/authorize")
    asked = {"json": world.client.form, "headers": {"DPoP": proof}}
    token = world.http.post("/api/authorize", **asked).json["token"]
    assert world.http.post("/api/authorize", **asked).status_code == 401
    for scheme in ("", "Bearer ", "DPoP "):
        told = world.http.post("/api/verify", headers={"Authorization": scheme + token}).json
        assert (told["success"], told["cnf"]) == (True, {"jkt": holder.jkt})
    with world.app.app_context():
        assert check_token({"jwt": token})["cnf"] == {"jkt": holder.jkt}


def test_encrypted_tokens_are_bound_too(app_with: Any, holder: Holder) -> None:
    app: Flask = app_with(SHOULD_ENCRYPT_TOKENS="true", JWE_ENCRYPTION_KEY="A" * 43)
    world = World(app)
    token = bound_tokens(world.client, world.browser, holder)["access_token"]
    assert token.count(".") == 4
    assert world.userinfo(token).status_code == 401
    assert world.http.get("/oauth/userinfo", headers=holder.asking(token)).status_code == 200
