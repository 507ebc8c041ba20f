"""An owner is blocked or gone: somebody else becomes one, or the team ends with the last."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.account.email_changes import email_restored
from app.account.resetting import account_reclaimed
from app.clock import now
from app.database.rows import db
from app.teams.models import Role, Team, TeamInvitation, TeamMember
from app.teams.signals import member_left, team_ended
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.account.visitor import mails
from tests.support.mailboxes import text_of
from tests.teams.visitors import Cast, ask_in, cast, said


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


def happen(app: Flask, what: Callable[[User], object], *people: make.Person) -> None:
    with app.app_context():
        for person in people:
            what(accounts.get_user(person.id))
        db.session.commit()


@pytest.mark.parametrize("what", [accounts.delete, accounts.block])
def test_the_greatest_role_inherits_is_told_and_stands_in_the_activity(
    app: Flask, crew: Cast, what: Callable[[User], object]
) -> None:
    happen(app, what, crew.people["owner"])
    assert crew.roles()["the-developer"] == "owner"
    assert crew.roles().get("the-owner") == (None if what is accounts.delete else "owner")
    assert crew.roles()["the-reader"] == "reader"
    (told,) = mails(app, "team_inherited")
    assert told["To"] == "the-developer@example.org"
    assert "the-owner, the only owner" in " ".join(text_of(told).split())
    text = said(crew.browsers["developer"].get(f"{crew.page}/activity"))
    assert "Made an owner of a team, since no other could sign in the-developer" in text


def test_of_the_same_role_the_longest_in_the_team_inherits_and_only_who_can_sign_in(app: Flask) -> None:
    anna, *others = (make.make_user(app, name) for name in ("anna", "ben", "cleo", "dora"))
    team = make.make_team(app, anna)
    with app.app_context():
        for days, person in enumerate(reversed(others)):  # dora came last
            since = now() - timedelta(days=9 - days)
            db.session.add(TeamMember(team_id=team.id, user_id=person.id, role=Role.READER, since=since))
        db.session.commit()
    happen(app, accounts.block, others[2], anna)
    with app.app_context():
        owners = select(TeamMember.user_id).where(TeamMember.role == Role.OWNER)
        assert set(db.session.scalars(owners)) == {anna.id, others[1].id}


@pytest.mark.parametrize("what", [accounts.delete, accounts.block])
def test_where_another_owner_can_sign_in_nobody_inherits(
    app: Flask, crew: Cast, what: Callable[[User], object]
) -> None:
    crew.post("owner", f"/members/{crew.people['reader'].id}/role", role="owner")
    happen(app, what, crew.people["owner"])
    assert crew.roles()["the-developer"] == "developer"
    assert mails(app, "team_inherited") == []


def test_a_team_whose_others_are_all_blocked_still_has_an_owner(app: Flask, crew: Cast) -> None:
    happen(app, accounts.block, crew.people["developer"], crew.people["reader"], crew.people["owner"])
    assert crew.roles()["the-owner"] == "owner"
    happen(app, accounts.delete, crew.people["owner"])
    assert crew.roles() == {"the-developer": "owner", "the-reader": "reader"}


@pytest.mark.parametrize("how", ["deleted", "reclaimed"])
def test_the_last_who_leaves_ends_the_team(app: Flask, db_session: Session, how: str) -> None:
    anna = make.make_user(app)
    team = make.make_team(app, anna)
    told: list[str] = []

    def left(member: TeamMember) -> None:
        told.append(f"left {member.user_id}")

    def ended(ending: Team, last: str) -> None:
        told.append(f"ended {ending.id} after {last}")

    with member_left.connected_to(left), team_ended.connected_to(ended):
        happen(app, accounts.delete if how == "deleted" else account_reclaimed.send, anna)
    assert told == [f"left {anna.id}", f"ended {team.id} after {anna.id}"]
    assert db_session.scalars(select(Team)).all() == []


def test_who_is_gone_leaves_no_trace_in_teams_but_an_event_without_a_name(app: Flask, crew: Cast) -> None:
    ask_in(app, crew.team, "the-stranger@example.org", Role.READER, crew.people["owner"])
    happen(app, accounts.delete, crew.people["stranger"], crew.people["reader"])
    assert crew.invited() == {}
    text = said(crew.browsers["owner"].get(f"{crew.page}/activity"))
    assert "Left a team Deleted account" in text
    assert "the-stranger" not in text
    assert "the-reader" not in text


def test_attack_a_squatter_leaves_invitations_and_memberships_in_a_reclaimed_account(
    app: Flask, crew: Cast
) -> None:
    crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    ask_in(app, crew.team, "accomplice@example.org", Role.OWNER, crew.people["developer"])
    happen(app, account_reclaimed.send, crew.people["developer"])
    assert (sorted(crew.roles()), crew.invited()) == (["the-owner", "the-reader"], {})


def test_attack_a_thief_invites_an_accomplice_before_the_address_is_given_back(
    app: Flask, crew: Cast
) -> None:
    ask_in(app, crew.team, "colleague@example.org", Role.READER, crew.people["owner"])
    with app.app_context():
        earlier = db.session.scalars(select(TeamInvitation)).one()
        earlier.created_at = now() - timedelta(days=2)
        db.session.commit()
    ask_in(app, crew.team, "accomplice@example.org", Role.OWNER, crew.people["owner"])
    since = now() - timedelta(days=1)
    happen(app, lambda user: email_restored.send(user, since=since), crew.people["owner"])
    assert crew.invited() == {"colleague@example.org": "reader"}
