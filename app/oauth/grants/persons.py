"""What every grant about a person checks first: is the person still there, and is the app still allowed?"""

from typing import Any

from sqlalchemy import Row

from ...authentication.methods import has_two_factors
from ...clients.group_limits import is_outside
from ...diagnostics import causes
from ...diagnostics.causes import Cause
from ..client_rows import ClientRow
from ..refusals import Refused


def refuse_absent_person(row: Row[Any]) -> None:
    """Refuse tokens for somebody deleted or blocked, or who has disconnected the app."""
    if row.person_state is not None:
        raise Refused(causes.CATALOGUE[row.person_state], withdrawn_at=row.withdrawn_at)


def refuse_outsider(client: ClientRow, user_id: str) -> None:
    """Refuse tokens for somebody who is in none of the groups that the app is only for."""
    if is_outside(client, user_id):
        raise Refused(causes.PERSON_NOT_IN_GROUP)


def refuse_single_factor(client: ClientRow, methods: str, cause: Cause) -> None:
    """Refuse with ``cause`` what came of a sign-in by ``methods``, if the app has come to require a second factor since."""
    if client.second_factor_required and not has_two_factors(methods):
        raise Refused(cause)
