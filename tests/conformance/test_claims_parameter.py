"""Claims asked for one by one: the parameter ``claims`` of OpenID Connect Core section 5.5."""

import json
from typing import Any

import pytest

from tests import factories as make
from tests.oauth.world import World

PLAIN = {"sub"}
IN_EVERY_ID_TOKEN = {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "at_hash", "nonce", "sid"}


def tokens(world: World, client: make.App | None = None, **members: Any) -> dict[str, Any]:
    """The token answer to a request for these members of ``claims`` and for the scope ``openid`` alone."""
    return make.tokens_for(client or world.client, world.browser, scope="openid", claims=json.dumps(members))


def told(answer: dict[str, Any]) -> dict[str, Any]:
    return make.claims_of(answer["id_token"])


def userinfo(world: World, answer: dict[str, Any]) -> dict[str, Any]:
    return dict(world.userinfo(answer["access_token"]).json)


@pytest.mark.module("oidcc-claims-essential")
@pytest.mark.oidc("core#5.5")
def test_an_essential_claim_comes_from_userinfo_without_the_rest_of_its_scope(world: World) -> None:
    answer = tokens(world, userinfo={"name": {"essential": True}})
    assert answer["scope"] == "openid"
    assert set(userinfo(world, answer)) == PLAIN | {"name"}
    assert set(told(answer)) == IN_EVERY_ID_TOKEN


@pytest.mark.oidc("core#5.5")
@pytest.mark.parametrize("lean", [True, False])
def test_what_is_asked_for_the_id_token_is_in_it_also_in_a_lean_one(world: World, lean: bool) -> None:
    answer = tokens(world, world.make_client(lean_id_tokens=lean), id_token={"email": None})
    assert set(told(answer)) == IN_EVERY_ID_TOKEN | {"email"}
    assert told(answer)["email"] == world.person.email
    assert set(userinfo(world, answer)) == PLAIN


@pytest.mark.oidc("core#5.5")
def test_claims_are_told_beside_those_of_the_scopes(world: World) -> None:
    asked = json.dumps({"userinfo": {"preferred_username": None}})
    answer = make.tokens_for(world.client, world.browser, scope="openid email", claims=asked)
    assert set(userinfo(world, answer)) == PLAIN | {"email", "email_verified", "preferred_username"}


@pytest.mark.oidc("core#5.5")
def test_unknown_claims_and_members_are_ignored(world: World) -> None:
    nickname: dict[str, Any] = {"nickname": {"essential": True}, "http://example.info/claims/groups": None}
    answer = tokens(world, userinfo={**nickname, "name#de": None}, id_token=nickname, verified_claims=[1])
    assert set(userinfo(world, answer)) == PLAIN
    assert set(told(answer)) == IN_EVERY_ID_TOKEN


@pytest.mark.oidc("core#5.5.1")
def test_an_essential_claim_that_the_person_does_not_have_is_left_out(world: World) -> None:
    answer = tokens(world, userinfo={"phone_number": {"essential": True}, "picture": {"essential": True}})
    assert set(userinfo(world, answer)) == PLAIN


def test_a_value_beside_a_claim_about_the_person_changes_nothing(world: World) -> None:
    answer = tokens(world, userinfo={"name": {"value": "Somebody else", "purpose": "x"}})
    assert userinfo(world, answer)["name"] == "person"


def test_groups_can_be_asked_for_like_any_other_claim(world: World) -> None:
    make.make_group(world.app, "Choir", world.person)
    client = world.make_client(scopes=("openid", "groups"))
    answer = tokens(world, client, userinfo={"groups": None}, id_token={"groups": None})
    assert userinfo(world, answer)["groups"] == told(answer)["groups"] == ["Choir"]


def test_an_address_that_nobody_confirmed_is_not_told_this_way_either(world: World) -> None:
    world.person = make.make_user(world.app, "newcomer", email_verified=False)  # type: ignore[misc]
    answer = tokens(world, world.other, userinfo={"email": {"essential": True}}, id_token={"email": None})
    assert "email" not in {*userinfo(world, answer), *told(answer)}


# What the person says to it.


@pytest.mark.asvs("10.7.2")
def test_the_consent_page_shows_the_permission_that_a_claim_belongs_to(world: World) -> None:
    page = world.ask(scope="openid", claims='{"id_token": {"email": null}}')
    assert make.offered(page) == ["openid", "email"]
    assert "See your email address" in page.text
    assert world.person.email in page.text


