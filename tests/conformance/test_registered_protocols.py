"""What an app that registers itself says of keys, logout, pushed requests and proofs, each at work."""

import json

import pytest
from joserfc.jwk import ECKey

from tests import factories as make
from tests.oauth.by_assertion import make_assertion
from tests.oauth.holders import Holder, redeem
from tests.oauth.logouts import Stage
from tests.oauth.registrations import ask, register
from tests.support.apps import MakeApp
from tests.support.logout_receivers import LogoutReceiver
from tests.support.raw_servers import json_answer, raw_server

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SIGNED = {"token_endpoint_auth_method": "private_key_jwt"}


@pytest.mark.module("oidcc-registration-jwks-uri")
@pytest.mark.oidc("registration#2")
def test_an_app_registers_where_it_publishes_its_keys_and_signs_with_one(app_with: MakeApp) -> None:
    key = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
    published = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    with raw_server(json_answer(published)) as server:
        app = app_with(DYNAMIC_REGISTRATION="open", FETCH_ALLOW=server.place)
        registered = register(app.test_client(), **SIGNED, jwks_uri=server.url)
        assert registered.answer["jwks_uri"] == server.url
        client, pkce = registered.app, make.make_proof()
        code = make.authorize(client, make.browser_of(app, make.make_user(app, "anna")), pkce)
        answer = registered.http.post(
            "/oauth/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": client.callback,
                "code_verifier": pkce.verifier,
                "client_assertion_type": ASSERTION,
                "client_assertion": make_assertion(client, key),
            },
        )
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("jwks_uri", "http://app.example.org/keys"),
        ("jwks_uri", "https://169.254.169.254/latest"),
        ("jwks_uri", 7),
        ("backchannel_logout_uri", "http://app.example.org/out"),
        ("backchannel_logout_uri", "https://10.0.0.7/out"),
        ("backchannel_logout_uri", ["https://app.example.org/out"]),
        ("require_pushed_authorization_requests", "true"),
        ("dpop_bound_access_tokens", 1),
    ],
)
def test_what_will_not_do_is_refused_by_the_name_of_the_member(
    app_with: MakeApp, member: str, value: object
) -> None:
    http = app_with(DYNAMIC_REGISTRATION="open").test_client()
    answer = ask(http, **(SIGNED if member == "jwks_uri" else {}), **{member: value})
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_client_metadata")
    assert member in (answer.json or {})["error_description"]


@pytest.mark.rfc("9126#6")
@pytest.mark.rfc("9449#5.2")
def test_an_app_binds_itself_to_pushed_requests_and_proofs(app_with: MakeApp) -> None:
    app = app_with(DYNAMIC_REGISTRATION="open")
    strict = {"require_pushed_authorization_requests": True, "dpop_bound_access_tokens": True}
    registered = register(app.test_client(), **strict)
    assert {name: registered.answer[name] for name in strict} == strict
    assert strict.items() <= (registered.read().json or {}).items()
    browser, client, pkce = (
        make.browser_of(app, make.make_user(app, "anna")),
        registered.app,
        make.make_proof(),
    )
    assert make.answer_of(make.ask(browser, client, pkce))["error"] == "invalid_request"
    page = browser.get("/oauth/authorize", query_string=make.pushed(client, registered.http, pkce))
    code = make.answer_of(make.decide(browser, page))["code"]
    refused = redeem(registered.http, client, code, pkce, None)
    assert (refused.status_code, (refused.json or {})["error"]) == (400, "invalid_dpop_proof")
    answer = redeem(registered.http, client, code, pkce, Holder().proof())
    assert (answer.json or {})["token_type"] == "DPoP", answer.text


@pytest.mark.oidc("backchannel#2.2")
def test_an_app_registers_where_it_hears_of_sign_outs(
    app_with: MakeApp, logout_receiver: LogoutReceiver
) -> None:
    app = app_with(DYNAMIC_REGISTRATION="open", FETCH_ALLOW=logout_receiver.place)
    uri = logout_receiver.url("/registered")
    registered = register(app.test_client(), backchannel_logout_uri=uri)
    assert registered.answer["backchannel_logout_uri"] == uri
    stage = Stage(app, logout_receiver)
    browser = stage.browser_at(registered.app)
    browser.post("/logout", data={"csrf_token": make.csrf_token(browser.get("/account"))})
    stage.deliver()
    assert [told["sid"] for told in stage.told("/registered")] == stage.sids
