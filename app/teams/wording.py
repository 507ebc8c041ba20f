"""Roles, and why teams refuse something, in the reader's language."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ..users.display_names import LONGEST_NAME
from .inviting import MOST_A_DAY, MOST_OPEN
from .members import MOST_MEMBERS
from .models import Role
from .refusals import InvitationProblem, NameProblem, TeamNameRefused

ROLES: dict[Role, LazyString] = {
    Role.OWNER: _l("Team owner"),
    Role.DEVELOPER: _l("Developer"),
    Role.READER: _l("Reader"),
}
MAY: dict[Role, LazyString] = {
    Role.OWNER: _l(
        "May do what developers may, decide who is in the team, transfer and delete apps, and delete the team."
    ),
    Role.DEVELOPER: _l("May register and change the team's apps and see their secrets."),
    Role.READER: _l("May see the team's apps, their request logs and the activity, but no secrets."),
}


def role_name(role: str) -> str:
    """What pages call a role."""
    return str(ROLES[Role(role)])


_NAMES: dict[NameProblem, LazyString] = {
    NameProblem.MISSING: _l("Enter a name for the team."),
    NameProblem.TOO_LONG: _l("The name may have up to %(longest)s characters. Shorten it."),
    NameProblem.INVISIBLE: _l(
        "The name contains characters that cannot be seen. Type it again with visible ones only."
    ),
    NameProblem.MIXED_SCRIPTS: _l(
        "A word of the name mixes letters of two scripts that look alike. Write each word in one script."
    ),
    NameProblem.BORROWED: _l(
        "With “%(part)s” in its name, the team would look like a part of this portal. Choose a different name."
    ),
    NameProblem.TAKEN: _l(
        "Another team has this name, or one that looks the same. Add what sets yours apart, such as your organisation."
    ),
}
_INVITATIONS: dict[InvitationProblem, LazyString] = {
    InvitationProblem.NO_ADDRESS: _l("Enter an email address, such as anna@example.org."),
    InvitationProblem.ALREADY_MEMBER: _l(
        "Somebody with this address is in the team already. Their role can be changed in the list of members."
    ),
    InvitationProblem.UNREACHABLE: _l(
        "No invitation can reach this person at this address. Ask them for another one."
    ),
    InvitationProblem.UNCONFIRMED: _l(
        "Confirm your own email address first: only then can you invite others. Your profile sends you the link."
    ),
    InvitationProblem.TOO_MANY_TO_ADDRESS: _l(
        "Several invitations went to this address within an hour. Wait an hour before you send another one."
    ),
    InvitationProblem.TOO_MANY_TODAY: _l(
        "You have sent %(most_a_day)s invitations within a day, as many as one person may. Go on tomorrow."
    ),
    InvitationProblem.TOO_MANY_OPEN: _l(
        "%(most_open)s invitations of this team are open, as many as there may be. Take one back, or wait until some are answered."
    ),
    InvitationProblem.TEAM_FULL: _l(
        "The team has %(most_members)s members, as many as a team may have. Remove somebody first."
    ),
}


def explain_name(refusal: TeamNameRefused) -> str:
    """What is wrong with a name and what to do about it, as a sentence."""
    return str(_NAMES[refusal.problem]) % {"longest": LONGEST_NAME, "part": refusal.part}


def explain_invitation(problem: InvitationProblem) -> str:
    """Why an address is not invited and what to do about it, as a sentence."""
    numbers = {"most_a_day": MOST_A_DAY, "most_open": MOST_OPEN, "most_members": MOST_MEMBERS}
    return str(_INVITATIONS[problem]) % numbers
