"""The password grant: only for an app that an administrator switched it on for, and no easier to attack than /login."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.account.passwords import change_password
from app.clients import registration
from app.clients.details import DEVELOPER_LIMITS, OPERATOR_LIMITS, Details, details_of
from app.clients.refusals import ClientRefused, Reason
from app.clock import now
from app.database.rows import db
from app.users import accounts, password_hashes, passwords
from tests import factories as make
from tests.oauth import by_assertion
from tests.oauth.world import World, later
from tests.support.apps import MakeApp

GRANTS = ("password", "refresh_token")
REFUSAL = "The username or email address and the password do not match an account that may sign in here."


@pytest.fixture
def world(app: Flask) -> World:
    found = World(app)
    found.client = found.make_client(grant_types=GRANTS, redirect_uris=[])  # type: ignore[misc]
    return found


def sign_in(world: World, client: make.App | None = None, **changes: Any) -> TestResponse:
    """What the token endpoint answers to the person's name and password."""
    fields = {"grant_type": "password", "username": world.person.username, "password": make.PASSWORD}
    return world.token(**{**fields, **(client or world.client).form, **changes})


def causes_in_log(world: World) -> list[str]:
    """The causes on the owner's pages of the failures so far, newest first."""
    page = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}/log")
    return [part.partition('"')[0] for part in page.text.split('data-cause="')[1:]]


@pytest.mark.parametrize("name", ["person", "PERSON", "person@example.org"])
def test_a_name_and_a_password_give_tokens_about_the_person(world: World, name: str) -> None:
    answer = sign_in(world, username=name, scope="openid profile").json
    assert answer["token_type"] == "Bearer"
    assert answer["scope"] == "openid profile"
    claims = make.claims_of(answer["access_token"])
    assert (claims["sub"], claims["client_id"]) == (world.person.id, world.client.id)
    assert make.claims_of(answer["id_token"])["sub"] == world.person.id
    assert world.userinfo(answer["access_token"]).json["preferred_username"] == "person"
    assert make.introspect(world.http, world.client, answer["access_token"])["active"] is True


