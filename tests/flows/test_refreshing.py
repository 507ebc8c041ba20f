"""Token families: a retry is harmless, a replay ends one family and no other."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make
from tests.oauth.world import World, later
from tests.support.apps import MakeApp


def is_alive(world: World, token: str) -> bool:
    at_userinfo = world.userinfo(token).status_code == 200
    assert make.introspect(world.http, world.client, token)["active"] is at_userinfo
    return at_userinfo


@pytest.mark.module("oidcc-refresh-token")
def test_a_refresh_gives_new_tokens_and_keeps_the_old_access_token(world: World) -> None:
    fresh = make.refresh(world.http, world.client, world.tokens["refresh_token"]).json
    assert fresh["refresh_token"] != world.tokens["refresh_token"]
    assert fresh["access_token"] != world.tokens["access_token"]
    assert fresh["scope"] == "openid profile email"
    assert is_alive(world, fresh["access_token"])
    assert is_alive(world, world.tokens["access_token"])


def test_a_retry_gets_the_same_successor_with_a_new_access_token(world: World) -> None:
    first, second = (
        make.refresh(world.http, world.client, world.tokens["refresh_token"]).json for _ in range(2)
    )
    assert first["refresh_token"] == second["refresh_token"]
    assert first["access_token"] != second["access_token"]
    assert is_alive(world, first["access_token"])
    assert is_alive(world, second["access_token"])


def test_without_a_window_every_repetition_is_a_replay(app_with: MakeApp) -> None:
    world = World(app_with(REFRESH_RETRY_WINDOW="0"))
    token = world.tokens["refresh_token"]
    successor = make.refresh(world.http, world.client, token).json["refresh_token"]
    assert make.refresh(world.http, world.client, token).json["error"] == "invalid_grant"
    assert make.refresh(world.http, world.client, successor).json["error"] == "invalid_grant"


@pytest.mark.parametrize(("seconds", "status"), [(58, 200), (62, 400)])
def test_the_retry_window_ends_after_a_minute(world: World, seconds: int, status: int) -> None:
    make.refresh(world.http, world.client, world.tokens["refresh_token"])
    with later(seconds=seconds):
        assert make.refresh(world.http, world.client, world.tokens["refresh_token"]).status_code == status


def test_an_app_may_have_a_longer_window(app: Flask, world: World) -> None:
    zapier = make.make_client(app, retry_window=120)
    tokens = make.tokens_for(zapier, world.browser)
    make.refresh(world.http, zapier, tokens["refresh_token"])
    with later(seconds=110):
        assert make.refresh(world.http, zapier, tokens["refresh_token"]).status_code == 200


@pytest.mark.rfc9700("2.2.2")
@pytest.mark.asvs("10.4.5")
@pytest.mark.rfc("9700#section-4.14.2")
def test_a_replay_ends_its_family_and_only_that_one(world: World) -> None:
    other = make.tokens_for(world.client, world.browser)
    first = world.tokens
    second = make.refresh(world.http, world.client, first["refresh_token"]).json
    make.refresh(world.http, world.client, second["refresh_token"])
    replay = make.refresh(world.http, world.client, first["refresh_token"])
    assert (replay.status_code, replay.json["error"]) == (400, "invalid_grant")
    assert not is_alive(world, first["access_token"])
    assert not is_alive(world, second["access_token"])
    assert make.refresh(world.http, world.client, second["refresh_token"]).status_code == 400
    assert is_alive(world, other["access_token"])
    assert make.refresh(world.http, world.client, other["refresh_token"]).status_code == 200


def test_a_stolen_token_of_another_app_ends_nothing(world: World) -> None:
    make.refresh(world.http, world.client, world.tokens["refresh_token"])
    with later(minutes=5):
        make.refresh(world.http, world.other, world.tokens["refresh_token"])
    assert is_alive(world, world.tokens["access_token"])


def test_a_failed_client_authentication_consumes_nothing(world: World) -> None:
    wrong = make.App(world.client.id, "pf_secret_wrong")
    assert make.refresh(world.http, wrong, world.tokens["refresh_token"]).status_code == 401
    assert make.redeem(world.http, wrong, world.code).status_code == 401
    assert make.refresh(world.http, world.client, world.tokens["refresh_token"]).status_code == 200
    assert make.redeem(world.http, world.client, world.code).status_code == 200


@pytest.mark.rfc("6749#section-6")
def test_a_narrowed_scope_counts_for_this_access_token_only(world: World) -> None:
    narrow = make.refresh(world.http, world.client, world.tokens["refresh_token"], scope="openid").json
    assert narrow["scope"] == "openid"
    assert set(world.userinfo(narrow["access_token"]).json) == {"sub"}
    whole = make.refresh(world.http, world.client, narrow["refresh_token"]).json
    assert whole["scope"] == "openid profile email"


def test_a_rotated_refresh_token_is_inactive_and_its_successor_active(world: World) -> None:
    old = world.tokens["refresh_token"]
    new = make.refresh(world.http, world.client, old).json["refresh_token"]
    assert make.introspect(world.http, world.client, old) == {"active": False}
    assert make.introspect(world.http, world.client, new)["active"] is True


def test_each_refresh_prolongs_the_family(world: World) -> None:
    token = world.tokens["refresh_token"]
    with later(days=300):
        token = make.refresh(world.http, world.client, token).json["refresh_token"]
    with later(days=600):
        assert make.refresh(world.http, world.client, token).status_code == 200


@pytest.mark.module("oidcc-refresh-token")
@pytest.mark.oidc("core#12.2")
def test_a_refreshed_id_token_keeps_the_person_and_their_sign_in(world: World) -> None:
    before = make.claims_of(world.tokens["id_token"])
    with later(minutes=10):
        after = make.claims_of(
            make.refresh(world.http, world.client, world.tokens["refresh_token"]).json["id_token"]
        )
    assert [after[name] for name in ("iss", "sub", "aud", "auth_time")] == [
        before[name] for name in ("iss", "sub", "aud", "auth_time")
    ]
    assert after["iat"] > before["iat"]


@pytest.mark.module("oidcc-codereuse")
@pytest.mark.asvs("10.4.2")
@pytest.mark.rfc("6749#section-4.1.2")
def test_a_replayed_code_ends_what_it_got_and_nothing_else(world: World) -> None:
    other = make.tokens_for(world.client, world.browser)
    got = make.redeem(world.http, world.client, world.code).json
    replay = make.redeem(world.http, world.client, world.code)
    assert (replay.status_code, replay.json["error"]) == (400, "invalid_grant")
    assert not is_alive(world, got["access_token"])
    assert make.refresh(world.http, world.client, got["refresh_token"]).status_code == 400
    assert is_alive(world, other["access_token"])


@pytest.mark.rfc("6749#section-4.1.2")
@pytest.mark.parametrize("verifier", [None, "", "x", "v" * 50, "v" * 42 + "=", "\u00e4" * 50])
def test_attack_an_overheard_code_of_a_public_app_ends_what_the_app_got(
    world: World, verifier: str | None
) -> None:
    public = world.make_client(client_type="public")
    proof = make.make_proof()
    code = make.authorize(public, world.browser, proof)
    tokens = make.redeem(world.http, public, code, proof).json
    overheard = make.redeem(world.http, public, code, code_verifier=verifier)
    assert (overheard.status_code, overheard.json["error"]) == (400, "invalid_grant")
    assert world.userinfo(tokens["access_token"]).status_code == 200
    replay = make.redeem(world.http, public, code, proof)
    assert (replay.status_code, replay.json) == (
        400,
        {**overheard.json, "error_uri": replay.json["error_uri"]},
    )
    assert world.userinfo(tokens["access_token"]).status_code == 401


def test_a_code_replayed_by_another_app_ends_nothing(world: World) -> None:
    got = make.redeem(world.http, world.client, world.code).json
    assert make.redeem(world.http, world.other, world.code).status_code == 400
    assert is_alive(world, got["access_token"])


def test_without_the_refresh_grant_there_is_no_refresh_token(app: Flask, world: World) -> None:
    client = make.make_client(app, grant_types=("authorization_code",))
    assert "refresh_token" not in make.tokens_for(client, world.browser)


def test_sign_out_at_the_portal_does_not_end_the_apps_access(
    app: Flask, world: World, browser_: FlaskClient
) -> None:
    tokens = world.tokens
    page = browser_.get("/account")
    browser_.post("/logout", data={"csrf_token": make.csrf_token(page)})
    assert is_alive(world, tokens["access_token"])


@pytest.fixture
def browser_(world: World) -> FlaskClient:
    return world.browser
