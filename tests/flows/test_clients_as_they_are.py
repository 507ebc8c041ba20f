"""What libraries and proxies in use really send, read as the RFCs ask for."""

import re

import pytest

from app.extensions import background
from tests import factories as make
from tests.oauth.world import World


@pytest.mark.rfc("6749#section-3.1")
@pytest.mark.any_database
@pytest.mark.parametrize(
    "name",
    ["request", "request_uri", "id_token_hint", "prompt", "max_age", "response_mode", "code_challenge",
     "code_challenge_method", "login_hint", "ui_locales", "resource"],
)  # fmt: skip
def test_a_parameter_without_a_value_is_none_at_the_authorization_endpoint(world: World, name: str) -> None:
    assert "code" in make.answer_of(make.decide(world.browser, world.ask(**{name: ""})))


@pytest.mark.rfc("6749#section-3.2")
@pytest.mark.any_database
@pytest.mark.parametrize(
    "name", ["client_id", "client_secret", "client_assertion", "client_assertion_type", "scope", "resource"]
)
def test_a_parameter_without_a_value_is_none_at_the_token_endpoint(world: World, name: str) -> None:
    fields = {"grant_type": "client_credentials", name: ""}
    assert world.http.post("/oauth/token", data=fields, auth=world.client.auth).status_code == 200


def test_an_empty_parameter_is_told_in_the_log_as_it_came(world: World) -> None:
    world.http.post("/oauth/token", data={"grant_type": "", "client_id": world.client.id})
    background.init_app(world.app)
    background.run_once()
    log = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}/log").text
    assert "grant_type_missing" in log
    assert re.search(r"grant_type", re.sub(r'data-cause="[^"]*"', "", log))


@pytest.mark.rfc("6749#section-3.1")
@pytest.mark.any_database
@pytest.mark.parametrize("name", ["resource", "utm_source", "audience"])
def test_a_repeated_parameter_that_is_none_of_ours_is_ignored(world: World, name: str) -> None:
    pairs = [(name, "https://a.example"), (name, "https://b.example")]
    page = world.browser.get(
        "/oauth/authorize", query_string=[*make.request_of(world.client).items(), *pairs]
    )
    assert "code" in make.answer_of(make.decide(world.browser, page))
    sent = {"grant_type": "client_credentials", name: ["https://a.example", "https://b.example"]}
    assert world.http.post("/oauth/token", data=sent, auth=world.client.auth).status_code == 200


@pytest.mark.module("oidcc-redirect-uri-query-OK")
@pytest.mark.rfc("6749#section-3.1.2")
@pytest.mark.any_database
@pytest.mark.parametrize(
    ("uri", "begins"),
    [
        ("https://app.example.org/index.php?/oauth/callback", "https://app.example.org/index.php?/oauth/callback&code="),
        ("https://app.example.org/cb?flag", "https://app.example.org/cb?flag&code="),
        ("https://app.example.org/cb?x=a%20b&y=%2fz", "https://app.example.org/cb?x=a%20b&y=%2fz&code="),
        ("https://app.example.org/cb?a=1;b=2", "https://app.example.org/cb?a=1;b=2&code="),
        ("https://app.example.org/cb?x=%FF", "https://app.example.org/cb?x=%FF&code="),
        ("https://app.example.org/cb?", "https://app.example.org/cb?code="),
        ("https://app.example.org/cb", "https://app.example.org/cb?code="),
        ("app.immich:///oauth-callback", "app.immich:///oauth-callback?code="),
    ],
)  # fmt: skip
def test_the_query_of_a_redirect_uri_comes_back_byte_for_byte(world: World, uri: str, begins: str) -> None:
    client = world.make_client(redirect_uris=[uri])
    answer = make.decide(world.browser, world.ask(client))
    assert answer.headers["Location"].startswith(begins)


def test_changing_the_language_on_the_way_keeps_where_one_was(world: World) -> None:
    make.authorize(world.client, world.browser)
    changes = {"prompt": "select_account", "scope": "openid profile email"}
    page = world.ask(**changes)
    action = make.action_of(page, "/oauth/account")
    world.browser.post(action, data={"csrf_token": make.csrf_token(page), "choice": "continue"})
    assert "code" in make.answer_of(world.ask(**changes, locale="de"))


def test_an_app_that_is_named_beside_a_broken_header_finds_the_failure(world: World) -> None:
    for header in ("Basic ???", "Basic", "Digest x", "Bearer"):
        world.http.post(
            "/oauth/introspect",
            data={"token": "x", "client_id": world.client.id},
            headers={"Authorization": header},
        )
    background.init_app(world.app)
    background.run_once()
    log = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}/log").text
    assert len(re.findall(r'data-cause="', log)) == 4


def test_a_slip_of_the_person_keeps_what_was_unticked_and_is_no_failure_of_the_app(world: World) -> None:
    page = world.ask(scope="profile email")
    again = make.decide(world.browser, page, ticked=[])
    assert again.status_code == 422
    assert make.offered(again) == ["profile", "email"]
    assert " checked>" not in again.text
    background.init_app(world.app)
    background.run_once()
    log = make.browser_of(world.app, world.owner).get(
        f"/dashboard/apps/{world.client.id}/log?outcome=refused"
    )
    assert "data-cause" not in log.text


@pytest.mark.module("oidcc-login-hint")
@pytest.mark.rfc("oidc-core#3.1.2.1")
@pytest.mark.any_database
def test_a_login_hint_fills_the_field_and_nothing_else(world: World) -> None:
    asked = make.ask(world.http, world.client, login_hint='anna"><b>@example.org')
    page = world.http.get(asked.headers["Location"])
    assert 'value="anna&#34;&gt;&lt;b&gt;@example.org"' in page.text
    other = make.ask(world.http, world.client, login_hint="x", redirect_uri="https://evil.example/")
    assert other.status_code == 400
    assert (
        'value="x"'
        not in world.http.get("/login?next=/oauth/authorize%3Fclient_id%3Dx%26login_hint%3Dx").text
    )