def test_the_tokens_rotate_like_those_of_a_code(world: World) -> None:
    first = sign_in(world).json
    second = make.refresh(world.http, world.client, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    with later(seconds=61):
        replay = make.refresh(world.http, world.client, first["refresh_token"])
        assert replay.json["error"] == "invalid_grant"
        assert make.introspect(world.http, world.client, second["access_token"]) == {"active": False}


def test_without_the_refresh_grant_there_is_no_refresh_token(world: World) -> None:
    assert "refresh_token" not in sign_in(world, world.make_client(grant_types=("password",))).json


def test_the_person_sees_the_app_and_ends_it_with_one_click(world: World) -> None:
    answer = sign_in(world).json
    page = world.browser.get("/account/apps")
    assert "may ask for your password" in page.text
    path = f"/account/apps/{world.client.id}/disconnect"
    world.browser.post(path, data={"csrf_token": make.csrf_token(page)})
    assert make.introspect(world.http, world.client, answer["access_token"]) == {"active": False}
    assert make.refresh(world.http, world.client, answer["refresh_token"]).json["error"] == "invalid_grant"
    assert f'{path}"' not in world.browser.get("/account/apps").text
    again = sign_in(world).json  # the person typed the password into the app once more
    assert make.introspect(world.http, world.client, again["access_token"])["active"] is True
    assert make.introspect(world.http, world.client, answer["access_token"]) == {"active": False}


def test_what_somebody_declined_on_the_consent_page_the_password_does_not_give(world: World) -> None:
    both = world.make_client(grant_types=("authorization_code", "password"))
    make.decide(world.browser, world.ask(both), ticked=["openid", "profile"])
    answer = sign_in(world, both, scope="openid profile email").json
    assert answer["scope"] == "openid profile"
    refused = sign_in(world, both, scope="email")
    assert (refused.status_code, refused.json["error"]) == (400, "access_denied")


def test_the_person_reads_that_an_app_signed_them_in(world: World) -> None:
    sign_in(world)
    assert "An app signed you in with your password." in world.browser.get("/account/activity").text


def test_blocking_ends_the_tokens(world: World) -> None:
    answer = sign_in(world).json
    world.person_does(accounts.block)
    assert make.introspect(world.http, world.client, answer["access_token"]) == {"active": False}


def test_wrong_unknown_blocked_and_without_password_are_refused_alike(world: World) -> None:
    with world.app.app_context():
        accounts.register("without", "without@example.org")
        db.session.commit()
    refusals = [sign_in(world, password="wrong"), sign_in(world, username="nobody")]
    refusals.append(sign_in(world, username="without"))
    world.person_does(accounts.block)
    refusals.append(sign_in(world))
    told = {
        (answer.status_code, answer.json["error"], answer.json["error_description"]) for answer in refusals
    }
    assert told == {(400, "invalid_grant", REFUSAL)}
    assert causes_in_log(world) == ["account_blocked", *["credentials_wrong"] * 3]
    stranger = world.app.test_client()
    pages = {stranger.get(f"/failures/{answer.headers['X-Request-Id']}").text for answer in refusals}
    meanings = {"The username or the password was not right." in page for page in pages}
    assert meanings == {True}


def test_a_name_nobody_has_costs_a_hash_like_any_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[bytes] = []
    make_hash, matches = password_hashes.make, password_hashes.matches
    monkeypatch.setattr(password_hashes, "make", lambda *given: hashed.append(given[2]) or make_hash(*given))
    monkeypatch.setattr(password_hashes, "matches", lambda *given: hashed.append(given[1]) or matches(*given))
    for name in ("nobody", "person"):
        hashed.clear()
        sign_in(world, username=name, password="guess")
        assert hashed == [b"guess"]


@pytest.mark.parametrize("name", ["person", "nobody"])
def test_guessing_through_the_token_endpoint_pauses_like_the_sign_in_page(world: World, name: str) -> None:
    person = world.person
    for _ in range(5):
        assert sign_in(world, username=name, password="guess").status_code == 400
    paused = sign_in(world, username=name)
    assert (paused.status_code, paused.json["error"]) == (429, "temporarily_unavailable")
    assert 1 <= int(paused.headers["Retry-After"]) <= 30
    assert paused.json["error_uri"].endswith(paused.headers["X-Request-Id"])
    page = world.http.get("/login")
    fields = {"csrf_token": make.csrf_token(page), "username": name, "password": make.PASSWORD}
    assert world.http.post("/login", data=fields).status_code == 429
    with later(seconds=31):
        assert sign_in(world, username=person.username).status_code == 200


def test_guessing_with_another_app_does_not_start_a_new_count(world: World) -> None:
    other = world.make_client(grant_types=("password",))
    for asking in (world.client, other, world.client, other, world.client):
        sign_in(world, asking, password="guess")
    assert sign_in(world, other).status_code == 429


def test_passwords_guessed_at_the_same_moment_are_answered_no_more_often(world: World) -> None:
    fields = {"grant_type": "password", "username": world.person.username, **world.client.form}

    def guess(number: int) -> int:
        program = world.app.test_client()
        return program.post("/oauth/token", data={**fields, "password": f"guess {number}"}).status_code

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(guess, range(12))) == [400] * 5 + [429] * 7


def test_nobody_guesses_passwords_without_the_secret_of_the_app(world: World) -> None:
    for _ in range(7):
        refused = sign_in(world, client_secret="pf_secret_guessed-1234567", password="guess")
        assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
    assert sign_in(world).status_code == 200


