"""The scope and the claim ``groups``: who is told, that it is never stale, that it fits, and what it costs."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.database.rows import db
from app.groups import groups, members
from app.groups.models import Group
from tests import factories as make
from tests.oauth.world import World
from tests.support.statements import count_statements

SCOPES = "openid groups"
LARGEST = 4_096


@pytest.fixture
def client(world: World) -> make.App:
    return world.make_client(scopes=("openid", "email", "groups"))


def tell(world: World, client: make.App, tokens: dict[str, Any]) -> list[object]:
    """What ID token, userinfo, /oauth/me and introspection say of groups."""
    header = make.with_token(tokens["access_token"])
    return [
        make.claims_of(tokens["id_token"]).get("groups"),
        world.http.get("/oauth/userinfo", headers=header).json.get("groups"),
        world.http.get("/oauth/me", headers=header).json.get("groups"),
        make.introspect(world.http, client, tokens["access_token"]).get("groups"),
        make.introspect(world.http, client, tokens["refresh_token"]).get("groups"),
    ]


def test_all_places_tell_the_names_sorted(world: World, client: make.App) -> None:
    for name in ("sales", "Ärzte", "Admins <b>&", "Команда"):
        make.make_group(world.app, name, world.person)
    names = sorted(["sales", "Ärzte", "Admins <b>&", "Команда"])
    assert tell(world, client, make.tokens_for(client, world.browser, scope=SCOPES)) == [names] * 5


def test_who_is_in_no_group_has_an_empty_list(world: World, client: make.App) -> None:
    make.make_group(world.app, "Sales")
    assert tell(world, client, make.tokens_for(client, world.browser, scope=SCOPES)) == [[]] * 5


def test_without_the_scope_nothing_is_told(world: World, client: make.App) -> None:
    make.make_group(world.app, "Sales", world.person)
    assert tell(world, client, make.tokens_for(client, world.browser, scope="openid email")) == [None] * 5


def test_a_lean_id_token_leaves_it_to_userinfo(world: World, client: make.App) -> None:
    make.make_group(world.app, "Sales", world.person)
    world.change(lambda row: setattr(row, "lean_id_tokens", True), client)
    told = tell(world, client, make.tokens_for(client, world.browser, scope=SCOPES))
    assert told == [None, *[["Sales"]] * 4]


def test_a_change_is_seen_at_once_by_userinfo_and_the_next_token(world: World, client: make.App) -> None:
    tokens = make.tokens_for(client, world.browser, scope=SCOPES)
    group = make.make_group(world.app, "Sales", world.person)
    assert tell(world, client, tokens)[1:] == [["Sales"]] * 4
    tokens = make.refresh(world.http, client, tokens["refresh_token"]).json
    assert make.claims_of(tokens["id_token"])["groups"] == ["Sales"]
    with world.app.app_context():
        groups.change_group(db.session.get_one(Group, group.id), "Vertrieb", "", actor_id=None)
        db.session.commit()
    assert tell(world, client, tokens)[1] == ["Vertrieb"]
    make.leave(world.app, group, world.person)
    assert tell(world, client, tokens)[1:] == [[]] * 4


def test_it_is_offered_to_developers_but_given_to_nobody_unasked(world: World) -> None:
    owner = make.browser_of(world.app, world.owner)
    page = owner.get("/dashboard/apps/new")
    assert 'value="groups"' in page.text
    assert 'value="groups" checked' not in page.text
    refused = make.answer_of(world.ask(scope=SCOPES))
    assert refused["error"] == "invalid_scope"


@pytest.mark.any_database
def test_discovery_lists_scope_and_claims(world: World) -> None:
    document = world.http.get("/.well-known/openid-configuration").json
    assert "groups" in document["scopes_supported"]
    assert {"groups", "groups_omitted"} <= set(document["claims_supported"])


def test_a_token_for_it_is_for_the_portal(world: World, client: make.App) -> None:
    tokens = make.tokens_for(client, world.browser, scope="groups")
    assert make.claims_of(tokens["access_token"])["aud"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, ["You are in no group."]), (2, ["G00 · G01"]), (12, ["G07", "4 more"])],
    ids=["none", "some", "many"],
)
def test_the_consent_page_shows_the_real_names(
    world: World, client: make.App, number: int, shown: list[str]
) -> None:
    for index in range(number):
        make.make_group(world.app, f"G{index:02}", world.person)
    page = world.ask(client, scope=SCOPES)
    assert "See which groups you are in" in page.text
    assert all(words in page.text for words in shown)
    assert "G08" not in page.text


def in_many(app: Flask, person: make.Person, number: int, name: str) -> list[str]:
    """The names of so many groups that this person is in."""
    with app.app_context():
        for index in range(number):
            text = f"{index:03}{name}"[:100]
            group = groups.create_group(text, actor_id=None)
            members.add_members(group, [person.id], actor_id=None)
        db.session.commit()
        return members.groups_of(person.id)


@pytest.mark.parametrize(
    "letter", ["x", "ä", "漢", '"', "😀"], ids=["ascii", "latin", "han", "quote", "emoji"]
)
@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_an_id_token_stays_under_4_kb_and_says_how_many_groups_are_left_out(
    world: World, client: make.App, letter: str, alg: str
) -> None:
    names = in_many(world.app, world.person, 200, letter * 97)
    world.change(lambda row: setattr(row, "alg", alg), client)
    tokens = make.tokens_for(client, world.browser, scope=SCOPES)
    claims = make.claims_of(tokens["id_token"])
    assert LARGEST - 900 < len(tokens["id_token"]) <= LARGEST
    assert claims["groups"] == names[: len(claims["groups"])]
    assert claims["groups"]
    assert claims["groups_omitted"] == 200 - len(claims["groups"])
    assert tell(world, client, tokens)[1:] == [names] * 4
    again = make.refresh(world.http, client, tokens["refresh_token"]).json
    assert make.claims_of(again["id_token"])["groups_omitted"] > 0
    assert len(again["id_token"]) <= LARGEST


def test_what_just_fits_is_told_whole(world: World, client: make.App) -> None:
    for number in range(1, 90):
        make.make_group(world.app, f"{number:02}" + "g" * 47, world.person)
        token = make.tokens_for(client, world.browser, scope=SCOPES)["id_token"]
        claims = make.claims_of(token)
        assert len(token) <= LARGEST
        if len(claims["groups"]) < number:
            assert claims["groups_omitted"] == 1
            return
        assert "groups_omitted" not in claims
    pytest.fail("nothing was left out")


# What each takes without the scope, test_statements.py says.
def test_the_scope_costs_one_statement_however_many_groups_there_are(
    world: World, client: make.App, app: Flask
) -> None:
    in_many(app, world.person, 50, "g")
    http = app.test_client()
    tokens = make.tokens_for(client, world.browser, scope=SCOPES)
    tokens = make.refresh(http, client, tokens["refresh_token"]).json
    header = make.with_token(tokens["access_token"])
    http.get("/oauth/userinfo", headers=header)
    taken = {}
    with count_statements() as statements:
        for name, act in {
            "userinfo": lambda: http.get("/oauth/userinfo", headers=header),
            "introspection": lambda: make.introspect(http, client, tokens["access_token"]),
            "refresh": lambda: make.refresh(http, client, tokens["refresh_token"]),
        }.items():
            statements.clear()
            act()
            taken[name] = len(statements)
    assert taken == {"userinfo": 2, "introspection": 3, "refresh": 3}


def test_an_app_for_some_groups_costs_one_statement_more(world: World, app: Flask) -> None:
    make.restrict(app, world.client, make.make_group(app, "Sales", world.person))
    tokens, http = world.tokens, app.test_client()
    tokens = make.refresh(http, world.client, tokens["refresh_token"]).json
    header = make.with_token(tokens["access_token"])
    http.get("/oauth/userinfo", headers=header)
    with count_statements() as statements:
        http.get("/oauth/userinfo", headers=header)
        assert len(statements) == 2
        make.introspect(http, world.client, tokens["access_token"])
        assert len(statements) == 5
        make.refresh(http, world.client, tokens["refresh_token"])
        assert len(statements) == 8


def test_a_permission_of_this_name_cannot_be_defined(browser_of_admin: FlaskClient) -> None:
    token = make.csrf_token(browser_of_admin.get("/admin/scopes/new"))
    fields = {"name": "groups", "description_en": "x", "description_de": "x"}
    page = browser_of_admin.post("/admin/scopes/new", data={"csrf_token": token, **fields})
    assert "This name has a meaning of its own here." in page.text


@pytest.fixture
def browser_of_admin(app: Flask) -> FlaskClient:
    return make.browser_of(app, make.make_user(app, is_admin=True))
