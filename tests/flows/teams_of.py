"""An app that wants to know the team, its people, and what a consent page says of teams."""

import html
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from app.database.rows import db, new_id
from app.teams.models import Team, TeamMember
from app.teams.signals import member_left
from tests import factories as make

SCOPE = "openid email teams"


def make_app(app: Flask, **changes: Any) -> make.App:
    """An app that may ask for the scope ``teams``."""
    return make.make_client(app, **{"scopes": ("openid", "email", "profile", "teams"), **changes})


def ask(browser: FlaskClient, client: make.App, **changes: str | None) -> TestResponse:
    return make.ask(browser, client, **{"scope": SCOPE, **changes})


def choices(page: TestResponse) -> list[str]:
    """For whom this page lets the person give access."""
    return re.findall(r'type="radio" name="team" value="([^"]*)"', page.text)


def chosen(page: TestResponse) -> list[str]:
    """What is chosen already."""
    return re.findall(r'type="radio" name="team" value="([^"]*)" checked', page.text)


def problem(page: TestResponse) -> str | None:
    found = re.search(r'id="team-error".*?<p>([^<]*)</p>', page.text, re.DOTALL)
    return html.unescape(found[1]) if found else None


def connect(browser: FlaskClient, client: make.App, team: str, **changes: str | None) -> dict[str, Any]:
    """Give access for this team (empty: for oneself) where the page asks, and return the tokens."""
    page = ask(browser, client, **{"prompt": "consent", **changes})
    return tokens(browser, client, make.decide(browser, page, team=team))


def go_on(browser: FlaskClient, page: TestResponse) -> TestResponse:
    """Go on with the only account, where the page asks which one to use."""
    fields = {"csrf_token": make.csrf_token(page), "choice": "continue"}
    return browser.get(browser.post(make.action_of(page, "/oauth/account"), data=fields).location)


def tokens(browser: FlaskClient, client: make.App, answer: TestResponse) -> dict[str, Any]:
    """The tokens for the code of this answer."""
    response = make.redeem(browser, client, make.answer_of(answer)["code"])
    assert response.status_code == 200, response.text
    return dict(response.json or {})


def team_of(answer: dict[str, Any]) -> dict[str, str] | None:
    """The team that access and ID token name, which is the same."""
    found: list[dict[str, str] | None] = [
        make.claims_of(answer[name]).get("team") for name in ("access_token", "id_token")
    ]
    assert found[0] == found[1]
    return found[0]


def leave(app: Flask, team: make.Team, person: make.Person) -> None:
    """What every rule does by which somebody stops being in a team."""
    with app.app_context():
        db.session.execute(update(Team).where(Team.id == team.id).values(revision=new_id()))
        member = db.session.get_one(TeamMember, (team.id, person.id))
        member_left.send(member)
        db.session.execute(
            delete(TeamMember).where(TeamMember.team_id == team.id, TeamMember.user_id == person.id)
        )
        db.session.commit()


def rename(app: Flask, team: make.Team, name: str) -> None:
    with app.app_context():
        db.session.execute(update(Team).where(Team.id == team.id).values(name=name))
        db.session.commit()