def test_an_app_that_signs_instead_of_sending_a_secret_asks_with_passwords_too(world: World) -> None:
    """The id of its assertion is written before the person is looked up: two transactions, one after the other."""
    signer = by_assertion.make_signer(world, grant_types=GRANTS)
    signed = {
        "client_assertion": by_assertion.make_assertion(signer),
        "client_assertion_type": by_assertion.TYPE,
    }
    person = {"grant_type": "password", "username": world.person.username, "password": make.PASSWORD}
    assert world.token(**person, **signed).status_code == 200
    replayed = world.token(**person, **signed)
    assert (replayed.status_code, replayed.json["error"]) == (401, "invalid_client")


def test_a_new_password_ends_what_the_old_one_gave(world: World) -> None:
    answer = sign_in(world).json
    with_code = make.tokens_for(world.make_client(), world.browser)
    with world.app.app_context():
        user = accounts.get_user(world.person.id)
        new = "crimson wagon beyond nine hills"
        change_password(user, new, session_id="0" * 32)
        db.session.commit()
    assert make.introspect(world.http, world.client, answer["access_token"]) == {"active": False}
    assert make.refresh(world.http, world.client, answer["refresh_token"]).json["error"] == "invalid_grant"
    assert world.userinfo(with_code["access_token"]).status_code == 200


def test_an_app_without_the_switch_gets_nothing_and_learns_nothing(world: World) -> None:
    plain = world.make_client()
    for password in (make.PASSWORD, "wrong"):
        refused = sign_in(world, plain, password=password)
        assert (refused.status_code, refused.json["error"]) == (400, "unauthorized_client")


def test_a_public_app_gets_nothing_even_with_the_switch(world: World) -> None:
    public = world.make_client(client_type="public")
    world.change(lambda row: setattr(row, "grant_types", "authorization_code password"), public)
    assert sign_in(world, public).json["error"] == "unauthorized_client"


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"username": ""}, "invalid_request"),
        ({"password": ""}, "invalid_request"),
        ({"password": "a\0b"}, "invalid_request"),
        ({"username": "person\0"}, "invalid_request"),
        ({"password": "x" * 8001}, "invalid_request"),
        ({"password": "ä" * 4000}, "invalid_grant"),
        ({"username": "x" * 8000}, "invalid_grant"),
        ({"username": "\ud7ff\u202e" * 50}, "invalid_grant"),
        ({"scope": "unheard.of"}, "invalid_scope"),
    ],
)
def test_what_no_honest_app_sends_is_refused_in_words(
    world: World, changes: dict[str, str], error: str
) -> None:
    refused = sign_in(world, **changes)
    assert (refused.status_code, refused.json["error"]) == (400, error)


def test_somebody_with_a_second_factor_uses_another_grant(world: World) -> None:
    world.person_does(lambda person: setattr(person, "totp_at", now()))
    refused = sign_in(world)
    assert (refused.json["error"], refused.json["error_description"]) == ("invalid_grant", REFUSAL)
    assert causes_in_log(world) == ["second_factor_needed"]
    assert sign_in(world, username=world.owner.username).status_code == 200


def test_when_too_many_sign_in_the_app_is_told_to_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person, client = world.person, world.client
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    with passwords._turn:
        busy = sign_in(world, client, username=person.username)
    assert (busy.status_code, busy.json["error"]) == (503, "temporarily_unavailable")
    assert busy.headers["Retry-After"] == "5"


def test_an_old_hash_is_renewed_as_at_the_sign_in_page(world: World, app_with: MakeApp) -> None:
    assert sign_in(world).status_code == 200
    other = World(app_with(PASSWORD_HASHER="argon2"))
    other.client, other.person = world.client, world.person  # type: ignore[misc]
    assert sign_in(other).status_code == 200
    with world.app.app_context():
        assert str(accounts.get_user(world.person.id).password_hash).startswith("$argon2id$")


