"""Tokens of one factor, after their app has come to require two: OAuth 2.0 Step Up Authentication, RFC 9470."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.authentication.methods import TWO_FACTORS
from app.clients.models import Client
from app.clients.registration import PORTALS_OWN
from app.database.rows import db
from tests import factories as make
from tests.oauth.world import World
from tests.support.statements import count_statements

RESOURCES = ("/oauth/userinfo", "/oauth/me", "/api/greet")


@pytest.fixture
def strong(world: World) -> World:
    """The same world, whose person signs in with two factors."""
    world.browser = make.browser_of(world.app, world.person, "pwd otp mfa")  # type: ignore[misc]
    return world


def ask(world: World, path: str, token: str) -> Any:
    return world.http.get(path, headers=make.with_token(token))


@pytest.mark.rfc("9470#section-3")
@pytest.mark.parametrize("path", RESOURCES)
def test_a_token_that_is_too_weak_is_told_what_to_ask_for(world: World, path: str) -> None:
    token = world.tokens["access_token"]
    assert ask(world, path, token).status_code == 200
    world.require_second_factor()
    refused = ask(world, path, token)
    assert (refused.status_code, refused.json["error"]) == (401, "insufficient_user_authentication")
    challenge = refused.headers["WWW-Authenticate"]
    assert challenge.startswith(
        'Bearer realm="http://127.0.0.1:8000", error="insufficient_user_authentication"'
    )
    assert f'acr_values="{TWO_FACTORS}"' in challenge


@pytest.mark.parametrize("path", RESOURCES)
def test_a_token_of_two_factors_is_taken(strong: World, path: str) -> None:
    strong.require_second_factor()
    assert ask(strong, path, strong.tokens["access_token"]).status_code == 200


def test_what_the_challenge_names_leads_to_a_token_that_is_taken(world: World) -> None:
    world.require_second_factor()
    browser = world.browser
    make.prove_second_factor(world.app, world.person)
    token = make.tokens_for(world.client, browser, acr_values=TWO_FACTORS)["access_token"]
    assert world.userinfo(token).status_code == 200


def test_a_token_without_a_person_is_asked_for_no_factor(world: World) -> None:
    world.require_second_factor()
    answer = world.app_only()
    assert answer.status_code == 200
    assert ask(world, "/api/greet", answer.json["access_token"]).status_code == 200


@pytest.mark.rfc("9470#section-6.2")
def test_introspection_and_verification_tell_a_weak_token_for_what_it_is(world: World) -> None:
    token = world.tokens["access_token"]
    world.require_second_factor()
    told = make.introspect(world.http, world.client, token)
    assert (told["active"], told["acr"]) == (True, "1")
    verified = world.http.post("/api/verify", headers=make.with_token(token)).json
    assert (verified["success"], verified["acr"]) == (True, "1")


def test_a_refresh_token_of_one_factor_waits_until_the_requirement_is_gone(world: World) -> None:
    token = world.tokens["refresh_token"]
    world.require_second_factor()
    assert make.refresh(world.http, world.client, token).json["error"] == "invalid_grant"
    assert make.introspect(world.http, world.client, token) == {"active": False}
    world.change(lambda row: setattr(row, "second_factor_required", False))
    assert make.refresh(world.http, world.client, token).status_code == 200


def test_a_refresh_token_of_two_factors_goes_on(strong: World) -> None:
    token = strong.tokens["refresh_token"]
    strong.require_second_factor()
    renewed = make.refresh(strong.http, strong.client, token).json
    assert make.claims_of(renewed["access_token"])["acr"] == TWO_FACTORS


def test_attack_a_weak_token_is_not_made_strong_by_a_later_step_up(world: World) -> None:
    tokens = world.tokens
    world.require_second_factor()
    make.prove_second_factor(world.app, world.person)
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert make.refresh(world.http, world.client, tokens["refresh_token"]).status_code == 400


def test_attack_the_password_grant_does_not_look_at_passwords_for_such_an_app(world: World) -> None:
    client = world.make_client(grant_types=("password",), redirect_uris=[], second_factor_required=True)
    answers = [
        world.token(grant_type="password", username=world.person.username, password=password, **client.form)
        for password in (make.PASSWORD, "guess")
    ]
    assert [answer.json["error"] for answer in answers] == ["unauthorized_client"] * 2
    assert answers[0].json["error_description"] == answers[1].json["error_description"]


def test_services_of_the_house_get_no_token_where_the_portal_s_own_app_requires_two(world: World) -> None:
    fields = {"username": world.person.username, "password": make.PASSWORD}
    assert world.http.post("/api/auth", json=fields).status_code == 200
    with world.app.app_context():
        db.session.execute(update(Client).where(Client.id == PORTALS_OWN).values(second_factor_required=True))
        db.session.commit()
    refused = world.http.post("/api/auth", json=fields)
    assert (refused.status_code, refused.json["error"]) == (403, "mfa_required")


def test_a_refused_resource_takes_no_statement_more(app: Flask, world: World) -> None:
    token = world.tokens["access_token"]
    world.require_second_factor()
    world.userinfo(token)
    with count_statements() as statements:
        assert world.userinfo(token).status_code == 401
    assert [each for each in statements if each.startswith("SELECT")][1:] == [], statements
