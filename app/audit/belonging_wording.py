"""Events of teams and groups in plain words, for the person they happened to."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .events import EventKind

BELONGING_WORDS: Mapping[str, LazyString] = {
    EventKind.TEAM_CREATED: _l("You made a team."),
    EventKind.TEAM_RENAMED: _l("You renamed a team."),
    EventKind.TEAM_DELETED: _l("You deleted a team."),
    EventKind.TEAM_MEMBER_INVITED: _l("You invited somebody to a team."),
    EventKind.TEAM_INVITATION_REVOKED: _l("An invitation to a team that you had sent was taken back."),
    EventKind.TEAM_INVITATION_DECLINED: _l("You declined an invitation to a team."),
    EventKind.TEAM_MEMBER_JOINED: _l("You joined a team."),
    EventKind.TEAM_MEMBER_LEFT: _l("You left a team."),
    EventKind.TEAM_MEMBER_REMOVED: _l("You were removed from a team."),
    EventKind.TEAM_ROLE_CHANGED: _l("Your role in a team was changed."),
    EventKind.TEAM_INHERITED: _l("You became an owner of a team, since no other could sign in."),
    EventKind.GROUP_CREATED: _l("You made a group."),
    EventKind.GROUP_CHANGED: _l("You changed a group."),
    EventKind.GROUP_DELETED: _l("You deleted a group."),
    EventKind.GROUP_MEMBER_ADDED: _l("You were added to a group by an administrator."),
    EventKind.GROUP_MEMBER_REMOVED: _l("You were taken out of a group by an administrator."),
}
