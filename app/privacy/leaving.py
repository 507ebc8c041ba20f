"""Deleting one's own account, and what becomes of one's apps that other people use."""

from enum import StrEnum

from ..clients import care
from ..consents.ending_notices import tell_people_of
from ..users import accounts
from ..users.models import User


class AppsInUse(StrEnum):
    """What becomes of them."""

    CARE = "care"
    """They work on, in the care of administrators."""
    END = "end"
    """They end after a while, of which their people are told."""


class ChoiceNeeded(Exception):
    """Other people use apps of this person, who has not said what becomes of them."""


def delete_own_account(user: User, apps: AppsInUse | None) -> None:
    """Delete the account of ``user`` at once, on their own wish. Raises :class:`ChoiceNeeded`, LastAdministrator."""
    used = care.list_used_by_others(user.id)
    if used and apps is None:
        raise ChoiceNeeded
    for client, _people in used if apps is AppsInUse.END else ():
        care.end_after_notice(client)
        tell_people_of(client)
    accounts.delete(user, by=user.id)
