"""The page of a team: its apps, its members, who is invited, and the form that invites."""

from flask import abort, render_template, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, Form, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ...database.paging import CursorMalformed, Page, page_of
from ...database.rows import db
from ...forms import is_offered
from ..apps import list_apps
from ..invitations import list_open
from ..members import count_members, search
from ..models import Role, Team, TeamInvitation, TeamMember
from ..wording import MAY, ROLES

MEMBERS_A_PAGE = 25
CHOICES = [SelectChoice(role.value, words) for role, words in ROLES.items()]
HINTS = {role.value: words for role, words in MAY.items()}


class RoleForm(FlaskForm):
    """Which role somebody has in a team."""

    role = RadioField(_l("Role"), choices=CHOICES, default=Role.DEVELOPER.value, validate_choice=False)

    def validate_role(self, field: RadioField) -> None:
        """Refuse what is no role."""
        if not is_offered(field):
            raise ValidationError(_l("Choose one of these roles."))


class InvitationForm(RoleForm):
    """Who is invited, and as what; whether the address will do is for the rules to say."""

    email = EmailField(_l("Email address"))


class MemberFilters(Form):
    """What the list of members is narrowed to."""

    q = StringField()
    member_role = SelectField(
        _l("Role"), choices=[SelectChoice("", _l("All roles")), *CHOICES], validate_choice=False
    )

    def validate_member_role(self, field: SelectField) -> None:
        """Refuse what is no role."""
        if field.data and not is_offered(field):
            raise ValidationError(_l("Choose one of these roles."))

    @property
    def sought(self) -> str:
        """Parts of the names that are looked for."""
        return (self.q.data or "").strip()

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.sought or self.member_role.data)


def render(team: Team, role: Role, form: InvitationForm) -> str:
    """The page, as somebody with this ``role`` sees it."""
    filters = MemberFilters(request.args)
    open_invitations = list_open(team.id).order_by(TeamInvitation.id.desc())
    return render_template(
        "teams/show.html",
        team=team,
        role=role,
        form=form,
        filters=filters,
        page=_members(team, filters) if filters.validate() else None,
        number=count_members([team.id]).get(team.id, 0),
        apps=list_apps(team),
        invitations=db.session.execute(open_invitations).all() if role is Role.OWNER else [],
        roles=ROLES,
        may=MAY,
        hints=HINTS,
        me=current_user.id,
    )


def _members(team: Team, filters: MemberFilters) -> Page[tuple[TeamMember, object, str]]:
    """The page of members that is asked for, those first who have been in the team for the longest time."""
    query = search(
        team.id, filters.sought, Role(filters.member_role.data) if filters.member_role.data else None
    )
    after, before = request.args.get("after"), request.args.get("before")
    keys = [TeamMember.since, TeamMember.user_id]
    try:
        return page_of(query, keys, size=MEMBERS_A_PAGE, after=after, before=before, descending=False)
    except CursorMalformed:
        abort(404)
