"""The OAuth 2.0 Authorization Framework."""

import base64
from urllib.parse import quote, urlsplit

import pytest

from tests import factories as make
from tests.oauth.world import World

ISSUER = "http://127.0.0.1:8000"


@pytest.mark.rfc("6749#section-5.1")
def test_a_token_answer_is_json_that_nobody_stores(world: World) -> None:
    response = world.app_only()
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    assert response.json["token_type"] == "Bearer"
    assert response.json["expires_in"] == 3600
    assert isinstance(response.json["expires_in"], int)


@pytest.mark.rfc("6749#section-5.2")
def test_an_error_answer_is_json_that_nobody_stores(world: World) -> None:
    response = world.app_only(client_secret="wrong")
    assert (response.status_code, response.mimetype) == (401, "application/json")
    assert response.headers["Cache-Control"] == "no-store"
    assert set(response.json) == {"error", "error_description", "error_uri"}


@pytest.mark.rfc("6749#section-5.2")
def test_a_client_refused_by_its_basic_header_is_challenged(world: World) -> None:
    fields = {"grant_type": "client_credentials"}
    refused = world.http.post("/oauth/token", data=fields, auth=(world.client.id, "wrong"))
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('Basic realm="')
    assert "WWW-Authenticate" not in world.app_only(client_secret="wrong").headers


@pytest.mark.rfc("6749#section-2.3.1")
@pytest.mark.parametrize("encode", [quote, str])
def test_basic_credentials_are_form_decoded(world: World, encode: object) -> None:
    client_id, secret = world.client.id, world.client.secret or ""
    encoded = "".join(f"%{ord(letter):02X}" for letter in secret) if encode is quote else secret
    header = base64.b64encode(f"{client_id}:{encoded}".encode()).decode()
    answer = world.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"basic {header}"},
    )
    assert answer.status_code == 200


@pytest.mark.rfc9700("4.3")
@pytest.mark.rfc("6749#section-2.3.1")
def test_credentials_in_the_address_do_not_count(world: World) -> None:
    query = {**world.client.form, "grant_type": "client_credentials"}
    assert world.http.post("/oauth/token", query_string=query).status_code in (400, 401)
    halves = world.http.post(
        "/oauth/token", query_string=world.client.form, data={"grant_type": "client_credentials"}
    )
    assert halves.status_code in (400, 401)


@pytest.mark.any_database
@pytest.mark.rfc("6749#section-3.2")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/oauth/token", "/v1/token", "/oauth/revoke", "/oauth/introspect"])
def test_the_token_endpoint_answers_post_only(world: World, method: str, path: str) -> None:
    refused = world.http.open(path, method=method)
    assert refused.status_code == 405
    assert "POST" in refused.headers["Allow"]
    assert refused.json["error"] == "invalid_request"


@pytest.mark.any_database
@pytest.mark.rfc("6749#section-5.2")
@pytest.mark.parametrize("path", ["/oauth/token", "/v1/token", "/oauth/introspect", "/oauth/revoke"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Negotiate x"}])
@pytest.mark.parametrize("fields", [{}, {"client_id": ""}, {"client_secret": "x"}])
def test_a_request_that_names_no_client_is_asked_for_basic_credentials(
    world: World, path: str, headers: dict[str, str], fields: dict[str, str]
) -> None:
    sent = {"grant_type": "client_credentials", "token": "x", **fields}
    refused = world.http.post(path, data=sent, headers=headers)
    assert refused.status_code == 401
    assert refused.json["error"] == "invalid_client"
    assert refused.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.rfc("6749#section-5.2")
def test_the_short_form_names_a_client_too(world: World) -> None:
    refused = world.http.post("/api/authorize", data={"client_secret": "x"})
    assert refused.status_code == 401
    assert refused.json == {"success": False}
    assert refused.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.module("oidcc-ensure-request-with-unknown-parameter-succeeds")
@pytest.mark.rfc("6749#section-3.1")
def test_unknown_parameters_are_ignored_and_empty_ones_count_as_left_out(world: World) -> None:
    answer = make.answer_of(make.decide(world.browser, world.ask(utm_source="mail", prompt="", max_age="")))
    assert "code" in answer
    assert world.app_only(scope="", audience="x").status_code == 200


@pytest.mark.rfc("6749#section-3.1")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_what_decides_where_an_answer_goes_must_not_be_repeated(world: World, name: str) -> None:
    parameters = [*make.request_of(world.client).items(), (name, "https://evil.example/cb")]
    refused = world.browser.get("/oauth/authorize", query_string=parameters)
    assert refused.status_code == 400
    assert "Location" not in refused.headers


@pytest.mark.rfc("6749#section-3.1")
@pytest.mark.parametrize("name", ["state", "scope", "response_type", "nonce", "prompt", "code_challenge"])
def test_any_other_repeated_parameter_is_told_to_the_app(world: World, name: str) -> None:
    request = make.request_of(world.client, make.make_proof(), prompt="consent")
    answer = make.answer_of(
        world.browser.get("/oauth/authorize", query_string=[*request.items(), (name, "x")])
    )
    assert answer["error"] in ("invalid_request", "unsupported_response_type")


@pytest.mark.rfc("6749#section-3.1.2.3")
def test_a_single_registered_redirect_uri_may_be_left_out(world: World) -> None:
    response = make.decide(world.browser, world.ask(redirect_uri=None, scope="profile"))
    code = make.answer_of(response)["code"]
    assert response.headers["Location"].startswith(f"{make.CALLBACK}?")
    assert make.redeem(world.http, world.client, code, redirect_uri=None).status_code == 200


@pytest.mark.module("oidcc-ensure-registered-redirect-uri", "oidcc-redirect-uri-query-added")
@pytest.mark.rfc9700("2.1", "4.1.3")
@pytest.mark.asvs("10.4.1")
@pytest.mark.any_database
@pytest.mark.rfc("6749#section-3.1.2.4")
@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.org/callback/", "https://app.example.org/Callback", "http://app.example.org/callback",
        "https://app.example.org/callback?x=1", "https://app.example.org/callback#x", "https://app.example.org:444/callback",
        "https://app.example.org/callback/../evil", "https://app.example.org.evil.example/callback",
        "https://app.example.org@evil.example/callback", "//app.example.org/callback", "javascript:alert(1)", "",
        "https://app.example.org/callback%0d%0aSet-Cookie:x=y", "https://äpp.example.org/\"callback'", " " + make.CALLBACK,
    ],
)  # fmt: skip
def test_nobody_is_sent_to_an_address_that_is_not_registered(world: World, uri: str) -> None:
    client = world.make_client(redirect_uris=[make.CALLBACK, f"{make.CALLBACK}/two"])
    refused = world.ask(client, redirect_uri=uri)
    assert refused.status_code == 400
    assert "Location" not in refused.headers
    assert refused.headers["X-Request-Id"] in refused.text


