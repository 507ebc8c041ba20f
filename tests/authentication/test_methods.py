"""What tokens say about how somebody signed in."""

from typing import Any

import pytest

from app.authentication import methods
from tests import factories as make
from tests.oauth.world import World


def introspect(world: World, token: str) -> Any:
    return make.introspect(world.http, world.client, token)


@pytest.mark.parametrize(
    ("used", "acr"),
    [
        ("pwd", methods.ONE_FACTOR),
        ("swk user", methods.ONE_FACTOR),
        ("pwd otp mfa", methods.TWO_FACTORS),
        ("hwk user mfa", methods.PHISHING_RESISTANT),
        ("pwd swk user mfa", methods.PHISHING_RESISTANT),
    ],
)
def test_acr_is_the_strongest_level_reached(used: str, acr: str) -> None:
    assert methods.acr_of(used) == acr


def test_methods_are_named_once_in_the_order_they_came() -> None:
    assert methods.combine("pwd", "otp", "pwd", "mfa") == "pwd otp mfa"


@pytest.mark.rfc("9470#section-6.2")
def test_introspection_tells_how_and_when_the_person_signed_in(world: World) -> None:
    told = introspect(world, make.tokens_for(world.client, world.browser)["access_token"])
    assert (told["acr"], told["amr"]) == ("1", ["pwd"])
    assert told["auth_time"] <= told["iat"]


def test_tokens_that_an_app_got_for_itself_speak_of_no_sign_in(world: World) -> None:
    told = introspect(world, world.app_only().json["access_token"])
    assert told["active"]
    assert not {"acr", "amr", "auth_time"} & told.keys()


def test_what_a_session_was_opened_with_is_kept_by_a_refresh(world: World) -> None:
    tokens = make.tokens_for(world.client, world.browser)
    renewed = make.refresh(world.http, world.client, tokens["refresh_token"]).json
    assert introspect(world, renewed["access_token"])["amr"] == ["pwd"]
