"""Pushed authorization requests, RFC 9126: a test for each module of the FAPI 2.0 plan that is about them.

The first line of a test's docstring is the module; those about signed request objects are not offered here.
"""

import time
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.by_assertion import TYPE, make_assertion, make_signer
from tests.oauth.world import World, later

ISSUER = "http://127.0.0.1:8000"


def open_(world: World, query: dict[str, str]) -> TestResponse:
    return world.browser.get("/oauth/authorize", query_string=query)


def push_signed(world: World, client: make.App, **claims: Any) -> TestResponse:
    proof = {"client_assertion": make_assertion(client, **claims), "client_assertion_type": TYPE}
    return world.http.post("/oauth/par", data=make.request_of(client) | proof)


def refusal(response: TestResponse) -> str:
    """The error in JSON."""
    assert response.mimetype == "application/json", response.text
    return f"{response.status_code} {(response.json or {})['error']}"


def page_of(response: TestResponse) -> str:
    """A page of ours that leads nowhere."""
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "Location" not in response.headers
    return response.text


@pytest.mark.rfc("9126#section-2.2")
def test_client_id_and_request_uri_alone_lead_to_a_code(world: World) -> None:
    """fapi2-security-profile-final-par-without-duplicate-parameters"""
    proof = make.make_proof()
    response = make.push(world.http, world.client, proof)
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    told = response.json or {}
    assert set(told) == {"request_uri", "expires_in"}
    assert told["expires_in"] == 60
    assert told["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    page = open_(world, {"client_id": world.client.id, "request_uri": told["request_uri"]})
    answer = make.answer_of(make.decide(world.browser, page))
    assert answer["state"] == "st-1234567"
    assert answer["iss"] == ISSUER
    tokens = make.redeem(world.http, world.client, answer["code"], proof)
    assert tokens.status_code == 200, tokens.text
    assert make.claims_of(tokens.json["id_token"])["nonce"] == "no-1234567"


@pytest.mark.rfc("9126#section-2.3")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(world: World, method: str) -> None:
    """fapi2-security-profile-final-par-attempt-invalid-http-method"""
    answer = world.http.open("/oauth/par", method=method, query_string=make.request_of(world.client))
    assert refusal(answer) == "405 invalid_request"
    assert "POST" in answer.headers["Allow"]


@pytest.mark.rfc("9126#section-2.1")
def test_a_request_uri_among_the_fields_is_refused(world: World) -> None:
    """fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param"""
    query = make.pushed(world.client, world.http)
    for uri in (query["request_uri"], "https://app.example.org/request", "urn:x"):
        assert refusal(make.push(world.http, world.client, request_uri=uri)) == "400 invalid_request"


@pytest.mark.rfc("9126#section-3")
def test_request_objects_are_refused_whatever_they_hold(world: World) -> None:
    """fapi2-security-profile-final-par-authorization-request-containing-request_uri"""
    answer = make.push(world.http, world.client, request="eyJhbGciOiJub25lIn0.eyJyZXF1ZXN0X3VyaSI6IngifQ.")
    assert refusal(answer) == "400 request_not_supported"


@pytest.mark.rfc("9126#section-4")
def test_a_request_uri_is_bound_to_the_client_that_pushed_it(world: World) -> None:
    """fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client"""
    query = make.pushed(world.client, world.http)
    page_of(open_(world, query | {"client_id": world.other.id}))
    assert open_(world, query).status_code == 200  # and the attempt has used nothing up


@pytest.mark.rfc("9126#section-7.3")
def test_a_request_uri_has_one_answer(world: World) -> None:
    """fapi2-security-profile-final-par-attempt-reuse-request_uri"""
    query = make.pushed(world.client, world.http)
    assert "code" in make.answer_of(make.decide(world.browser, open_(world, query)))
    assert "already" in page_of(open_(world, query))


@pytest.mark.rfc("9126#section-2.2")
def test_a_request_uri_that_was_not_opened_in_its_time_is_refused(world: World) -> None:
    """fapi2-security-profile-final-par-attempt-to-use-expired-request_uri"""
    query = make.pushed(world.client, world.http)
    with later(seconds=59):
        other = make.pushed(world.client, world.http)
    with later(seconds=61):
        assert "too long" in page_of(open_(world, query))
        assert open_(world, other).status_code == 200


@pytest.mark.rfc("9126#section-4")
def test_before_its_answer_the_same_browser_opens_it_as_often_as_it_likes(world: World) -> None:
    """fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds"""
    query = make.pushed(world.client, world.http)
    pages = [open_(world, query) for _time in range(3)]
    assert [page.status_code for page in pages] == [200] * 3
    with later(minutes=29):
        assert "code" in make.answer_of(make.decide(world.browser, pages[1]))


@pytest.mark.rfc("9126#section-4")
def test_once_opened_it_lives_for_half_an_hour(world: World) -> None:
    query = make.pushed(world.client, world.http)
    page = open_(world, query)
    with later(minutes=31):
        page_of(open_(world, query))
        page_of(make.decide(world.browser, page))


@pytest.mark.rfc("9126#section-5")
def test_what_is_required_to_be_pushed_counts_no_other_way(world: World) -> None:
    """fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails"""
    client = world.make_client(par_required=True)
    answer = make.answer_of(world.ask(client))
    assert (answer["error"], answer["state"]) == ("invalid_request", "st-1234567")
    assert open_(world, make.pushed(client, world.http)).status_code == 200


@pytest.mark.rfc("7636#section-4.4.1")
def test_pkce_is_asked_for_when_it_is_pushed(world: World) -> None:
    """fapi2-security-profile-final-par-ensure-pkce-required"""
    client = world.make_client(pkce_required=True)
    assert refusal(make.push(world.http, client)) == "400 invalid_request"


@pytest.mark.rfc("7636#section-4.2")
def test_plain_challenges_are_refused_when_they_are_pushed(world: World) -> None:
    """fapi2-security-profile-final-par-plain-pkce-rejected"""
    for method in ("plain", None):
        answer = make.push(world.http, world.client, code_challenge="c" * 43, code_challenge_method=method)
        assert refusal(answer) == "400 invalid_request"


@pytest.mark.rfc("7636#section-4.6")
@pytest.mark.parametrize("verifier", [None, "w" * 43])
def test_the_pushed_challenge_asks_for_its_verifier(world: World, verifier: str | None) -> None:
    """fapi2-security-profile-final-ensure-pkce-code-verifier-required, -incorrect-pkce-code-verifier-rejected"""
    page = open_(world, make.pushed(world.client, world.http, make.make_proof()))
    code = make.answer_of(make.decide(world.browser, page))["code"]
    refused = make.redeem(world.http, world.client, code, code_verifier=verifier)
    assert refused.status_code == 400


@pytest.mark.rfc("9126#section-2")
@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/oauth/token", f"{ISSUER}/oauth/par"])
def test_assertions_may_be_for_the_issuer_the_token_endpoint_or_this_one(world: World, audience: str) -> None:
    """fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails, -token-endpoint-url-as-audience-fails

    RFC 9126 has the server accept all three; the profile's narrower rule is for a plan that we do not claim.
    """
    assert push_signed(world, make_signer(world), aud=audience).status_code == 201


@pytest.mark.rfc("7523#section-3")
def test_an_assertion_for_others_too_proves_nothing(world: World) -> None:
    """fapi2-security-profile-final-par-test-array-as-audience-fails"""
    audiences = [ISSUER, "https://elsewhere.example"]
    assert refusal(push_signed(world, make_signer(world), aud=audiences)) == "401 invalid_client"


@pytest.mark.rfc("7523#section-3")
def test_an_assertion_of_a_clock_that_is_eight_seconds_ahead_is_accepted(world: World) -> None:
    """fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted"""
    soon = int(time.time()) + 8
    assert push_signed(world, make_signer(world), nbf=soon, iat=soon).status_code == 201


@pytest.mark.rfc("7523#section-3")
def test_an_assertion_of_a_clock_that_is_minutes_ahead_is_refused(world: World) -> None:
    """fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails"""
    later_on = int(time.time()) + 65
    answer = push_signed(world, make_signer(world), nbf=later_on, iat=later_on)
    assert refusal(answer) == "401 invalid_client"


@pytest.mark.rfc("9126#section-2.1")
@pytest.mark.asvs("10.4.10")
def test_the_client_proves_itself_as_at_the_token_endpoint(world: World) -> None:
    request = make.request_of(world.client)
    by_header = world.http.post("/oauth/par", data=request, auth=world.client.auth)
    assert by_header.status_code == 201
    nameless = make.request_of(world.client, client_id=None)
    assert world.http.post("/oauth/par", data=nameless, auth=world.client.auth).status_code == 201
    assert refusal(world.http.post("/oauth/par", data=request)) == "401 invalid_client"
    wrong = request | {"client_secret": "wrong"}
    assert refusal(world.http.post("/oauth/par", data=wrong)) == "401 invalid_client"
    public = world.make_client(client_type="public")
    assert make.push(world.http, public, make.make_proof()).status_code == 201


@pytest.mark.rfc("9126#section-2.3")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": f"{make.CALLBACK}/other"}, "invalid_request"),
        ({"scope": "openid nothing"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"id_token_hint": "eyJhbGciOiJub25lIn0.e30."}, "invalid_request"),
        ({"nonce": "a\0b"}, "invalid_request"),
        ({"state": "s" * 9000}, "invalid_request"),
    ],
)
def test_what_could_not_be_answered_is_refused_at_once(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    answer = make.push(world.http, world.client, **changes)
    assert refusal(answer) == f"400 {error}"
    assert (answer.json or {})["error_uri"].startswith(f"{ISSUER}/failures/")


@pytest.mark.rfc("9126#section-2.3")
def test_a_grant_that_is_not_switched_on_is_told_at_once(world: World) -> None:
    client = world.make_client(grant_types=("client_credentials",))
    assert refusal(make.push(world.http, client)) == "400 unauthorized_client"


@pytest.mark.rfc("9126#section-2.3")
def test_too_much_is_413(world: World) -> None:
    fields = {f"app_{number}": "x" * 7000 for number in range(5)}
    answer = world.http.post("/oauth/par", data=make.request_of(world.client) | world.client.form | fields)
    assert refusal(answer) == "413 invalid_request"


@pytest.mark.rfc("9126#section-2.3")
def test_a_body_that_is_no_form_is_refused(world: World) -> None:
    answer = world.http.post("/oauth/par", json=make.request_of(world.client), auth=world.client.auth)
    assert refusal(answer) == "400 invalid_request"


@pytest.mark.rfc("9126#section-5")
def test_discovery_names_the_endpoint_and_keeps_foreign_request_uris_out(world: World) -> None:
    document = world.http.get("/.well-known/openid-configuration").json or {}
    assert document["pushed_authorization_request_endpoint"] == f"{ISSUER}/oauth/par"
    assert document["request_uri_parameter_supported"] is False
    assert "require_pushed_authorization_requests" not in document
