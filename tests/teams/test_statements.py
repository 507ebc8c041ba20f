"""Pages of large teams ask the database no more often than those of small ones."""

import pytest
from flask import Flask
from sqlalchemy import insert

from app.clock import now
from app.database.rows import db, new_id
from app.teams.models import TeamMember
from app.users.models import User
from tests import factories as make
from tests.support.statements import count_statements
from tests.teams.visitors import cast

MEMBERS = 1_997


def fill(app: Flask, team: make.Team, number: int, by: make.Person) -> None:
    """Add so many members to the team."""
    people = [
        {"id": new_id(), "username": f"extra{each}", "username_key": f"extra{each}", "is_admin": False}
        for each in range(number)
    ]
    members = [
        {"team_id": team.id, "user_id": each["id"], "role": "reader", "added_by": by.id} for each in people
    ]
    with app.app_context():
        db.session.execute(
            insert(User.__table__), [each | {"created_at": now(), "updated_at": now()} for each in people]
        )
        db.session.execute(insert(TeamMember), members)
        db.session.commit()


@pytest.mark.parametrize("path", ["", "/activity", "?q=extra1", "/leave"])
def test_the_page_of_a_team_of_2000_asks_as_often_as_that_of_a_team_of_three(app: Flask, path: str) -> None:
    crew = cast(app)
    browser = crew.browsers["owner"]
    numbers = []
    for members in (0, MEMBERS):
        if members:
            fill(app, crew.team, members, crew.people["owner"])
        browser.get(crew.page + path)
        with count_statements() as statements:
            assert browser.get(crew.page + path).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1], numbers
    assert numbers[1] <= 12, numbers


@pytest.mark.parametrize("path", ["/dashboard/teams", "/account/teams"])
def test_the_list_of_fifty_teams_asks_as_often_as_that_of_one(app: Flask, path: str) -> None:
    anna = make.make_user(app)
    browser = make.browser_of(app, anna)
    numbers = []
    for teams in (1, 49):
        for _number in range(teams):
            make.make_team(app, anna)
        browser.get(path)
        with count_statements() as statements:
            assert browser.get(path).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1], numbers
    assert numbers[1] <= 10, numbers
