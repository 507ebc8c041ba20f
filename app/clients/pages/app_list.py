"""The apps of a developer and of their teams."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import Form, SelectField, StringField, ValidationError

from ...database.paging import CursorMalformed, page_of
from ...forms import REFUSED, is_offered
from ...teams.members import list_teams_of
from ..models import Client
from ..offers import list_offers_to
from ..ownership import select_own
from ..people_per_app import count_people

blueprint = Blueprint("clients_app_list", __name__)

APPS_A_PAGE = 25  # what fits two screens


class AppFilters(Form):
    """The fields above the list: ``q`` searches, ``team`` narrows."""

    q = StringField()
    team = SelectField(_l("Whose"), validate_choice=False)

    def validate_team(self, field: SelectField) -> None:
        """Refuse a team that the reader is not in."""
        if field.data and not is_offered(field):
            raise ValidationError(_("You are in no such team. Please choose one of the list."))

    @property
    def sought(self) -> str:
        """A part of the name, or an end of the client ID."""
        return (self.q.data or "").strip()

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.sought or self.team.data)


@blueprint.get("/dashboard/apps")
def index() -> ResponseReturnValue:
    """All apps that the reader looks after, and those on offer to them."""
    filters = AppFilters(request.args)
    teams = [team for team, _member in list_teams_of(current_user.id)]
    filters.team.choices = [("", _("All")), *((team.id, team.name) for team in teams)]
    understood = filters.validate()
    query = select_own(current_user.id, sought=filters.sought, team_id=filters.team.data or None)
    after, before = request.args.get("after"), request.args.get("before")
    try:
        keys = [Client.id]
        page = page_of(query, keys, size=APPS_A_PAGE, after=after, before=before, descending=False)
    except CursorMalformed:
        abort(404)
    text = render_template(
        "clients/index.html",
        page=page,
        people=count_people([client.id for client, _team in page.entries]),
        filters=filters,
        teams=teams,
        offers=list_offers_to(current_user.id),
    )
    return text, 200 if understood else REFUSED
