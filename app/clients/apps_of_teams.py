"""What teams want to know of their apps, and what becomes of these when a team ends."""

from sqlalchemy import func, select

from ..database.rows import db
from ..teams.apps import AppOfTeam
from ..teams.models import Team
from .models import Client
from .offers import list_offers_to_team
from .secret_views import list_known_in_team


def list_of_team(team: Team) -> list[AppOfTeam]:
    """The apps of ``team``, with who knows secrets of them who should not, and those that it is offered."""
    known: dict[str, list[str]] = {}
    for each in list_known_in_team(team.id):
        known.setdefault(each.client_id, []).append(each.username)
    own = db.session.execute(
        select(Client.id, Client.name).where(Client.team_id == team.id).order_by(Client.id)
    )
    return [
        *(AppOfTeam(row.id, row.name, tuple(dict.fromkeys(known.get(row.id, ())))) for row in own),
        *(
            AppOfTeam(offer.client.id, offer.client.name, on_offer=True)
            for offer in list_offers_to_team(team.id)
        ),
    ]


def count_of_teams(team_ids: tuple[str, ...]) -> dict[str, int]:
    """How many apps each of these teams has."""
    if not team_ids:
        return {}
    query = select(Client.team_id, func.count()).where(Client.team_id.in_(team_ids)).group_by(Client.team_id)
    return {str(row[0]): row[1] for row in db.session.execute(query)}
