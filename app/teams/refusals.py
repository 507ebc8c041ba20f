"""Why teams refuse something, by stable names; ``wording`` has the words."""

from enum import StrEnum


class NameProblem(StrEnum):
    """What may be wrong with the name of a team."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    INVISIBLE = "invisible"
    MIXED_SCRIPTS = "mixed_scripts"
    BORROWED = "borrowed"
    TAKEN = "taken"


class TeamNameRefused(Exception):
    """No team may be called that; ``part`` is what of it says more than a team may say of itself."""

    def __init__(self, problem: NameProblem, part: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.part = part


class InvitationProblem(StrEnum):
    """Why an address is not invited."""

    NO_ADDRESS = "no_address"
    ALREADY_MEMBER = "already_member"
    UNREACHABLE = "unreachable"
    UNCONFIRMED = "unconfirmed"
    TOO_MANY_TO_ADDRESS = "too_many_to_address"
    TOO_MANY_TODAY = "too_many_today"
    TOO_MANY_OPEN = "too_many_open"
    TEAM_FULL = "team_full"


class InvitationRefused(Exception):
    """The address cannot be invited to the team."""

    def __init__(self, problem: InvitationProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class InvitationOver(Exception):
    """There is no such invitation, it was used or taken back, its time is over, or who invited may not any longer."""


class InvitationForAnother(Exception):
    """The invitation is for another address than that of the account; ``address`` is masked."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class AddressUnconfirmed(Exception):
    """The account has the address that was invited, and nobody has confirmed that it is theirs."""


class TeamFull(Exception):
    """The team has as many members as a team may have."""


class TooManyTeams(Exception):
    """This person has made as many teams as one may make."""


class TeamGone(Exception):
    """The team was deleted meanwhile."""


class NotOwner(Exception):
    """Only owners of the team may do this."""


class NotMember(Exception):
    """This person is not in the team."""


class LastOwner(Exception):
    """Without this person nobody who can sign in would be an owner of the team."""


class TeamHasApps(Exception):
    """The team still has apps, or is offered some."""
