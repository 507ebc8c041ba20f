"""The metrics that ``/metrics`` tells: their names, labels and kinds."""

from collections.abc import Iterable
from dataclasses import dataclass

Sample = tuple[str, str, float]
"""Name with suffix, labels as text, value."""


@dataclass(frozen=True)
class Family:
    """One metric: ``kind`` is counter, gauge or histogram."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


REQUESTS = Family("pforte_requests_total", "counter", "Requests answered.", ("endpoint", "method", "status"))
DURATIONS = Family(
    "pforte_request_duration_seconds", "histogram", "Time until the answer was sent.", ("endpoint",)
)
RATE_LIMITED = Family(
    "pforte_rate_limited_total", "counter", "Requests refused with 429: too many of them.", ("endpoint",)
)
NETWORK_LIMITS = Family(
    "pforte_network_limits_total",
    "counter",
    "Requests refused: too many of a kind from one network.",
    ("limit",),
)
TOKEN_REQUESTS = Family(
    "pforte_token_requests_total",
    "counter",
    "Token requests, by grant and by ok or the cause of the refusal.",
    ("grant", "outcome"),
)
SIGN_INS = Family("pforte_sign_ins_total", "counter", "Sign-ins and refused passwords.", ("outcome",))
FORMS_REFUSED = Family(
    "pforte_forms_refused_total", "counter", "Forms of other sites, or without their CSRF token."
)
MALFORMED_FRAMES = Family(
    "pforte_malformed_frames_total", "counter", "Connections ended by a malformed frame.", ("reason",)
)
ENDED_CONNECTIONS = Family(
    "pforte_ended_connections_total",
    "counter",
    "Connections ended because the client took too long, or to make room for others.",
    ("reason",),
)
QUEUED = Family(
    "pforte_queued", "gauge", "Rows gathered in memory that the database has yet to take.", ("queue",)
)
MAILS = Family("pforte_mails_waiting", "gauge", "Mails in the outbox.")
FAMILIES = (
    REQUESTS,
    DURATIONS,
    RATE_LIMITED,
    NETWORK_LIMITS,
    TOKEN_REQUESTS,
    SIGN_INS,
    FORMS_REFUSED,
    MALFORMED_FRAMES,
    ENDED_CONNECTIONS,
    QUEUED,
    MAILS,
)


def sample(family: Family, values: Iterable[str], value: float, suffix: str = "", le: str = "") -> Sample:
    """One line of the exposition: name, labels, value."""
    pairs = [*zip(family.labels, values, strict=True), *([("le", le)] if le else [])]
    return family.name + suffix, ",".join(f'{name}="{_escaped(text)}"' for name, text in pairs), value


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