def test_a_claim_whose_permission_the_person_declines_is_not_told(world: World) -> None:
    asked = json.dumps(
        {"userinfo": {"email": {"essential": True}, "name": None}, "id_token": {"email": None}}
    )
    page = world.ask(scope="openid", claims=asked)
    code = make.answer_of(make.decide(world.browser, page, ticked=["profile"]))["code"]
    answer = make.redeem(world.http, world.client, code).json
    assert set(userinfo(world, answer)) == PLAIN | {"name"}
    assert set(told(answer)) == IN_EVERY_ID_TOKEN


def test_a_silent_request_for_a_claim_that_was_never_decided_upon_is_told_so(world: World) -> None:
    make.authorize(world.client, world.browser, scope="openid")
    asked = {"scope": "openid", "prompt": "none", "claims": '{"userinfo": {"email": null}}'}
    assert make.answer_of(world.ask(**asked))["error"] == "consent_required"
    make.authorize(world.client, world.browser, scope="openid email")
    assert "code" in make.answer_of(world.ask(**asked))


def test_attack_an_app_asks_by_claims_for_what_it_is_not_registered_for(world: World) -> None:
    client = world.make_client(scopes=("openid", "profile"))
    page = world.ask(
        client, scope="openid", claims='{"userinfo": {"email": null}, "id_token": {"email": null}}'
    )
    assert make.offered(page) == ["openid"]
    answer = make.redeem(world.http, client, make.answer_of(make.decide(world.browser, page))["code"]).json
    assert set(userinfo(world, answer)) == PLAIN
    assert set(told(answer)) == IN_EVERY_ID_TOKEN


def test_without_openid_the_parameter_asks_for_nothing(world: World) -> None:
    asked = '{"userinfo": {"email": null}, "id_token": {"acr": {"essential": true, "value": "none"}}}'
    page = world.ask(scope="profile", claims=asked)
    assert make.offered(page) == ["profile"]


# How long it lasts.


def test_a_refresh_keeps_them_also_with_a_narrower_scope(world: World) -> None:
    asked = json.dumps({"userinfo": {"email": None}, "id_token": {"name": None}})
    first = make.tokens_for(world.client, world.browser, scope="openid phone", claims=asked)
    renewed = make.refresh(world.http, world.client, first["refresh_token"], scope="openid").json
    assert set(userinfo(world, renewed)) == PLAIN | {"email"}
    assert told(renewed)["name"] == "person"


def test_they_end_with_the_permission_that_they_belong_to(world: World) -> None:
    answer = tokens(world, userinfo={"email": None, "name": None}, id_token={"email": None})
    world.change(lambda row: setattr(row, "scopes", "openid profile"))
    assert set(userinfo(world, answer)) == PLAIN | {"name"}
    renewed = make.refresh(world.http, world.client, answer["refresh_token"]).json
    assert "email" not in told(renewed)


def test_other_tokens_of_the_same_person_and_app_know_nothing_of_them(world: World) -> None:
    asked = tokens(world, userinfo={"email": None})
    plain = make.tokens_for(world.client, world.browser, scope="openid")
    assert "email" in userinfo(world, asked)
    assert set(userinfo(world, plain)) == PLAIN


# What is malformed.


@pytest.mark.any_database
@pytest.mark.oidc("core#5.5")
@pytest.mark.parametrize(
    "sent",
    ["{", "[]", "1", '"x"', "null", '{"userinfo": []}', '{"id_token": "email"}', '{"userinfo": {"email": true}}',
     '{"userinfo": {"email": {"essential": "yes"}}}', '{"id_token": {"acr": {"values": "1"}}}',
     '{"id_token": {"acr": {"values": []}}}', '{"id_token": {"sub": {"value": 7}}}',
     '{"userinfo": {"sub": {"values": [null]}}}', '{"id_token": {"acr": {"essential": true, "value": {}}}}',
     "[" * 3999, '{"userinfo": {"\\ud800": 1}}', '{"userinfo":' * 300],
)  # fmt: skip
def test_malformed_claims_are_refused_with_their_cause(world: World, sent: str) -> None:
    answer = make.answer_of(world.ask(claims=sent))
    assert (answer["error"], answer["state"]) == ("invalid_request", "st-1234567")
    assert "claims" in answer["error_description"]


def test_claims_longer_than_all_that_can_be_asked_for_are_refused(world: World) -> None:
    answer = make.answer_of(world.ask(claims=json.dumps({"userinfo": {"x" * 4000: None}})))
    assert answer["error_description"] == "The parameter claims is too long: ask for fewer claims."


@pytest.mark.module("oidcc-claims-locales")
@pytest.mark.oidc("core#5.2")
def test_claims_locales_are_accepted(world: World) -> None:
    assert "code" in make.answer_of(make.decide(world.browser, world.ask(claims_locales="se de")))


def test_discovery_says_so(world: World) -> None:
    assert world.http.get("/.well-known/openid-configuration").json["claims_parameter_supported"] is True
