"""What the modules of the OpenID Foundation's Basic plan ask for, where no other test of ours does."""

import json
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests import factories as make
from tests.flows.test_prompts import sign_in
from tests.oauth.world import World, later

PROFILE = {"name", "given_name", "family_name", "preferred_username", "locale", "updated_at"}
EMAIL = {"email", "email_verified"}
PHONE = {"phone_number", "phone_number_verified"}


@pytest.fixture
def known(world: World) -> World:
    """The same world, whose person has filled in everything."""
    fields = {"given_name": "Petra", "family_name": "Neu", "locale": "de", "mobile": "+4915112345678"}
    for name, value in fields.items():
        world.person_does(lambda person, name=name, value=value: setattr(person, name, value))
    return world


@pytest.mark.module("oidcc-server", "oidcc-server-client-secret-post", "oidcc-userinfo-get")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_with_a_secret_signs_somebody_in(world: World, method: str) -> None:
    client = world.make_client(auth_method=method)
    fields = {"grant_type": "authorization_code", "redirect_uri": client.callback}
    fields |= {"code": make.authorize(client, world.browser, nonce="n-0S6_WzA2Mj")}
    is_basic = method == "client_secret_basic"
    answer = world.http.post(
        "/oauth/token",
        data=fields if is_basic else fields | client.form,
        auth=client.auth if is_basic else None,
    )
    assert answer.json["token_type"] == "Bearer"
    claims = make.claims_of(answer.json["id_token"])
    assert (claims["aud"], claims["nonce"]) == (client.id, "n-0S6_WzA2Mj")
    assert world.userinfo(answer.json["access_token"]).json["sub"] == claims["sub"]


@pytest.mark.module("oidcc-alternate-happy-flow")
@pytest.mark.rfc("6749#section-3.3")
def test_neither_the_order_of_parameters_nor_that_of_scopes_matters(world: World) -> None:
    asked = make.request_of(world.client, scope="email openid")
    page = world.browser.get("/oauth/authorize", query_string=dict(reversed(asked.items())))
    code = make.answer_of(make.decide(world.browser, page))["code"]
    tokens = make.redeem(world.http, world.client, code).json
    assert set(world.userinfo(tokens["access_token"]).json) == {"sub"} | EMAIL


@pytest.mark.module("oidcc-scope-profile", "oidcc-scope-email", "oidcc-scope-phone", "oidcc-scope-all")
@pytest.mark.oidc("core#5.4")
@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid profile", PROFILE),
        ("openid email", EMAIL),
        ("openid phone", PHONE),
        ("openid profile email phone", PROFILE | EMAIL | PHONE),
    ],
)
def test_each_scope_tells_all_its_claims(known: World, scope: str, names: set[str]) -> None:
    tokens = make.tokens_for(known.client, known.browser, scope=scope)
    told = known.userinfo(tokens["access_token"]).json
    assert set(told) == {"sub"} | names
    in_id_token = make.claims_of(tokens["id_token"])
    assert {name: in_id_token[name] for name in told} == told


@pytest.mark.module("oidcc-scope-address")
def test_no_postal_address_is_kept_so_the_scope_is_neither_listed_nor_granted(world: World) -> None:
    document = world.http.get("/.well-known/openid-configuration").json
    assert "address" not in {*document["scopes_supported"], *document["claims_supported"]}
    assert make.answer_of(world.ask(scope="openid address"))["error"] == "invalid_scope"


@pytest.mark.module("oidcc-userinfo-post-header", "oidcc-userinfo-post-body")
@pytest.mark.oidc("core#5.3.1")
def test_userinfo_takes_a_post_with_the_token_in_its_header_or_its_body(world: World) -> None:
    token = world.tokens["access_token"]
    expected = world.userinfo(token).json
    assert world.http.post("/oauth/userinfo", headers=make.with_token(token)).json == expected
    assert world.http.post("/oauth/userinfo", data={"access_token": token}).json == expected


