"""Ids of rows: in the order they were made, and never the same twice."""

import uuid
from itertools import pairwise

from app.database.rows import new_id


def test_ids_come_in_the_order_they_were_made() -> None:
    ids = [new_id() for _ in range(5000)]
    assert len(set(ids)) == 5000
    swapped = sum(first > second for first, second in pairwise(ids))
    assert swapped < 50  # a coarse clock may repeat itself


def test_an_id_is_a_uuid_of_version_7() -> None:
    found = uuid.UUID(new_id())
    assert (found.version, found.variant) == (7, uuid.RFC_4122)