def test_developers_neither_gain_nor_lose_the_grant(world: World) -> None:
    developer = make.browser_of(world.app, world.owner)
    plain = world.make_client()
    for client, before in ((plain, "authorization_code"), (world.client, "password")):
        path = f"/dashboard/apps/{client.id}/edit"
        page = developer.get(path)
        assert 'value="password"' not in page.text
        fields = {
            "csrf_token": make.csrf_token(page),
            "name": f"Renamed {before}",
            "client_type": "confidential",
        }
        fields |= {"redirect_uris": make.CALLBACK, "scopes": ["openid"]}
        kept = developer.post(path, data={**fields, "grant_types": ["authorization_code"]})
        assert kept.status_code == 302, kept.text
        assert ("password" in grants_of(world, client)) == (client is world.client)
        refused = developer.post(path, data={**fields, "grant_types": ["authorization_code", "password"]})
        assert refused.status_code == (302 if client is world.client else 422)
        assert ("password" in grants_of(world, client)) == (client is world.client)
    fields = {**fields, "name": "Wants more", "grant_types": ["password"]}
    assert developer.post("/dashboard/apps/new", data=fields).status_code == 422


def test_an_app_with_the_grant_cannot_become_public(world: World) -> None:
    developer = make.browser_of(world.app, world.owner)
    page = developer.get(f"/dashboard/apps/{world.client.id}/edit")
    fields = {"csrf_token": make.csrf_token(page), "name": "Public", "client_type": "public"}
    fields |= {"grant_types": "authorization_code", "redirect_uris": make.CALLBACK, "scopes": "openid"}
    answer = developer.post(f"/dashboard/apps/{world.client.id}/edit", data=fields)
    assert answer.status_code == 422
    assert "anybody could guess passwords" in answer.text


def test_a_stranger_s_app_cannot_register_itself_with_the_grant(world: World) -> None:
    details = Details(name="Stranger", grant_types=("password",))
    with world.app.app_context():
        for limits in (DEVELOPER_LIMITS, OPERATOR_LIMITS):
            with pytest.raises(ClientRefused) as refused:
                registration.register_client(
                    details, owner_id=None, actor_id=None, limits=limits, dynamically=True
                )
            assert [problem.reason for problem in refused.value.problems] == [Reason.NOT_OFFERED]


def test_the_command_is_the_switch(world: World) -> None:
    plain = world.make_client(grant_types=("client_credentials",), redirect_uris=[])
    run = world.app.test_cli_runner().invoke
    assert sign_in(world, plain).json["error"] == "unauthorized_client"
    on = run(args=["client", "update", plain.id, "--grant", "password", "--grant", "refresh_token", "--json"])
    assert json.loads(on.stdout)["grant_types"] == ["password", "refresh_token"]
    assert sign_in(world, plain).status_code == 200
    assert run(args=["client", "update", plain.id, "--grant", "client_credentials"]).exit_code == 0
    assert sign_in(world, plain).json["error"] == "unauthorized_client"


def test_discovery_lists_the_grant_while_an_enabled_app_has_it(app: Flask, make_app: MakeApp) -> None:
    def listed() -> bool:
        document = make_app().test_client().get("/.well-known/openid-configuration").json
        return "password" in document["grant_types_supported"]

    world = World(app)
    assert not listed()
    world.client = world.make_client(grant_types=GRANTS, redirect_uris=[])  # type: ignore[misc]
    assert listed()
    assert sign_in(world).status_code == 200
    world.disable()
    assert not listed()


def test_no_password_is_kept_anywhere(world: World) -> None:
    from tests.oauth.test_causes import everything_kept, flush

    answers = [sign_in(world), sign_in(world, password="a wrong but private one", username="typed it here")]
    assert [answer.status_code for answer in answers] == [200, 400]
    flush(world.app)
    kept = everything_kept(world.app)
    assert not [word for word in (make.PASSWORD, "wrong but private", "typed it here") if word in kept]


def grants_of(world: World, client: make.App) -> tuple[str, ...]:
    with world.app.app_context():
        row = registration.find_client(client.id)
        assert row is not None
        return details_of(row).grant_types
