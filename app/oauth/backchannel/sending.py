"""One try to hand over a logout token, and what the log of the app says of it."""

from typing import NamedTuple

from ...diagnostics import causes, request_log
from ...diagnostics.causes import Cause
from ...extensions import settings
from ...fetching import fetching
from ...fetching.refusals import FetchFailed
from ..tokens import signing
from ..tokens.logout_tokens import logout_token
from . import outbox
from .outbox import TRIES, Due

ENDPOINT = "backchannel_logout"
TAKEN = frozenset({200, 204})  # section 2.8; many frameworks answer 204 where there is no body
REFUSED = 400


class Answer(NamedTuple):
    """What came back: a status, or why there is none."""

    status: int = 0
    failed: FetchFailed | None = None


def make_token(due: Due) -> str:
    """The logout token of this try."""
    alg = signing.algorithm(due.alg, settings)
    return logout_token(settings.issuer, due.client_id, alg, sub=due.user_id, sid=due.sid)


def send(uri: str, token: str, allowed: tuple[str, ...] | None) -> Answer:
    """Send it, outside any transaction; takes as long as a fetch may."""
    try:
        return Answer(fetching.post_form(uri, {"logout_token": token}, allowed))
    except FetchFailed as failed:
        return Answer(int(failed.facts.get("status", 0)), failed)


def settle(due: Due, token: str, answer: Answer) -> None:
    """Write down what came of a try; where the app has not taken it, it waits for the next one, if there is one."""
    about = request_log.Sent(ENDPOINT, due.client_id, due.user_id, [("logout_token", token)], answer.status)
    if answer.status in TAKEN:
        outbox.remove(due)
        request_log.note_sent(about)
        return
    cause = _cause(answer)
    next_try = outbox.try_again(due, cause.name)
    request_log.note_sent(
        about,
        cause,
        hint="next_try" if next_try else "last_try",
        next_try=next_try,
        attempt=due.attempts + 1,
        tries=TRIES,
        reason=_reasons(answer),
        host=answer.failed.facts.get("host") if answer.failed else None,
    )


def _cause(answer: Answer) -> Cause:
    if answer.failed is not None and answer.failed.reason == "address_not_public":
        return causes.ADDRESS_NOT_PUBLIC
    return causes.BACKCHANNEL_REFUSED if answer.status == REFUSED else causes.BACKCHANNEL_UNREACHABLE


def _reasons(answer: Answer) -> list[str]:
    """Why it counts as unreachable: words of the catalogue, and what the other side said."""
    if answer.failed is None:
        return [f"HTTP {answer.status}"]
    reason = {
        "timeout": "no_answer",
        "tls": "no_tls",
        "not_http": "no_http",
        "redirected": "redirected",
        "no_room": "no_room",
    }.get(answer.failed.reason, "no_connection")
    detail = str(answer.failed.facts.get("detail", ""))
    return [reason, detail] if detail else [reason]
