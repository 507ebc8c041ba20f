"""What a person is told of their apps' tokens: a token or code used again, and access that an app gave back."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.audit import EventKind
from app.audit.models import Event
from app.audit.trail import list_events
from tests import factories as make
from tests.oauth.world import World

NAME = "Ledger of Zoë"
KINDS = (EventKind.TOKENS_REPLAYED, EventKind.TOKENS_REVOKED)


@pytest.fixture
def world(app: Flask) -> World:
    world = World(app)
    world.client = world.make_client(name=NAME)
    return world


def told(world: World) -> list[Event]:
    """The person's events about tokens."""
    with world.app.app_context():
        return [event for event in list_events(world.person.id, limit=100) if event.kind in KINDS]


def revoke(world: World, token: str, client: make.App | None = None) -> TestResponse:
    return world.http.post("/oauth/revoke", data={"token": token, **(client or world.client).form})


def replay_refresh_token(world: World) -> TestResponse:
    first = world.tokens["refresh_token"]
    second = make.refresh(world.http, world.client, first).json["refresh_token"]
    make.refresh(world.http, world.client, second)
    return make.refresh(world.http, world.client, first)


def replay_code(world: World) -> TestResponse:
    assert make.redeem(world.http, world.client, world.code).status_code == 200
    return make.redeem(world.http, world.client, world.code)


def give_back(world: World) -> TestResponse:
    return revoke(world, world.tokens["refresh_token"])


@pytest.mark.parametrize(
    ("act", "status", "kind", "why"),
    [
        (replay_refresh_token, 400, EventKind.TOKENS_REPLAYED, "refresh_replayed"),
        (replay_code, 400, EventKind.TOKENS_REPLAYED, "code_replayed"),
        (give_back, 200, EventKind.TOKENS_REVOKED, "token_revoked"),
    ],
)
def test_the_person_can_read_which_app_it_was_from_where_and_why(
    world: World, act: Callable[[World], TestResponse], status: int, kind: EventKind, why: str
) -> None:
    answer = act(world)
    assert answer.status_code == status
    (event,) = told(world)
    assert (event.kind, event.client_id, event.actor_id) == (kind, world.client.id, None)
    assert (event.ip, event.request_id) == ("127.0.0.1", answer.headers["X-Request-Id"])
    assert json.loads(event.details) == {"app": NAME, "why": why}


@pytest.mark.parametrize("again", [replay_refresh_token, replay_code, give_back])
def test_repetitions_are_not_told_again(world: World, again: Callable[[World], TestResponse]) -> None:
    again(world)
    for _ in range(3):
        revoke(world, world.tokens["refresh_token"])
        make.refresh(world.http, world.client, world.tokens["refresh_token"])
        make.redeem(world.http, world.client, world.code)
        make.redeem(world.http, world.client, world.code)
    families = [event.details for event in told(world)]
    assert len(families) == 2  # that of the tokens and that of the code, once each


def test_a_retry_a_foreign_app_and_access_that_had_ended_are_told_to_nobody(world: World) -> None:
    token = world.tokens["refresh_token"]
    make.refresh(world.http, world.client, token)
    make.refresh(world.http, world.client, token)
    make.refresh(world.http, world.other, token)
    revoke(world, token, world.other)
    world.withdraw()
    revoke(world, token)
    assert told(world) == []


def test_attack_whoever_overheard_a_code_of_a_public_app_fills_nobodys_activity(world: World) -> None:
    public = world.make_client(client_type="public")
    proof = make.make_proof()
    code = make.authorize(public, world.browser, proof)
    make.redeem(world.http, public, code, proof)
    for verifier in (None, "v" * 50):
        assert make.redeem(world.http, public, code, code_verifier=verifier).status_code == 400
    assert told(world) == []


@pytest.mark.parametrize(
    ("locale", "replayed", "given_back", "warning"),
    [
        (
            "en",
            "An app lost its access, since somebody used an old token of it again.",
            "An app gave its access back.",
            "Please check",
        ),
        (
            "de",
            "Eine App hat ihren Zugriff verloren, weil eines ihrer alten Token noch einmal benutzt wurde.",
            "Eine App hat ihren Zugriff zurückgegeben.",
            "Bitte prüfen",
        ),
    ],
)
def test_the_activity_page_tells_both_and_warns_of_the_replay(
    world: World, locale: str, replayed: str, given_back: str, warning: str
) -> None:
    replay_refresh_token(world)
    make.redeem(world.http, world.client, world.code)
    revoke(world, make.tokens_for(world.client, world.browser)["refresh_token"])
    page = world.browser.get(f"/account/activity?locale={locale}", follow_redirects=True).text
    rows = page.split("<tr ")
    (warned,) = [row for row in rows if replayed in row]
    (quiet,) = [row for row in rows if given_back in row]
    assert NAME in warned
    assert NAME in quiet
    assert warning in warned
    assert warning not in quiet