@pytest.mark.rfc("6749#section-4.1.2.1")
@pytest.mark.parametrize("client_id", ["", "f" * 32, "ä\"'", "x" * 5000, "a b", "%00", "' OR 1=1 --"])
def test_an_unknown_client_never_redirects(world: World, client_id: str) -> None:
    refused = world.ask(client_id=client_id)
    assert refused.status_code == 400
    assert "Location" not in refused.headers


@pytest.mark.module("oidcc-redirect-uri-query-OK")
@pytest.mark.rfc("6749#section-4.1.2.1")
def test_errors_keep_the_query_of_the_registered_uri_and_the_state_as_it_came(world: World) -> None:
    client = world.make_client(redirect_uris=["https://app.example.org/cb?tenant=7&x=a%20b"])
    state = 'ä "quoted" & <b> + %41 \u2028'
    response = world.ask(client, scope="nonsense", state=state)
    assert response.headers["Location"].startswith("https://app.example.org/cb?tenant=7&x=a")
    answer = make.answer_of(response)
    assert (answer["tenant"], answer["x"], answer["error"], answer["state"]) == (
        "7",
        "a b",
        "invalid_scope",
        state,
    )


@pytest.mark.rfc("6749#section-4.1.3")
def test_the_redirect_uri_may_be_left_out_at_the_token_step_with_a_remark(world: World) -> None:
    assert make.redeem(world.http, world.client, world.code, redirect_uri=None).status_code == 200


@pytest.mark.rfc("6749#section-4.4.3")
def test_client_credentials_give_no_refresh_token_and_custom_scopes_only(world: World) -> None:
    reports = make.make_scope(world.app)
    client = world.make_client(scopes=("openid", reports))
    answer = world.app_only(client).json
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    assert answer["scope"] == reports
    assert "scope" not in world.app_only(world.make_client(scopes=("openid",))).json
    assert world.app_only(client, scope="openid").json["error"] == "invalid_scope"


@pytest.mark.rfc("6749#section-4.4")
def test_a_public_client_gets_nothing_for_itself(world: World) -> None:
    public = world.make_client(client_type="public")
    assert world.app_only(public).json["error"] == "unauthorized_client"


@pytest.mark.rfc("6749#section-3.3")
def test_the_order_and_repetition_of_scopes_mean_nothing(world: World) -> None:
    tokens = make.tokens_for(world.client, world.browser, scope="email openid  email")
    assert sorted(tokens["scope"].split()) == ["email", "openid"]


@pytest.mark.parametrize("path", ["/oauth/token/", "/v1/token", "/v1/token/"])
def test_the_token_endpoint_answers_with_a_trailing_slash_and_at_its_older_path(
    world: World, path: str
) -> None:
    fields = {"grant_type": "client_credentials", **world.client.form}
    assert world.http.post(path, data=fields).status_code == 200


@pytest.mark.parametrize("path", ["introspect/", "revoke/", "userinfo/"])
def test_other_endpoints_take_a_trailing_slash_too(world: World, path: str) -> None:
    answer = world.http.post(f"/oauth/{path}", data={"token": "x", **world.client.form})
    assert answer.status_code in (200, 401)
    assert "Location" not in answer.headers


def test_a_bearer_header_beside_client_credentials_is_ignored(world: World) -> None:
    answer = world.http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", **world.client.form},
        headers=make.with_token("x"),
    )
    assert answer.status_code == 200


@pytest.mark.rfc9700("4.4.2")
@pytest.mark.rfc("9207#section-2")
@pytest.mark.parametrize(
    "changes", [{}, {"scope": "nonsense"}, {"response_type": "token"}, {"prompt": "none"}]
)
def test_every_authorization_response_says_who_answers(world: World, changes: dict[str, str]) -> None:
    response = world.ask(**changes)
    response = make.decide(world.browser, response) if response.status_code == 200 else response
    assert make.answer_of(response)["iss"] == ISSUER
    assert urlsplit(response.headers["Location"]).fragment == ""
