"""``flask team``: teams and who is in them, from the command line."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from ..database.rows import db
from . import teams
from .apps import count_apps, list_apps
from .invitations import list_open
from .members import search
from .models import Role, Team, TeamInvitation, TeamMember

team_group = AppGroup("team", help="List and show teams, which own apps together.")
commands: tuple[click.Command, ...] = (team_group,)

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
COLUMNS = "{id:<32}  {members:>7}  {owners:>6}  {open_invitations:>11}  {apps:>4}  {name}"


@team_group.command("list")
@AS_JSON
def list_teams(as_json: bool) -> None:
    """Print every team with its numbers."""
    told = list(_listed())
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    heads = {
        "id": "ID",
        "members": "MEMBERS",
        "owners": "OWNERS",
        "open_invitations": "INVITATIONS",
        "apps": "APPS",
    }
    click.echo(COLUMNS.format(**heads, name="NAME"))
    for team in told:
        click.echo(COLUMNS.format(**team))


@team_group.command()
@click.argument("team")
@AS_JSON
def show(team: str, as_json: bool) -> None:
    """Print one team, by its ID or name: its members, their roles, and open invitations."""
    told = _described(_get_team(team))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    click.echo(f"{told['name']}\nID: {told['id']}\nMade: {told['created_at']}")
    for role in reversed(Role):
        names = [each["username"] for each in told["members"] if each["role"] == role]
        click.echo(f"{role.capitalize()}s ({len(names)}): {', '.join(names) or '-'}")
    for invitation in told["invitations"]:
        click.echo("Invited as {role} by {invited_by} until {expires_at}: {email}".format(**invitation))


def _get_team(text: str) -> Team:
    team = teams.find_team(text) or teams.find_by_name(text)
    if team is None:
        raise click.ClickException(f"No team has the ID or name {text!r}. “flask team list” prints them all.")
    return team


def _listed() -> Iterator[dict[str, object]]:
    found = db.session.scalars(select(Team).order_by(Team.name_key)).all()
    ids = [team.id for team in found]
    rows = db.session.execute(select(TeamMember.team_id, TeamMember.role))
    roles = Counter((team_id, role) for team_id, role in rows)
    invitations = Counter(row[0].team_id for row in db.session.execute(list_open()))
    apps = count_apps(ids)
    for team in found:
        members = [roles[team.id, role] for role in Role]
        yield {
            "id": team.id,
            "name": team.name,
            "created_at": team.created_at.isoformat(),
            "members": sum(members),
            "owners": roles[team.id, Role.OWNER],
            "open_invitations": invitations[team.id],
            "apps": apps.get(team.id, 0),
        }


def _described(team: Team) -> dict[str, Any]:
    """What the command tells about one team; never the token of an invitation."""
    rows = db.session.execute(search(team.id).order_by(TeamMember.since, TeamMember.user_id)).all()
    invitations = db.session.execute(list_open(team.id).order_by(TeamInvitation.id)).all()
    return {
        "id": team.id,
        "name": team.name,
        "created_at": team.created_at.isoformat(),
        "members": [
            {
                "id": user.id,
                "username": user.username,
                "role": member.role,
                "since": member.since.isoformat(),
                "added_by": adding or None,
                "blocked": user.blocked_at is not None,
            }
            for member, user, adding in rows
        ],
        "invitations": [
            {
                "email": invitation.email,
                "role": invitation.role,
                "invited_by": inviting,
                "expires_at": invitation.expires_at.isoformat(),
            }
            for invitation, inviting in invitations
        ],
        "apps": [{"client_id": app.client_id, "name": app.name} for app in list_apps(team)],
    }
