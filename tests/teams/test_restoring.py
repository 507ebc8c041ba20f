"""Somebody else was in an owner's account: whom they brought into teams is out when the address is given back."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.account.email_changes import email_restored
from app.audit.models import Event
from app.clock import now
from app.database.rows import db, first_id_at
from app.teams import membership
from app.teams.models import Role, TeamMember
from app.teams.signals import member_left
from app.teams.teams import find_team
from app.users.accounts import get_user
from tests import factories as make
from tests.account.visitor import mails
from tests.support.mailboxes import text_of
from tests.teams.visitors import Cast, answer, ask_in, cast, said


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


@pytest.fixture
def since(crew: Cast, db_session: Session) -> datetime:
    """The moment from which the account was in other hands; the crew is older."""
    db_session.execute(update(TeamMember).values(since=now() - timedelta(days=9)))
    db_session.commit()
    return now()


def restore(crew: Cast, since: datetime, who: str = "owner") -> None:
    with crew.app.app_context():
        email_restored.send(get_user(crew.people[who].id), since=since)
        db.session.commit()


def let_in(crew: Cast, name: str, role: Role, by: make.Person) -> make.Person:
    """Invite somebody new, who accepts."""
    person = make.make_user(crew.app, name)
    answer(make.browser_of(crew.app, person), ask_in(crew.app, crew.team, person.email, role, by))
    return person


def test_attack_an_accomplice_who_joined_by_a_thief_stays_an_owner(
    app: Flask, crew: Cast, since: datetime
) -> None:
    accomplice = let_in(crew, "mallory", Role.OWNER, crew.people["owner"])
    let_in(crew, "trudy", Role.OWNER, accomplice)  # from hand to hand
    left: list[str] = []

    def note(member: TeamMember) -> None:
        left.append(member.user_id)

    with member_left.connected_to(note):
        restore(crew, since)
    assert crew.roles() == {"the-owner": "owner", "the-developer": "developer", "the-reader": "reader"}
    assert len(left) == 2
    removed = mails(app, "team_removed")
    assert sorted(str(mail["To"]) for mail in removed) == ["mallory@example.org", "trudy@example.org"]
    assert "since somebody else may have been in the account that invited you" in " ".join(
        text_of(removed[0]).split()
    )
    assert "Removed from a team mallory" in said(crew.browsers["owner"].get(f"{crew.page}/activity"))


def test_attack_an_accomplice_whom_a_thief_promoted_stays_an_owner(
    app: Flask, crew: Cast, since: datetime
) -> None:
    crew.post("owner", f"/members/{crew.people['reader'].id}/role", role="owner")
    crew.post("reader", f"/members/{crew.people['developer'].id}/role", role="owner")
    crew.post("developer", f"/members/{crew.people['reader'].id}/role", role="reader")
    crew.post("developer", f"/members/{crew.people['reader'].id}/role", role="owner")
    restore(crew, since)
    assert crew.roles() == {"the-owner": "owner", "the-developer": "reader", "the-reader": "reader"}
    told = " ".join(text_of(mails(app, "team_role_changed")[-1]).split())
    assert "you became a reader of the team “Harbour Crew”" in told


@pytest.mark.parametrize("act", ["role", "remove"])
def test_attack_an_accomplice_throws_the_owner_out(crew: Cast, since: datetime, act: str) -> None:
    """Of the others nobody was an owner; with nobody else left, the team is the restored person's again."""
    let_in(crew, "mallory", Role.OWNER, crew.people["owner"])
    with crew.app.app_context():
        team, by = find_team(crew.team.id), get_user(crew.people["owner"].id)
        mallory = next(
            row.user_id
            for row in db.session.query(TeamMember)
            if row.role == Role.OWNER and row.user_id != by.id
        )
        assert team is not None
        for person in ("developer", "reader"):
            membership.remove(team, crew.people[person].id, by=mallory)
        if act == "role":
            membership.change_role(team, by.id, Role.READER, by=mallory)
        else:
            membership.remove(team, by.id, by=mallory)
        db.session.commit()
    restore(crew, since)
    assert crew.roles() == {"the-owner": "owner"}


def test_where_others_are_left_one_of_them_inherits(app: Flask, crew: Cast, since: datetime) -> None:
    mallory = let_in(crew, "mallory", Role.OWNER, crew.people["owner"])
    with app.app_context():
        team = find_team(crew.team.id)
        assert team is not None
        membership.remove(team, crew.people["owner"].id, by=mallory.id)
        db.session.commit()
    restore(crew, since)
    assert crew.roles() == {"the-developer": "owner", "the-reader": "reader"}


def test_what_was_given_before_or_by_others_stays(app: Flask, crew: Cast, since: datetime) -> None:
    crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    with app.app_context():
        for event in db.session.query(Event).filter(Event.kind == "teams.member.role_changed"):
            event.id = first_id_at(since - timedelta(days=1))
        db.session.commit()
    let_in(crew, "colleague", Role.DEVELOPER, crew.people["developer"])
    restore(crew, since)
    assert crew.roles()["colleague"] == "developer"
    assert crew.roles()["the-developer"] == "owner"
    assert mails(app, "team_removed") == []
