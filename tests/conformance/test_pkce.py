"""Proof Key for Code Exchange, and native apps."""

import pytest

from tests import factories as make
from tests.oauth.world import World


@pytest.mark.module("oidcc-ensure-request-with-valid-pkce-succeeds")
@pytest.mark.rfc("7636#appendix-B")
def test_the_example_of_the_specification_works(world: World) -> None:
    proof = make.Proof(
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )
    code = make.authorize(world.client, world.browser, proof)
    assert make.redeem(world.http, world.client, code, proof).status_code == 200


@pytest.mark.rfc("7636#section-4.1")
@pytest.mark.parametrize("length", [43, 128])
def test_verifiers_of_every_allowed_length_work(world: World, length: int) -> None:
    import base64
    import hashlib

    verifier = ("aZ09-._~" * 16)[:length]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    proof = make.Proof(verifier, challenge)
    code = make.authorize(world.client, world.browser, proof)
    assert make.redeem(world.http, world.client, code, proof).status_code == 200


@pytest.mark.asvs("10.4.6")
@pytest.mark.rfc("7636#section-4.1")
@pytest.mark.parametrize(
    "verifier", ["a" * 42, "a" * 129, "a" * 42 + "=", "a" * 42 + " ", "ä" * 43, "a" * 42 + "/"]
)
def test_malformed_verifiers_are_refused_and_consume_nothing(world: World, verifier: str) -> None:
    proof = make.make_proof()
    code = make.authorize(world.client, world.browser, proof)
    refused = make.redeem(world.http, world.client, code, code_verifier=verifier)
    assert refused.json["error"] == "invalid_request"
    assert make.redeem(world.http, world.client, code, proof).status_code == 200


@pytest.mark.asvs("10.4.6")
@pytest.mark.any_database
@pytest.mark.rfc("7636#section-4.3")
@pytest.mark.parametrize(
    ("challenge", "method"),
    [("a" * 43, "plain"), ("a" * 43, None), ("a" * 43, "s256"), ("a" * 42, "S256"), ("a" * 43 + "=", "S256"),
     ("a" * 42 + "+", "S256"), (None, "S256")],
)  # fmt: skip
def test_only_s256_challenges_of_the_right_form_are_accepted(
    world: World, challenge: str | None, method: str | None
) -> None:
    answer = make.answer_of(world.ask(code_challenge=challenge, code_challenge_method=method))
    assert answer["error"] == "invalid_request"


@pytest.mark.asvs("10.4.6")
@pytest.mark.rfc("9700#section-2.1.1")
def test_public_clients_must_use_pkce(world: World) -> None:
    public = world.make_client(client_type="public")
    assert make.answer_of(world.ask(public))["error"] == "invalid_request"


@pytest.mark.rfc("9700#section-4.8.2")
def test_leaving_the_challenge_out_of_somebody_s_request_gains_nothing(world: World) -> None:
    code = make.authorize(world.client, world.browser)
    refused = make.redeem(world.http, world.client, code, make.make_proof())
    assert refused.json["error"] == "invalid_grant"


@pytest.mark.rfc("8252#section-8.5")
def test_a_public_client_redeems_with_its_id_and_the_verifier_alone(world: World) -> None:
    public = world.make_client(client_type="public", redirect_uris=["com.example.app:/cb"])
    proof = make.make_proof()
    code = make.authorize(public, world.browser, proof)
    tokens = make.redeem(world.http, public, code, proof).json
    assert make.refresh(world.http, public, tokens["refresh_token"]).status_code == 200


@pytest.mark.any_database
@pytest.mark.rfc("8252#section-7.3")
@pytest.mark.parametrize(
    ("registered", "sent", "allowed"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", True),
        ("http://127.0.0.1:3000/cb", "http://127.0.0.1:51004/cb", True),
        ("http://[::1]/cb", "http://[::1]:51004/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.2:51004/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", False),
    ],
)
def test_loopback_ports_are_ignored_and_nothing_else(
    world: World, registered: str, sent: str, allowed: bool
) -> None:
    public = world.make_client(client_type="public", redirect_uris=[registered])
    page = make.ask(world.browser, public, make.make_proof(), redirect_uri=sent)
    assert (page.status_code == 200) is allowed


@pytest.mark.rfc("8252#section-7.1")
def test_private_schemes_get_their_answer(world: World) -> None:
    public = world.make_client(client_type="public", redirect_uris=["com.example.app:/cb"])
    page = make.ask(world.browser, public, make.make_proof())
    assert page.headers["Content-Security-Policy"].endswith("form-action 'self' com.example.app:")
    assert make.decide(world.browser, page).headers["Location"].startswith("com.example.app:/cb?code=")
