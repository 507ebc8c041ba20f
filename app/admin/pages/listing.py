"""The page of a long list that its reader asked for."""

from collections.abc import Sequence
from typing import Any

from flask import abort, request
from sqlalchemy import Select

from ...database.paging import CursorMalformed, Key, Page, page_of

ROWS_A_PAGE = 25  # rows; what fits two screens


def read_page(query: Select[*tuple[Any, ...]], keys: Sequence[Key], *, descending: bool = True) -> Page[Any]:
    """The page of ``query`` by the parameters ``after`` and ``before``; a 404 for a cursor nobody was given."""
    after, before = request.args.get("after"), request.args.get("before")
    try:
        return page_of(query, keys, size=ROWS_A_PAGE, after=after, before=before, descending=descending)
    except CursorMalformed:
        abort(404)
