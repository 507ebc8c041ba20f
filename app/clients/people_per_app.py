"""How many people an app reaches; the feature that keeps their decisions, further up, counts them."""

from collections.abc import Callable, Sequence

Counter = Callable[[Sequence[str], str | None], dict[str, int]]

_counters: list[Counter] = []


def counts_people(counter: Counter) -> Counter:
    """Take ``counter``, which returns the number of people of each of the given clients, one person not counted."""
    _counters.append(counter)
    return counter


def count_people(client_ids: Sequence[str], *, besides: str | None = None) -> dict[str, int]:
    """How many people let each of these clients in at present, the one with the id ``besides`` not counted."""
    totals = dict.fromkeys(client_ids, 0)
    for counter in _counters:
        for client_id, count in counter(client_ids, besides).items():
            totals[client_id] += count
    return totals
