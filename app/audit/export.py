"""Events as a table for spreadsheets."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from .models import Event

MOST_ROWS = 10_000  # rows of one file
COLUMNS = (
    *("at", "kind", "person_id", "person", "actor_id", "actor", "client_id", "app", "ip", "request_id"),
    "details",
)
# A spreadsheet takes what begins like this for a formula and runs it: names of people and apps are anybody's.
# Some begin a cell at every semicolon, tab or line.
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[=+\-@\t\r\n＝＋－＠])")


def as_csv(events: Sequence[Event], people: Mapping[str, str], apps: Mapping[str, str]) -> str:
    """The events with the names of ``people`` and ``apps`` by their id, each cell harmless (:rfc:`4180`)."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    for event in events:
        cells = (
            *(event.at.isoformat(), event.kind, event.user_id, people.get(event.user_id or "")),
            *(
                event.actor_id,
                people.get(event.actor_id or ""),
                event.client_id,
                apps.get(event.client_id or ""),
            ),
            *(event.ip, event.request_id, event.details),
        )
        rows.writerow([_harmless(cell or "") for cell in cells])
    return file.getvalue()


def _harmless(cell: str) -> str:
    return FORMULA.sub(r"\1'", cell)
