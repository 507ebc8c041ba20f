"""Which scopes a request asks for, and which of them it may have, :rfc:`6749#section-3.3`."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from ..diagnostics import causes
from ..scopes import catalogue
from .client_rows import ClientRow
from .refusals import Refused

DEFAULT = "default"  # what some integrations send for "whatever the app is registered for"
MOST_NAMED = 10  # scopes that a refusal names


def requested_scopes(sent: str | None, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes asked for, each once: all ``allowed`` ones where the request names none.

    Raises :class:`Refused` with one of the causes of ``invalid_scope``.
    """
    if not sent or not sent.strip() or sent.strip() == DEFAULT:
        return allowed
    if "," in sent:
        raise Refused(
            causes.SCOPE_HAS_COMMA, sent=sent[:200], suggested=" ".join(sent.replace(",", " ").split())[:200]
        )
    names = tuple(dict.fromkeys(sent.split()))
    refused = [name[:100] for name in names if name not in allowed][:MOST_NAMED]
    unknown = [name for name in refused if catalogue.find_scope(name) is None]
    if unknown:
        hint = "similar_scope" if get_close_matches(unknown[0], allowed, n=1) else None
        raise Refused(causes.SCOPE_UNKNOWN, unknown=unknown, hint=hint, allowed=list(allowed))
    if refused:
        raise Refused(causes.SCOPE_NOT_ALLOWED, refused=refused, allowed=list(allowed))
    return names


def scopes_without_person(sent: str | None, client: ClientRow) -> tuple[str, ...]:
    """What client_credentials asks for: of the app's scopes those that are not about a person.

    Raises what :func:`requested_scopes` does.
    """
    allowed = tuple(name for name in client.scopes if name not in catalogue.ABOUT_PERSON)
    about_person = [name for name in (sent or "").split() if name in catalogue.ABOUT_PERSON]
    if about_person:
        raise Refused(causes.SCOPE_ABOUT_PERSON, refused=about_person[:MOST_NAMED], allowed=list(allowed))
    return requested_scopes(sent, allowed)


def remaining_scopes(granted: Sequence[str], *allowed: Collection[str]) -> tuple[str, ...]:
    """Those of ``granted`` that everybody still allows: the person, and whoever decides what the app may have.

    Raises :class:`Refused` where none is left: a token that allows nothing is no answer to anybody.
    """
    left = tuple(name for name in granted if all(name in names for names in allowed))
    if granted and not left:
        raise Refused(causes.SCOPE_GONE, gone=list(granted))
    return left


def narrowed_scopes(sent: str | None, granted: tuple[str, ...]) -> tuple[str, ...]:
    """What a refresh asks for: what was ``granted`` or fewer, never more (:rfc:`6749#section-6`)."""
    if not sent or not sent.strip() or sent.strip() == DEFAULT:
        return granted
    names = tuple(dict.fromkeys(sent.split()))
    widened = [name for name in names if name not in granted]
    if widened:
        raise Refused(causes.SCOPE_WIDENED, refused=widened[:MOST_NAMED], allowed=list(granted))
    return names
