"""Access ends at once, everywhere, whoever ends it."""

from collections.abc import Callable
from typing import Any

import pytest

from app.clients import disabling, registration
from app.users import accounts
from tests import factories as make
from tests.oauth.world import World


def disconnect(world: World) -> None:
    page = world.browser.get("/account/apps")
    answer = world.browser.post(
        f"/account/apps/{world.client.id}/disconnect", data={"csrf_token": make.csrf_token(page)}
    )
    assert answer.status_code in (302, 303)


def block(world: World) -> None:
    world.person_does(accounts.block)


def delete(world: World) -> None:
    world.person_does(accounts.delete)


def revoke(world: World) -> None:
    assert world.token_gone(world.tokens["refresh_token"])


@pytest.mark.rfc9700("4.10")
@pytest.mark.asvs("10.4.9")
@pytest.mark.parametrize("end", [disconnect, block, delete, revoke])
def test_what_ends_access_makes_every_token_inactive_at_once(
    world: World, end: Callable[[World], Any]
) -> None:
    tokens = world.tokens
    assert world.userinfo(tokens["access_token"]).status_code == 200  # and is remembered
    end(world)
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert world.http.get("/oauth/me", headers=make.with_token(tokens["access_token"])).status_code == 401
    for kind in ("access_token", "refresh_token"):
        assert make.introspect(world.http, world.client, tokens[kind]) == {"active": False}
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_a_code_of_somebody_who_disconnected_meanwhile_is_worth_nothing(world: World) -> None:
    code = world.code
    disconnect(world)
    assert make.redeem(world.http, world.client, code).json["error"] == "invalid_grant"


def test_a_disabled_app_gets_and_uses_nothing_until_it_is_enabled(world: World) -> None:
    tokens = world.tokens
    world.disable()
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).json["error"] == "invalid_client"
    assert world.app_only().json["error"] == "invalid_client"
    assert world.ask().status_code == 400
    world.change(lambda row: disabling.enable_client(row, "owner", actor_id=None))
    assert world.userinfo(tokens["access_token"]).status_code == 200
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).status_code == 200


def test_a_deleted_app_leaves_no_working_token(world: World) -> None:
    tokens = world.tokens
    world.change(lambda row: registration.delete_client(row, actor_id=None))
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).json["error"] == "invalid_client"


@pytest.mark.asvs("10.7.3")
def test_connecting_again_after_disconnecting_asks_again_and_revives_nothing(world: World) -> None:
    tokens = world.tokens
    disconnect(world)
    page = world.ask()
    assert page.status_code == 200
    make.decide(world.browser, page)
    assert world.userinfo(tokens["access_token"]).status_code == 401


def test_unblocking_does_not_revive_tokens(world: World) -> None:
    tokens = world.tokens
    block(world)
    world.person_does(accounts.unblock)
    assert world.userinfo(tokens["access_token"]).status_code == 401


def test_revoking_an_access_token_ends_that_one_alone(world: World) -> None:
    tokens = world.tokens
    assert world.token_gone(tokens["access_token"])
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).status_code == 200


def test_an_app_cannot_revoke_tokens_of_another(world: World) -> None:
    tokens = world.tokens
    for kind in ("access_token", "refresh_token"):
        fields = {"token": tokens[kind], **world.other.form}
        world.http.post("/oauth/revoke", data=fields)
    assert world.userinfo(tokens["access_token"]).status_code == 200
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).status_code == 200


def test_a_client_credentials_token_can_be_revoked(world: World) -> None:
    token = world.app_only().json["access_token"]
    assert make.introspect(world.http, world.client, token)["active"] is True
    assert world.token_gone(token)
    assert make.introspect(world.http, world.client, token) == {"active": False}
    assert world.token_gone(token)  # twice is fine


def test_introspection_tells_the_owner_s_other_apps_and_no_stranger_s(world: World) -> None:
    token = world.tokens["access_token"]
    stranger = make.make_client(world.app, make.make_user(world.app))
    assert make.introspect(world.http, world.other, token)["active"] is True
    assert make.introspect(world.http, stranger, token) == {"active": False}
    assert make.introspect(world.http, world.other, world.tokens["refresh_token"]) == {"active": False}
