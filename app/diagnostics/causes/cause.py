"""What a cause is, and the sentences that several causes share on the wire."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ...masking import SECRET
from .hints import HINT_FACTS, HINTS, WORDS

WORDED = frozenset({"differs", "reason", "disabled_by", "secret_name"})
MOST_ECHOED = 5  # words
_HARMLESS = re.compile(r"[A-Za-z0-9._:/*+~\-]{1,60}")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

# One text for every invalid_client: who guesses must not learn whether the id or the secret was wrong.
INVALID_CLIENT = (
    "Client authentication failed. Check client_id and client_secret and how they are sent; "
    "the owner of the app sees the reason at error_uri."
)
# What strangers read about each of them, for the same reason.
CLIENT_MEANING = _l(
    "The app could not prove to this portal that it is the app it says it is. "
    "Only the people who run the app can fix this."
)
# One text a grant for every invalid_grant, for the same reason.
INVALID_GRANT = (
    "The grant is not valid, has expired, was used before or belongs to another client; "
    "the owner of the app sees the reason at error_uri."
)
INVALID_GRANTS = {
    "authorization_code": (
        "The authorization code is not valid here: it has expired, was used before, or does not match the "
        "client, the redirect_uri or the code_verifier. Start again at the authorization endpoint; "
        "the owner of the app sees the reason at error_uri."
    ),
    "refresh_token": (
        "The refresh token is not valid here: it has expired, was revoked or replaced, or belongs to another "
        "client. Send the person through the authorization endpoint again; "
        "the owner of the app sees the reason at error_uri."
    ),
    "urn:ietf:params:oauth:grant-type:device_code": (
        "The device code is not valid here: it is unknown, was used before, or belongs to another client. "
        "Ask for a new one at the device authorization endpoint; "
        "the owner of the app sees the reason at error_uri."
    ),
    "password": "The username or email address and the password do not match an account that may sign in here.",
}
INVALID_TOKEN = "The access token is not valid: it has expired, was revoked, or was not made for this server."


@dataclass(frozen=True)
class Cause:
    """One distinguishable failure: what the app is told on the wire, and what its owner is told here."""

    name: str
    error: str | None
    """The OAuth error code; None when the request goes on and the cause is a remark."""
    status: int
    public: str
    """``error_description``: ASCII without quotes and backslashes, :rfc:`6749#section-5.2`; facts as below."""
    meaning: LazyString
    """What anyone may read at ``/failures/<request-id>``."""
    why: LazyString
    """What the owner reads; facts of the request stand at ``%(name)s``."""
    fix: LazyString
    setting: str | None = None
    """The part of the app's edit page to open."""
    repair: str | None = None
    """What one click of the owner can do about it."""
    at_authorization: tuple[str, str] | None = None
    """Error code and description for requests at the authorization endpoint, where that has other ones."""

    @property
    def facts(self) -> frozenset[str]:
        """The names of the facts it can tell."""
        texts = str(self.why) + str(self.fix)
        return frozenset({"hint", *HINT_FACTS, *PLACEHOLDER.findall(texts)})

    def public_for(self, grant_type: str | None, facts: Mapping[str, Any] | None = None) -> str:
        """``error_description``, which for ``invalid_grant`` is the one text of that grant.

        Of ``facts`` it names harmless words only: names of parameters and of scopes.
        """
        if self.error == "invalid_grant" and self.public == INVALID_GRANT:
            return INVALID_GRANTS.get(grant_type or "", INVALID_GRANT)
        return PLACEHOLDER.sub(lambda found: _echo((facts or {}).get(found[1])), self.public)

    def explain(self, facts: Mapping[str, Any]) -> str:
        """Why the request was refused, with its facts and the hint there is, in the reader's language."""
        why = fill(str(self.why), facts)
        hint = HINTS.get(str(facts.get("hint", "")))
        return f"{why} {fill(str(hint), facts)}" if hint else why

    def advise(self, facts: Mapping[str, Any]) -> str:
        """What to do, with the facts of the request, in the reader's language."""
        return fill(str(self.fix), facts)


def fill(sentence: str, facts: Mapping[str, Any]) -> str:
    """``sentence`` with its placeholders filled; a fact that is not known reads "unknown"."""
    return PLACEHOLDER.sub(lambda found: tell(facts.get(found[1]), found[1] in WORDED), sentence)


def tell(fact: Any, worded: bool = False) -> str:
    """One fact as people read it: times in full, several words with commas between them.

    ``worded`` facts are keys of :data:`WORDS`; what an app sent is never taken for one.
    """
    if fact is None:
        return _("unknown")
    if fact == "":
        return _("empty")
    if isinstance(fact, list | tuple | set | frozenset):
        if not fact:
            return _("nothing")
        return ", ".join(tell(each, worded) for each in fact)
    if worded and str(fact) in WORDS:
        return str(WORDS[str(fact)])
    moment = _moment(fact)
    return format_datetime(moment, "long") if moment else str(fact)


def _echo(fact: Any) -> str:
    """What an app sent, as far as its answer may say it again: a few short words of harmless letters."""
    words = fact.split() if isinstance(fact, str) else fact or []
    harmless = [word for word in words if _HARMLESS.fullmatch(word) and not SECRET.search(word)]
    return " ".join(harmless[:MOST_ECHOED]) or "(unreadable)"


def _moment(fact: Any) -> datetime | None:
    """The time a fact tells; facts of the log are JSON, so times come back as ISO 8601."""
    if isinstance(fact, datetime):
        return fact
    if not isinstance(fact, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", fact):
        return None
    try:
        return datetime.fromisoformat(fact)
    except ValueError:
        return None
