"""What every grant about a person checks first: is the person still there, and is the app still allowed?"""

from typing import Any

from sqlalchemy import Row

from ...diagnostics import causes
from ..refusals import Refused


def refuse_absent_person(row: Row[Any]) -> None:
    """Refuse tokens for somebody deleted or blocked, or who has disconnected the app."""
    if row.person_deleted_at is not None or row.person_username is None:
        raise Refused(causes.USER_DELETED)
    if row.person_blocked_at is not None:
        raise Refused(causes.USER_BLOCKED)
    if row.consent_withdrawn_at is not None:
        raise Refused(causes.ACCESS_WITHDRAWN, withdrawn_at=row.consent_withdrawn_at)
