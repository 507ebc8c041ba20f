"""ID tokens say who signed in: five of sixteen applications in use read nothing else."""

from typing import Any

import pytest
from sqlalchemy import select

from app.authentication.models import BrowserSession
from app.database.rows import db
from tests import factories as make
from tests.oauth.world import World


def claims(tokens: dict[str, Any]) -> dict[str, Any]:
    return make.claims_of(tokens["id_token"])


def test_an_id_token_carries_the_claims_of_the_granted_scopes_as_userinfo_does(world: World) -> None:
    tokens = make.tokens_for(world.client, world.browser, scope="openid profile email phone")
    told = world.userinfo(tokens["access_token"]).json
    assert told["preferred_username"] == "person"
    assert {name: value for name, value in claims(tokens).items() if name in told} == told


def test_given_and_family_names_are_told_and_make_the_full_name(world: World) -> None:
    world.person_does(lambda person: setattr(person, "given_name", "Petra"))
    world.person_does(lambda person: setattr(person, "family_name", "Neu"))
    tokens = make.tokens_for(world.client, world.browser, scope="openid profile")
    for told in (claims(tokens), world.userinfo(tokens["access_token"]).json):
        assert (told["given_name"], told["family_name"], told["name"]) == ("Petra", "Neu", "Petra Neu")


def test_what_was_not_granted_is_in_no_id_token(world: World) -> None:
    page = world.ask(scope="openid profile email")
    code = make.answer_of(make.decide(world.browser, page, ticked=["profile"]))["code"]
    told = claims(make.redeem(world.http, world.client, code).json)
    assert (told["name"], "email" in told, "email_verified" in told) == ("person", False, False)
    assert claims(make.tokens_for(world.other, world.browser, scope="openid")).keys() == {
        "iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash",
        "sid",
    }  # fmt: skip


def test_a_refreshed_id_token_says_what_is_so_by_then(world: World) -> None:
    tokens = make.tokens_for(world.client, world.browser, scope="openid profile")
    world.person_does(lambda person: setattr(person, "name", "Petra Neu"))
    renewed = make.refresh(world.http, world.client, tokens["refresh_token"]).json
    assert claims(renewed)["name"] == "Petra Neu"
    narrowed = make.refresh(world.http, world.client, renewed["refresh_token"], scope="openid").json
    assert "name" not in claims(narrowed)


def test_an_app_may_ask_for_lean_ones(world: World) -> None:
    lean = world.make_client(lean_id_tokens=True)
    tokens = make.tokens_for(lean, world.browser)
    assert "preferred_username" not in claims(tokens)
    assert world.userinfo(tokens["access_token"]).json["preferred_username"] == "person"


@pytest.mark.rfc("9207")
def test_an_app_may_have_its_errors_without_iss(world: World) -> None:
    with_iss, without = world.make_client(), world.make_client(errors_without_iss=True)
    refused = [make.answer_of(world.ask(client, scope="nope")) for client in (with_iss, without)]
    assert ["iss" in answer for answer in refused] == [True, False]
    wrong_type = [make.answer_of(world.ask(client, response_type="token")) for client in (with_iss, without)]
    assert ["iss" in answer for answer in wrong_type] == [True, False]
    # A code is never without it.
    assert "iss" in make.answer_of(make.decide(world.browser, world.ask(without)))


def test_the_owner_switches_both_on_the_edit_page(world: World) -> None:
    owner = make.browser_of(world.app, world.owner)
    path = f"/dashboard/apps/{world.client.id}/edit"
    page = owner.get(path)
    fields = {
        "csrf_token": make.csrf_token(page), "name": "Ledger", "redirect_uris": make.CALLBACK,
        "client_type": "confidential", "grant_types": ["authorization_code"], "scopes": ["openid", "profile"],
        "lean_id_tokens": "y", "errors_without_iss": "y",
    }  # fmt: skip
    assert owner.post(path, data=fields).status_code == 302
    assert "iss" not in make.answer_of(world.ask(scope="nope"))
    assert "preferred_username" not in claims(
        make.tokens_for(world.client, world.browser, scope="openid profile")
    )


@pytest.mark.oidc("backchannel#2.1")
def test_an_id_token_names_the_session_of_the_browser_and_so_does_a_refreshed_one(world: World) -> None:
    tokens = make.tokens_for(world.client, world.browser)
    renewed = make.refresh(world.http, world.client, tokens["refresh_token"]).json
    elsewhere = make.tokens_for(world.other, make.browser_of(world.app, world.person))
    with world.app.app_context():
        sessions = set(db.session.scalars(select(BrowserSession.id)))
    named = claims(tokens)["sid"], claims(renewed)["sid"], claims(elsewhere)["sid"]
    assert named[0] == named[1] != named[2]
    assert {named[0], named[2]} == sessions
    assert "sid" not in make.claims_of(tokens["access_token"])


def test_an_id_token_that_came_of_a_password_names_no_session(world: World) -> None:
    app = world.make_client(grant_types=("password",), redirect_uris=[])
    fields = {"username": world.person.username, "password": make.PASSWORD, "scope": "openid"}
    assert "sid" not in claims(world.token(grant_type="password", **fields, **app.form).json)
