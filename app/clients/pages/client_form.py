"""The form of an app's details: what it asks, and how its answers become details."""

from dataclasses import replace

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ...forms import is_offered
from ...teams.members import list_teams_of
from ...teams.models import Role
from .. import grants
from ..details import DEVELOPER_LIMITS, Details, details_of, numbered, offered_scopes
from ..models import Client
from ..refusals import ClientRefused
from ..wording import explain
from . import key_fields

CLIENT_TYPES = [
    SelectChoice("confidential", _l("Confidential app")),
    SelectChoice("public", _l("Public app")),
]
PRESELECTED_SCOPES = ("openid", "profile", "email")  # what nearly every app needs, and nothing more
GRANT_TYPES = [SelectChoice(grant.name, grant.label) for grant in grants.GRANTS if grant.by_developers]


class GrantsField(SelectMultipleField):
    """Boxes that keep their default where a program sends none of them; the page's own empty value says "none"."""

    hints = grants.HINTS

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent, if the field was."""
        if valuelist:
            self.data = [value for value in valuelist if value]


class ScopesField(SelectMultipleField):
    """Boxes, or scopes as :rfc:`6749#section-3.3` writes them: in one value, separated by spaces."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take each scope of each value; a program may call the field ``scope``."""
        self.data = " ".join(valuelist or request.form.getlist("scope")).split()


class SwitchField(BooleanField):
    """A box that keeps its default where a program does not send it; the page's own empty value says "off"."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the box, whose value comes behind the empty one, if the field was sent."""
        if valuelist:
            super().process_formdata(valuelist[-1:])


class ClientForm(FlaskForm):
    """The fields of a new app. Which values will do is for the rules to say, so that all refuse alike."""

    name = StringField(_l("Name"))
    description = TextAreaField(_l("Description"))
    homepage_url = StringField(_l("Homepage"))
    redirect_uris = TextAreaField(_l("Redirect URIs"))
    client_type = RadioField(_l("Type"), choices=CLIENT_TYPES, default="confidential", validate_choice=False)
    grant_types = GrantsField(
        _l("Grants"), choices=GRANT_TYPES, default=grants.PRESELECTED, validate_choice=False
    )
    scopes = ScopesField(_l("Permissions"), default=PRESELECTED_SCOPES, validate_choice=False)
    pkce_required: BooleanField = SwitchField(_l("Require PKCE"), default=True)


class NewForm(ClientForm):
    """The fields of an app that does not exist yet: whose it is to be, besides."""

    team = SelectField(_l("Whose app it is"), default="", validate_choice=False)

    def validate_team(self, field: SelectField) -> None:
        """Refuse a team that the person registers no apps for."""
        if field.data and not is_offered(field):
            raise ValidationError(_("You cannot register apps for this team. Choose one of the list."))


class EditForm(ClientForm, key_fields.KeyFields):
    """The fields of an app that exists."""

    # A browser that shows the switch off sends nothing for it, and programs have always done the same.
    pkce_required = BooleanField(_l("Require PKCE"))
    par_required: BooleanField = SwitchField(_l("Require pushed requests"))
    lean_id_tokens = BooleanField(_l("Lean ID tokens"))
    errors_without_iss = BooleanField(_l("Leave iss out of error answers"))
    second_factor_required: BooleanField = SwitchField(_l("Require a second factor"))
    post_logout_redirect_uris = TextAreaField(_l("Where people go after signing out"))
    dpop_required: BooleanField = SwitchField(_l("Require DPoP"))
    backchannel_logout_uri = StringField(_l("Back-channel logout URI"))


def new_form(developer_id: str) -> NewForm:
    """The form of a new app of this person or of one of their teams, filled with what was sent."""
    form = NewForm(team=request.args.get("team", ""))
    form.scopes.choices = _offered()
    teams = [team for team, member in list_teams_of(developer_id) if member.role != Role.READER]
    form.team.choices = [SelectChoice("", _("Yours")), *(SelectChoice(team.id, team.name) for team in teams)]
    return form


def edit_form(client: Client) -> EditForm:
    """The form of ``client``, filled with what was sent, else with what is kept."""
    kept = details_of(client)
    form = EditForm(
        data={
            "name": kept.name,
            "description": kept.description,
            "homepage_url": kept.homepage_url,
            "redirect_uris": "\n".join(client.redirect_uri_list),
            "client_type": kept.client_type,
            "grant_types": kept.grant_types,
            "scopes": kept.scopes,
            "pkce_required": kept.pkce_required,
            "par_required": kept.par_required,
            "lean_id_tokens": kept.lean_id_tokens,
            "errors_without_iss": kept.errors_without_iss,
            "second_factor_required": kept.second_factor_required,
            "post_logout_redirect_uris": "\n".join(uri for _line, uri in kept.post_logout_redirect_uris),
            "dpop_required": kept.dpop_required,
            "backchannel_logout_uri": kept.backchannel_logout_uri,
            **key_fields.values_of(kept),
        }
    )
    form.scopes.choices = _offered()
    return form


def read(form: ClientForm, client: Client | None = None) -> Details:
    """The details that ``form`` asks for; those it has no field for stay as they are."""
    details = replace(
        details_of(client) if client else Details(name=""),
        name=form.name.data or "",
        description=form.description.data or "",
        homepage_url=form.homepage_url.data or "",
        redirect_uris=numbered((form.redirect_uris.data or "").split("\n")),
        client_type=form.client_type.data or "",
        grant_types=tuple(form.grant_types.data or ()),
        scopes=tuple(form.scopes.data or ()),
    )
    # Public apps have no such switch.
    details = replace(details, pkce_required=form.pkce_required.data or details.is_public)
    if isinstance(form, EditForm):
        details = replace(
            details,
            par_required=form.par_required.data,
            lean_id_tokens=form.lean_id_tokens.data,
            errors_without_iss=form.errors_without_iss.data,
            second_factor_required=form.second_factor_required.data,
            post_logout_redirect_uris=numbered((form.post_logout_redirect_uris.data or "").split("\n")),
            dpop_required=form.dpop_required.data,
            backchannel_logout_uri=form.backchannel_logout_uri.data,
            **key_fields.read(form),
        )
    return details


def show_problems(form: ClientForm, refused: ClientRefused) -> None:
    """Put each problem beside the field it is about."""
    for problem in refused.problems:
        text = explain(problem)
        if problem.field in form:
            form[problem.field].errors = [*form[problem.field].errors, text]
        else:
            form.form_errors = [*form.form_errors, text]


def _offered() -> list[SelectChoice]:
    return [SelectChoice(name) for name in offered_scopes(DEVELOPER_LIMITS)]
