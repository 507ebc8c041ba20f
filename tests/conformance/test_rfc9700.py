"""Attacks of RFC 9700 that no other test of ours names."""

from typing import Any

import pytest

from tests import factories as make
from tests.flows.test_prompts import sign_in
from tests.oauth.world import World


@pytest.mark.rfc9700("2.1.1", "4.5")
def test_attack_a_stolen_code_is_injected_into_the_attackers_own_session_with_the_app(world: World) -> None:
    victims, attackers = make.make_proof(), make.make_proof()
    stolen = make.authorize(world.client, world.browser, victims, nonce="of-the-victim")
    # The app sends what it keeps in the session that the code came to: the attacker's.
    refused = make.redeem(world.http, world.client, stolen, attackers)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    # Without PKCE it is the nonce that the app must compare: the ID token has the victim's.
    code = make.authorize(world.client, world.browser, nonce="of-the-victim")
    assert (
        make.claims_of(make.redeem(world.http, world.client, code).json["id_token"])["nonce"]
        == "of-the-victim"
    )


@pytest.mark.rfc9700("4.6")
def test_attack_an_injected_access_token_does_not_fit_the_id_token(world: World) -> None:
    one, other = (make.tokens_for(world.client, world.browser) for _each in range(2))
    hashes = [make.claims_of(tokens["id_token"])["at_hash"] for tokens in (one, other)]
    assert hashes[0] != hashes[1]


@pytest.mark.rfc9700("4.12")
def test_attack_no_form_with_credentials_is_sent_on_to_an_app(world: World) -> None:
    """Status 307 and 308 would let the browser post the password, or the consent, to whoever is asked next."""
    assert world.person.username == "person"
    visitor = world.app.test_client()
    signed_in = sign_in(visitor, make.ask(visitor, world.client).headers["Location"], "person")
    assert signed_in.status_code in (302, 303)
    decided = make.decide(visitor, visitor.get(signed_in.headers["Location"]))
    assert decided.status_code in (302, 303)
    posted = visitor.post("/oauth/authorize", data=make.request_of(world.client))
    assert posted.status_code == 303
    assert "code=" in posted.headers["Location"]


@pytest.mark.rfc9700("4.15")
def test_attack_a_client_passes_for_a_person(world: World) -> None:
    """Its ``sub`` is its client ID: our own resources tell by the token, not by the name, that it is nobody."""
    token = world.app_only().json["access_token"]
    claims = make.claims_of(token)
    assert claims["sub"] == claims["client_id"] == world.client.id
    assert "auth_time" not in claims
    for path in ("/oauth/userinfo", "/oauth/me"):
        assert world.http.get(path, headers=make.with_token(token)).status_code == 401


@pytest.mark.rfc9700("2.3", "4.9", "4.10")
def test_attack_a_token_that_leaked_at_another_api_opens_nothing_here(world: World) -> None:
    make.make_scope(world.app, "reports.read", "https://api.example")
    client = world.make_client(scopes=("openid", "profile", "reports.read"))
    token = make.tokens_for(client, world.browser, scope="reports.read")["access_token"]
    assert make.claims_of(token)["aud"] == "https://api.example"
    for path in ("/oauth/userinfo", "/oauth/me"):
        assert world.http.get(path, headers=make.with_token(token)).status_code in (401, 403)


@pytest.mark.rfc9700("2.1.2")
@pytest.mark.asvs("10.6.1")
@pytest.mark.parametrize(
    "kind", ["token", "id_token", "code token", "code id_token", "id_token token", "none"]
)
def test_no_authorization_answer_carries_a_token(world: World, kind: str) -> None:
    answer: dict[str, Any] = make.answer_of(world.ask(response_type=kind))
    assert answer["error"] == "unsupported_response_type"
    assert world.http.get("/.well-known/openid-configuration").json["response_types_supported"] == ["code"]
