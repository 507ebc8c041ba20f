"""The page of a failure tells its owner what was sent and what was expected: no fact is left unknown."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.by_assertion import make_assertion, make_signer, send
from tests.oauth.test_causes import ALL, OF_NO_APP, Provoke, flush
from tests.oauth.test_remarks import REMARKS
from tests.oauth.world import World


def told(world: World, path: str, reader: make.Person) -> list[str]:
    """Why and what to do, in both languages."""
    browser = make.browser_of(world.app, reader)
    pages = [browser.get(path, headers={"Accept-Language": language}).text for language in ("en", "de")]
    return [html.unescape(text) for page in pages for text in re.findall(r"<dd>(.*?)</dd>", page, re.DOTALL)]


def check(sentences: list[str]) -> None:
    assert sentences
    for sentence in sentences:
        assert not re.search(r"unknown|unbekannt|None|%\(|“”|„“|: \.|\[|\{", sentence), sentence


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "provoke"), ALL)
def test_no_fact_is_left_unknown(app: Flask, name: str, provoke: Provoke) -> None:
    world = World(app)
    request_id = provoke(world).headers["X-Request-Id"]
    flush(app)
    reader = make.make_user(app, "root", is_admin=True) if name in OF_NO_APP else world.owner
    check(told(world, f"/failures/{request_id}", reader))


@pytest.mark.parametrize("provoke", REMARKS, ids=lambda rule: rule.__name__)
def test_no_fact_of_a_remark_is_left_unknown(app: Flask, provoke: Provoke) -> None:
    world = World(app)
    provoke(world)
    flush(app)
    check(told(world, f"/dashboard/apps/{world.client.id}/log?cause={provoke.__name__}", world.owner))


def scope_where_none_is_allowed(world: World) -> TestResponse:
    return world.app_only(scope="openid")


def grant_of_confidential_apps(world: World) -> TestResponse:
    public = world.make_client(client_type="public")
    world.change(lambda row: setattr(row, "grant_types", "client_credentials"), public)
    return world.token(grant_type="client_credentials", client_id=public.id)


def grant_like_no_other(world: World) -> TestResponse:
    return world.token(**world.client.form, grant_type="zzz")


def scope_like_no_other(world: World) -> TestResponse:
    return world.ask(scope="openid zzz")


def redirect_uri_where_none_is_registered(world: World) -> TestResponse:
    client = world.make_client(redirect_uris=[], grant_types=("client_credentials",))
    return world.ask(client, redirect_uri="https://app.example.org/there")


def redirect_uri_left_out(world: World) -> TestResponse:
    client = world.make_client(redirect_uris=[make.CALLBACK, f"{make.CALLBACK}/two"])
    return world.ask(client, redirect_uri=None)


def redirect_uri_of_another_host(world: World) -> TestResponse:
    return world.ask(redirect_uri="https://elsewhere.example.org/callback")


def other_redirect_uri_with_the_code(world: World) -> TestResponse:
    return make.redeem(world.http, world.client, world.code, redirect_uri="https://app.example.org/two")


def basic_where_post_is_registered(world: World) -> TestResponse:
    client = world.make_client(auth_method="client_secret_post")
    return world.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=client.auth)


def secret_of_an_app_that_signs(world: World) -> TestResponse:
    return world.app_only(make_signer(world), client_secret="pf_secret_guessed-1234567")


def signature_of_an_app_with_a_secret(world: World) -> TestResponse:
    return send(world, make_assertion(world.client))


def signature_of_a_public_app(world: World) -> TestResponse:
    return send(world, make_assertion(world.make_client(client_type="public")))


def assertion_without_audience(world: World) -> TestResponse:
    return send(world, make_assertion(make_signer(world), aud=None))


def assertion_without_expiry(world: World) -> TestResponse:
    return send(world, make_assertion(make_signer(world), exp=None))


def plain_challenge(world: World) -> TestResponse:
    return world.ask(code_challenge="c" * 43)


def disabled_while_a_token_lives(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    world.disable()
    return world.userinfo(token)


def family_ended(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    assert world.token_gone(world.tokens["refresh_token"])
    return world.userinfo(token)


def body_without_type(world: World) -> TestResponse:
    return world.http.post(f"/oauth/token?client_id={world.client.id}", data=b"grant_type=x")


def two_tokens_in_the_body(world: World) -> TestResponse:
    fields = {"access_token": ["a", "b"], "client_id": world.client.id}
    return world.http.post("/oauth/userinfo", data=fields)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("provoke", "words"),
    [
        (scope_where_none_is_allowed, ["openid", "no person takes part", "the app may ask for: nothing"]),
        (grant_of_confidential_apps, ["the grant client_credentials", "A public client cannot"]),
        (grant_like_no_other, ["no grant_type zzz", "refresh_token, client_credentials"]),
        (scope_like_no_other, ["zzz", "openid, profile"]),
        (
            redirect_uri_where_none_is_registered,
            ["app.example.org/there", "The app has no redirect URI registered."],
        ),
        (redirect_uri_left_out, [f"{make.CALLBACK}, {make.CALLBACK}/two"]),
        (redirect_uri_of_another_host, ["//elsewhere.example.org/callback", make.CALLBACK, "the host"]),
        (other_redirect_uri_with_the_code, ["//app.example.org/two", f"said {make.CALLBACK}"]),
        (basic_where_post_is_registered, ["by client_secret_basic", "for client_secret_post only"]),
        (secret_of_an_app_that_signs, ["by client_secret_post", "for private_key_jwt only"]),
        (
            signature_of_an_app_with_a_secret,
            ["by private_key_jwt", "client_secret_basic, client_secret_post"],
        ),
        (signature_of_a_public_app, ["by private_key_jwt", "for none only"]),
        (assertion_without_audience, ["its claim aud is nothing instead of http://127.0.0.1:8000"]),
        (assertion_without_expiry, ["its claim exp is nothing"]),
        (plain_challenge, ["code_challenge_method plain", "S256"]),
        (disabled_while_a_token_lives, ["by the owner"]),
        (family_ended, ["Reason: the app revoked it"]),
        (body_without_type, ["content type of the body: empty", "a form already"]),
        (two_tokens_in_the_body, ["more than one place: body, body"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_was_sent_and_what_was_expected_is_named(
    app: Flask, provoke: Callable[[World], TestResponse], words: list[str]
) -> None:
    world = World(app)
    request_id = provoke(world).headers["X-Request-Id"]
    flush(app)
    sentences = told(world, f"/failures/{request_id}", world.owner)
    check(sentences)
    for word in words:
        assert word in " ".join(sentences)