@pytest.mark.module("oidcc-codereuse-30seconds")
def test_a_code_that_comes_again_after_half_a_minute_ends_the_tokens_of_the_first_use(world: World) -> None:
    tokens = make.redeem(world.http, world.client, world.code).json
    with later(seconds=35):
        refused = make.redeem(world.http, world.client, world.code)
        assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
        assert world.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.module("oidcc-redirect-uri-query-mismatch", "oidcc-redirect-uri-query-OK")
@pytest.mark.parametrize("query", ["?tenant=8", "?tenant=7&x=1", "?Tenant=7", ""])
def test_the_query_of_a_redirect_uri_is_compared_like_the_rest(world: World, query: str) -> None:
    client = world.make_client(redirect_uris=["https://app.example.org/cb?tenant=7"])
    refused = world.ask(client, redirect_uri=f"https://app.example.org/cb{query}")
    assert refused.status_code == 400
    assert "Location" not in refused.headers
    answer = make.answer_of(make.decide(world.browser, world.ask(client)))
    assert answer["tenant"] == "7"
    assert "code" in answer


@pytest.mark.asvs("10.4.3")
def test_a_code_lives_a_minute(world: World) -> None:
    code = make.authorize(world.client, world.browser)
    with later(seconds=61):
        assert make.redeem(world.http, world.client, code).json["error"] == "invalid_grant"
    with later(seconds=50):
        assert make.redeem(world.http, world.client, code).status_code == 200


@pytest.mark.module("oidcc-display-page", "oidcc-display-popup")
@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.parametrize("display", ["page", "popup"])
def test_display_is_accepted_from_the_sign_in_to_the_answer(world: World, display: str) -> None:
    assert world.person.username == "person"
    visitor = world.app.test_client()
    url = make.ask(visitor, world.client, display=display).headers["Location"]
    assert urlsplit(url).path == "/login"
    onward = sign_in(visitor, url, "person").headers["Location"]
    assert "code" in make.answer_of(make.decide(visitor, visitor.get(onward)))


@pytest.mark.module("oidcc-ensure-request-with-acr-values-succeeds")
@pytest.mark.oidc("core#5.5.1.1")
def test_acr_values_that_mean_nothing_here_change_nothing(world: World) -> None:
    tokens = make.tokens_for(world.client, world.browser, acr_values="1 2")
    assert make.claims_of(tokens["id_token"])["acr"] == "1"


@pytest.mark.module("oidcc-prompt-none-not-logged-in")
@pytest.mark.oidc("core#3.1.2.6")
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_silent_request_while_nobody_is_signed_in_is_told_login_required(app: Flask, mode: str) -> None:
    client = make.make_client(app)
    response = make.ask(app.test_client(), client, prompt="none", response_mode=mode)
    if mode == "query":
        assert make.answer_of(response)["error"] == "login_required"
    else:
        assert 'name="error" value="login_required"' in response.text


# Form Post repeats the Basic plan with response_mode=form_post: these are the ways in which an answer can come.


@pytest.mark.module("oidcc-formpost-basic-certification-test-plan")
@pytest.mark.parametrize(
    ("changes", "member", "value"),
    [
        ({}, "code", None),
        ({"claims": json.dumps({"userinfo": {"name": {"essential": True}}})}, "code", None),
        ({"prompt": "none", "scope": "openid phone"}, "error", "consent_required"),
        ({"response_type": None}, "error", "invalid_request"),
        ({"request": "x"}, "error", "request_not_supported"),
        ({"request_uri": "https://x.example"}, "error", "request_uri_not_supported"),
        ({"scope": "openid address"}, "error", "invalid_scope"),
    ],
)
def test_an_answer_by_form_post_is_a_form_that_the_browser_sends_to_the_app(
    world: World, changes: dict[str, str | None], member: str, value: str | None
) -> None:
    response = world.ask(response_mode="form_post", **changes)
    if "/oauth/consent" in response.text:
        response = make.decide(world.browser, response)
    assert response.status_code == 200
    assert f'method="post" action="{make.CALLBACK}" data-submit-at-once' in response.text
    assert f'name="{member}" value="{value or "pf_code_"}' in response.text
    assert 'name="state" value="st-1234567"' in response.text
    assert 'name="iss" value="http://127.0.0.1:8000"' in response.text
    assert "no-store" in response.headers["Cache-Control"]
