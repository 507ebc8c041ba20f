"""Pages of large teams ask the database no more often than those of small ones."""

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import db, new_id
from app.notifications.models import OutgoingMail
from app.teams.models import TeamMember
from app.users.models import User
from tests import factories as make
from tests.account.visitor import submit
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


def give_addresses(session: Session) -> None:
    """Give the extra people addresses that they have confirmed, and commit."""
    address = User.username.concat("@example.org")
    new = update(User).where(User.username.like("extra%"))
    session.execute(new.values(email=address, email_key=address, email_verified_at=now()))
    session.commit()


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


def test_deleting_a_team_of_2000_writes_in_few_statements(app: Flask, db_session: Session) -> None:
    crew = cast(app)
    fill(app, crew.team, MEMBERS, crew.people["owner"])
    give_addresses(db_session)
    with count_statements() as statements:
        assert crew.post("owner", "/delete", confirm="Harbour Crew").status_code == 303
    writes = [text for text in statements if not text.lstrip().upper().startswith("SELECT")]
    assert len(writes) <= 25, writes
    assert (
        db_session.scalar(select(func.count()).where(OutgoingMail.template == "team_removed")) == MEMBERS + 2
    )
    assert len(statements) <= 2 * MEMBERS + 80  # what each gave, and where each is reached


@pytest.mark.parametrize("what", ["promote", "delete an app"])
def test_of_2000_owners_the_50_longest_standing_ones_get_a_mail(
    app: Flask, db_session: Session, what: str
) -> None:
    crew = cast(app)
    client = make.make_client(app, crew.people["owner"], team=crew.team, name="Tide")
    fill(app, crew.team, 200, crew.people["owner"])
    db_session.execute(update(TeamMember).where(TeamMember.role == "reader").values(role="owner"))
    give_addresses(db_session)
    if what == "promote":
        crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    else:
        submit(crew.browsers["owner"], f"/dashboard/apps/{client.id}/delete", confirm="Tide")
    told = select(func.count()).where(OutgoingMail.template.in_(["team_new_owner", "app_deleted"]))
    assert 45 < (db_session.scalar(told) or 0) <= 50
