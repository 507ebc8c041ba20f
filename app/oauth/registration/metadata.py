"""What an app asks to be registered with, checked as far as it concerns apps that register themselves only."""

from dataclasses import dataclass
from typing import Any, NoReturn

from ...clients import borrowed_names, grants
from ...clients.redirect_uris import has_scheme_of_its_own, is_loopback, leads_to_a_device, place_of
from ...diagnostics import causes
from ...uris import read_uri
from ...users.display_names import has_invisible, is_too_long
from ..refusals import Refused
from ..server import RESPONSE_TYPES
from . import kinds
from .fields import ABOUT, NOT_OFFERED, OF_CLIENT, SWITCHED_OFF, Field
from .kinds import Unacceptable

WEB, NATIVE = "web", "native"
UNNAMED = "Unnamed app"  # where not even an address says whose it may be
MOST_TOLD = 300  # characters of a refused value, for the log
NOT_TOLD = ("jwks", "client_secret")


@dataclass(frozen=True)
class Metadata:
    """What is asked for: by column, of the app and of its registration."""

    client: dict[str, Any]
    about: dict[str, Any]


def understand(sent: dict[str, Any]) -> Metadata:
    """Read client metadata (:rfc:`7591#section-2`), with defaults for what is left out. Raises :class:`Refused`."""
    if "software_statement" in sent:
        raise Refused(causes.SOFTWARE_STATEMENT_UNAPPROVED)
    _check_not_offered(sent)
    client = {field.column: _read(field, sent) for field in OF_CLIENT}
    about = {field.column: _read(field, sent) for field in ABOUT}
    _check_response_types(sent, client["grant_types"])
    if client["jwks"] is not None and "jwks_uri" in sent:
        refuse("jwks_uri", "jwks_sent_too")
    uris = [uri for _number, uri in client["redirect_uris"]]
    about["application_type"] = _application_type(sent, uris)
    client["name"] = client["name"].strip() or _name_by(client["homepage_url"], uris)
    is_public = client["auth_method"] == "none"
    client["client_type"] = "public" if is_public else "confidential"
    return Metadata(client, about)


def refuse(field: str, problem: str, value: Any = "") -> NoReturn:
    """Raise the refusal of ``field``: ``problem`` is a word that whoever sent ``value`` reads, too."""
    cause = causes.REDIRECT_URI_NOT_ACCEPTED if field == "redirect_uris" else causes.CLIENT_METADATA_INVALID
    sent = value[:MOST_TOLD] if isinstance(value, str) and field not in NOT_TOLD else type(value).__name__
    raise Refused(cause, field=field, problem=problem, sent=sent)


def _read(field: Field, sent: dict[str, Any]) -> Any:
    if field.name not in sent:
        return field.default
    try:
        return field.kind.read(sent[field.name])
    except Unacceptable as error:
        refuse(field.name, str(error), sent[field.name])


def _check_not_offered(sent: dict[str, Any]) -> None:
    for name, harmless in NOT_OFFERED.items():
        if name in sent and sent[name] not in harmless:
            refuse(name, "not_offered", sent[name])
    for name in SWITCHED_OFF:
        try:
            if kinds.FLAG.read(sent.get(name, False)):
                refuse(name, "not_offered", "true")
        except Unacceptable as error:
            refuse(name, str(error), sent[name])


def _check_response_types(sent: dict[str, Any], grant_types: tuple[str, ...]) -> None:
    """Response types follow from the grants (:rfc:`7591#section-2.1`): there is nothing to choose but to err."""
    fitting = list(RESPONSE_TYPES) if grants.AUTHORIZATION_CODE in grant_types else []
    asked = sent.get("response_types", fitting)
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        refuse("response_types", "not_a_list_of_strings", asked)
    for each in asked:
        if each not in fitting:
            refuse("response_types", "not_offered", each)
    if fitting and not asked:
        refuse("response_types", "missing")


def _application_type(sent: dict[str, Any], uris: list[str]) -> str:
    """What is sent, or follows from where people are sent; web apps come back over https, to their own host.

    OpenID Connect Registration, section 2. An https address of a native app is one it has claimed, :rfc:`8252#section-7.2`.
    Programs on a device that say "web", its default, are told in the answer what they are (:rfc:`7591#section-2`).
    """
    on_device = [uri for uri in uris if leads_to_a_device(uri)]
    kind = sent.get("application_type", NATIVE if on_device else WEB)
    if kind not in (WEB, NATIVE):
        refuse("application_type", "unknown", kind)
    if on_device and len(on_device) == len(uris):
        return NATIVE
    if kind == WEB:
        for uri in uris:
            if is_loopback(uri):
                refuse("redirect_uris", "loopback_of_web_app", uri)
            if has_scheme_of_its_own(uri) and ":" in uri:
                refuse("redirect_uris", "scheme_of_web_app", uri)
    return str(kind)


def _name_by(homepage: str, uris: list[str]) -> str:
    """What people see of an app without a name: the host they may know."""
    for uri in (homepage, *uris):
        if uri and read_uri(uri) is not None and not leads_to_a_device(uri):
            host = place_of(uri)
            if not (is_too_long(host) or has_invisible(host) or borrowed_names.find_problem(host)):
                return host
    return UNNAMED
