"""``error_description`` names the parameter or the scope concerned, and echoes nothing else."""

import re

import pytest

from app.diagnostics import causes
from tests import factories as make
from tests.oauth.world import World

NASTY = ['a"b', "a\\b", "<script>", "\u00e4", "a\r\nb", "x" * 500, "pf_secret_1234567890abcdef", '{"a":"b"}']


@pytest.mark.parametrize(
    ("path", "fields", "missing"),
    [
        ("/oauth/token", {"grant_type": "authorization_code"}, "code"),
        ("/oauth/token", {"grant_type": "refresh_token"}, "refresh_token"),
        ("/oauth/introspect", {}, "token"),
        ("/oauth/revoke", {"token": ""}, "token"),
    ],
)
def test_a_missing_parameter_is_named(world: World, path: str, fields: dict[str, str], missing: str) -> None:
    answer = world.http.post(path, data={**fields, **world.client.form})
    assert f"The parameter {missing} is missing" in answer.json["error_description"]


def test_a_repeated_and_a_broken_parameter_are_named(world: World) -> None:
    assert "parameter scope was sent" in world.app_only(scope=["a", "b"]).json["error_description"]
    assert "parameter scope has a value" in world.app_only(scope="a\0b").json["error_description"]
    query = [*make.request_of(world.client).items(), ("prompt", "login"), ("prompt", "consent")]
    told = make.answer_of(world.browser.get("/oauth/authorize", query_string=query))
    assert "parameter prompt was sent" in told["error_description"]


def test_every_scope_that_is_refused_is_named(world: World) -> None:
    client = world.make_client(scopes=("openid",))
    told = make.answer_of(world.ask(client, scope="openid email phone"))
    assert "The scope email phone is not allowed" in told["error_description"]
    told = make.answer_of(world.ask(client, scope="openid emial phnoe"))
    assert "The scope emial phnoe is not known" in told["error_description"]
    told = make.answer_of(world.ask(client, scope="openid,email"))
    assert told["error_description"].endswith("commas: openid email")
    widened = make.refresh(world.http, world.client, world.tokens["refresh_token"], scope="openid phone")
    assert "The scope phone is more than" in widened.json["error_description"]


@pytest.mark.any_database
@pytest.mark.rfc("6749#section-5.2")
@pytest.mark.parametrize("value", NASTY)
def test_attack_an_answer_is_made_to_say_what_was_sent(world: World, value: str) -> None:
    answers = [
        world.token(**world.client.form, **{value: ["1", "2"]}),
        world.app_only(scope=value),
        world.token(**world.client.form, **{value: "a\0b"}),
    ]
    for answer in answers:
        assert value not in answer.json["error_description"]
        assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,500}", answer.json["error_description"])


def test_no_answer_is_longer_than_it_may_be() -> None:
    long = [f"scope{number}.{'x' * 50}" for number in range(1000)]
    for cause in causes.CATALOGUE.values():
        facts = dict.fromkeys(("parameter", "unknown", "refused", "suggested"), long)
        assert len(cause.public_for(None, facts)) < 600
