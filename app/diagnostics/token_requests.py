"""Token requests as metrics, by grant and outcome."""

from collections.abc import Iterable

from ..clients import grants
from ..extensions import metrics
from ..process.metric_families import TOKEN_REQUESTS
from .causes import Cause

# What strangers write there must not make a series of its own.
NAMED = frozenset(name.rpartition(":")[2] for name in grants.KNOWN)


def count_token_request(endpoint: str, parameters: Iterable[tuple[str, str]], cause: Cause | None) -> None:
    """Count an answer of the token endpoint: ok, or the name of what it was refused for."""
    if endpoint != "token":
        return
    sent = next((value for name, value in parameters if name == "grant_type"), "")
    short = sent.rpartition(":")[2]
    metrics.count(TOKEN_REQUESTS, short if short in NAMED else "other", cause.name if cause else "ok")
