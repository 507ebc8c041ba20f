"""What every grant about a person checks first: is the person still there, and is the app still allowed?"""

from typing import Any

from sqlalchemy import Row

from ...diagnostics import causes
from ..refusals import Refused


def refuse_absent_person(row: Row[Any]) -> None:
    """Refuse tokens for somebody deleted or blocked, or who has disconnected the app."""
    if row.person_state is not None:
        raise Refused(causes.CATALOGUE[row.person_state], withdrawn_at=row.withdrawn_at)
