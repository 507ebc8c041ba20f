"""Who refuses "Keep access while you are away" is not acted for while away; who agrees is so for a limited time."""

from typing import Any

import pytest

from tests import factories as make
from tests.oauth.world import World, later

ASKED = "openid email offline_access"


def tokens_where(world: World, ticked: list[str], **changes: str) -> dict[str, Any]:
    page = world.ask(scope=ASKED, **changes)
    code = make.answer_of(make.decide(world.browser, page, ticked=ticked))["code"]
    return dict(make.redeem(world.http, world.client, code).json)


def test_who_unticks_offline_access_gives_no_refresh_token(world: World) -> None:
    tokens = tokens_where(world, ["email"])
    assert (tokens["scope"], "refresh_token" in tokens) == ("openid email", False)
    # Nor does a later authorization that asks for less, or asks again in silence.
    for scope in (ASKED, "openid email", None):
        code = make.authorize(world.client, world.browser, scope=scope)
        assert "refresh_token" not in make.redeem(world.http, world.client, code).json


def test_who_ticks_it_or_is_not_asked_gives_one(world: World) -> None:
    assert "refresh_token" in tokens_where(world, ["email", "offline_access"])
    other = make.tokens_for(world.other, world.browser, scope="openid")
    assert "refresh_token" in other


def test_who_changes_their_mind_is_heard(world: World) -> None:
    assert "refresh_token" not in tokens_where(world, ["email"])
    tokens = tokens_where(world, ["email", "offline_access"], prompt="consent")
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).status_code == 200
    assert "refresh_token" not in tokens_where(world, ["email"], prompt="consent")
    assert make.introspect(world.http, world.client, tokens["refresh_token"]) == {"active": False}
    refused = make.refresh(world.http, world.client, tokens["refresh_token"])
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")


@pytest.mark.rfc9700("4.14.2")
@pytest.mark.asvs("10.4.8")
def test_attack_a_refresh_token_that_is_kept_alive_for_ever(world: World) -> None:
    token = world.tokens["refresh_token"]
    for days in range(300, 730, 60):
        with later(days=days):
            token = make.refresh(world.http, world.client, token).json["refresh_token"]
    with later(days=729):
        kept = make.introspect(world.http, world.client, token)
        assert kept["active"] is True
    with later(days=731):
        assert make.refresh(world.http, world.client, token).json["error"] == "invalid_grant"
        assert make.introspect(world.http, world.client, token) == {"active": False}
