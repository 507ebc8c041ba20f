"""A team, the people around it, and their browsers."""

import html
import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.database.rows import db
from app.teams import inviting
from app.teams.models import Role, TeamInvitation, TeamMember
from app.teams.teams import find_team
from app.users.accounts import get_user
from tests import factories as make
from tests.account.visitor import last_link

ROLES = ("owner", "developer", "reader", "stranger")


@dataclass(frozen=True)
class Cast:
    """A team with one member of each role, and a stranger; ``browsers`` by role."""

    app: Flask
    team: make.Team
    people: dict[str, make.Person]
    browsers: dict[str, FlaskClient]

    @property
    def page(self) -> str:
        """Where the team is looked after."""
        return f"/dashboard/teams/{self.team.id}"

    def post(self, who: str, path: str, /, **fields: str) -> TestResponse:
        """Send a form of the team to ``path`` below its page, as ``who`` has that role."""
        browser = self.browsers[who]
        token = make.csrf_token(browser.get("/account/profile"))
        return browser.post(f"{self.page}{path}", data={"csrf_token": token, **fields})

    def roles(self) -> dict[str, str]:
        """The roles that there are now, by username."""
        with self.app.app_context():
            rows = db.session.execute(select(TeamMember).where(TeamMember.team_id == self.team.id)).scalars()
            return {get_user(row.user_id).username: str(row.role) for row in rows}

    def invited(self) -> dict[str, str]:
        """Whom the rows of invitations name, and as what."""
        with self.app.app_context():
            return {row.email: str(row.role) for row in db.session.scalars(select(TeamInvitation))}


def cast(app: Flask) -> Cast:
    """A new team and its people."""
    people = {role: make.make_user(app, f"the-{role}") for role in ROLES}
    members = {role: people[role] for role in ("developer", "reader")}
    team = make.make_team(app, people["owner"], "Harbour Crew", **members)
    browsers = {role: make.browser_of(app, person) for role, person in people.items()}
    return Cast(app, team, people, {**browsers, "signed out": app.test_client()})


def ask_in(app: Flask, team: make.Team, email: str, role: Role, by: make.Person) -> str:
    """Invite the address by mail, and return the link of the mail."""
    with app.app_context():
        found = find_team(team.id)
        assert found is not None
        inviting.invite(found, email, role, by=get_user(by.id), locale="en")
        db.session.commit()
    return last_link(app, "team_invitation")


def answer(browser: FlaskClient, link: str, decision: str = "accept") -> TestResponse:
    """Open the link of an invitation and press a button of its page."""
    token = make.csrf_token(browser.get(link))
    return browser.post(link, data={"csrf_token": token, "decision": decision})


def said(page: TestResponse) -> str:
    """The text of a page as people read it."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
