"""flask team list and flask team show."""

import json

import pytest
from click.testing import Result
from flask import Flask

from app.teams.models import Role
from tests.teams.visitors import Cast, ask_in, cast


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


def flask(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["team", *arguments])


def test_list_prints_every_team_with_its_numbers(app: Flask, crew: Cast) -> None:
    ask_in(app, crew.team, "somebody@example.org", Role.READER, crew.people["owner"])
    (told,) = json.loads(flask(app, "list", "--json").stdout)
    numbers = {name: told[name] for name in ("name", "members", "owners", "open_invitations", "apps")}
    assert numbers == {"name": "Harbour Crew", "members": 3, "owners": 1, "open_invitations": 1, "apps": 0}
    heads, row = flask(app, "list").stdout.splitlines()
    assert heads.split() == ["ID", "MEMBERS", "OWNERS", "INVITATIONS", "APPS", "NAME"]
    assert row.split() == [crew.team.id, "3", "1", "1", "0", "Harbour", "Crew"]


@pytest.mark.parametrize("by", ["id", "name"])
def test_show_prints_members_roles_and_invitations_but_no_token(app: Flask, crew: Cast, by: str) -> None:
    link = ask_in(app, crew.team, "somebody@example.org", Role.READER, crew.people["owner"])
    team = crew.team.id if by == "id" else "harbour crew"
    result = flask(app, "show", team, "--json")
    told = json.loads(result.stdout)
    roles = {member["username"]: member["role"] for member in told["members"]}
    assert roles == {"the-owner": "owner", "the-developer": "developer", "the-reader": "reader"}
    assert told["members"][1]["added_by"] == "the-owner"
    (invitation,) = told["invitations"]
    assert (invitation["email"], invitation["invited_by"]) == ("somebody@example.org", "the-owner")
    assert link.rpartition("/")[2].partition("?")[0] not in result.stdout
    text = flask(app, "show", team).stdout
    assert "Owners (1): the-owner" in text
    assert "Invited as reader by the-owner until" in text


def test_show_says_that_there_is_no_such_team(app: Flask) -> None:
    result = flask(app, "show", "Nobody")
    assert result.exit_code == 1
    assert "No team has the ID or name 'Nobody'. “flask team list” prints them all." in result.stderr
