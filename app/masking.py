"""A request as its log may keep it: what is known to be harmless in clear, of everything else the length."""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit, urlunsplit

# An allow-list: what a specification adds tomorrow, or a developer mistypes today, is hidden.
CLEAR = frozenset(
    [
        "acr_values",
        "application_type",
        "audience",
        "claims_locales",
        "client_assertion_type",
        "client_id",
        "client_name",
        "client_uri",
        "code_challenge_method",
        "display",
        "grant_type",
        "grant_types",
        "max_age",
        "post_logout_redirect_uri",
        "prompt",
        "redirect_uri",
        "redirect_uris",
        "resource",
        "response_mode",
        "response_type",
        "response_types",
        "scope",
        "software_id",
        "software_version",
        "token_type_hint",
        "ui_locales",
    ]
)
ADDRESSES = frozenset(
    {"redirect_uri", "redirect_uris", "client_uri", "post_logout_redirect_uri", "resource", "audience"}
)
LONGEST_VALUE = 300  # characters; a row must stay small whatever is sent
MOST_PARAMETERS = 30
# Our own secrets by their prefix, and anything that begins like a JWT or a JWE, wherever they stand.
SECRET = re.compile(r"pf_[a-z]+_[\w\-]*|eyJ[\w\-]{8,}(?:\.[\w\-]*)*", re.IGNORECASE)
_NAME = re.compile(r"[a-z][a-z_\-]{0,39}")
_CLIENT_ID = re.compile(r"[0-9a-f]{32}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
# Parameters whose values are looked for in all others, too.
_SECRETIVE = re.compile(r"secret|passw|token|assertion|verifier|key|^(?:.*_)?code$", re.IGNORECASE)
_SHORT_SECRET = 6  # characters; shorter texts occur everywhere by chance


def as_received(parameters: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Name and value of every parameter, fit to be kept and shown; :func:`text` made them clean."""
    pairs = list(parameters)
    hidden = secrets_among(pairs)
    shown = [[_name(name, value), _value(name, value, hidden)] for name, value in pairs[:MOST_PARAMETERS]]
    if len(pairs) > MOST_PARAMETERS:
        shown.append(["…", length_of(pairs[MOST_PARAMETERS:])])
    return shown


def secrets_among(parameters: Iterable[tuple[str, str]]) -> set[str]:
    """The values that must not be seen anywhere, whatever else holds them."""
    return {value for name, value in parameters if _SECRETIVE.search(name) and _worth_hiding(value)}


def names_among(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """How the name of each parameter may be told."""
    return {name: _name(name, value) for name, value in parameters}


def text(value: object) -> str:
    """``value`` as valid Unicode without control characters, broken UTF-8 and lone surrogates included."""
    if isinstance(value, str) and value.isascii() and value.isprintable():
        return value  # nearly always
    decoded = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return _UNPRINTABLE.sub("\ufffd", decoded.encode("utf-8", "replace").decode("utf-8"))


def without_secrets(value: object, *, is_address: bool = False) -> str:
    """A text that may hold a secret by mistake, with every such part replaced by its length, cut if long."""
    clean = text(value)
    if "%" in clean and SECRET.search(_decoded(clean)) and not SECRET.search(clean):
        return length_of(clean)  # written in percent signs: where it begins and ends is anybody's guess
    if is_address or "://" in clean:
        clean = address(clean)
    return _cut(SECRET.sub(lambda found: length_of(found[0]), clean))


def address(uri: str) -> str:
    """A URI without what it may carry for somebody else: credentials, values of its query, its fragment."""
    try:
        parts = urlsplit(uri)
        host = parts.netloc.rpartition("@")
    except ValueError:
        return length_of(uri)
    netloc = f"(…)@{host[2]}" if host[1] else parts.netloc
    query = "&".join(_query_part(part) for part in parts.query.split("&")) if parts.query else ""
    fragment = length_of(parts.fragment) if parts.fragment else ""
    return urlunsplit((parts.scheme, netloc, parts.path, query, fragment))


def length_of(value: str | list[tuple[str, str]]) -> str:
    """What is told of a hidden text."""
    if isinstance(value, list):
        return f"({len(value)} more)"
    return f"({len(value)} characters)"


def _value(name: str, value: str, hidden: set[str]) -> str:
    if not value:
        return ""
    if name not in CLEAR or any(secret in value for secret in hidden):
        return length_of(value)
    if name == "client_id" and not _CLIENT_ID.fullmatch(value.strip()):
        # None of ours: a secret of another portal, perhaps, pasted into the wrong field.
        return f"{value[:4]}… {length_of(value)}" if not SECRET.search(value) else length_of(value)
    return without_secrets(value, is_address=name in ADDRESSES)


def _name(name: str, value: str) -> str:
    """The name, unless it is itself what was meant to be hidden: a JSON body read as a form, a bare secret."""
    if name in CLEAR or (value and _NAME.fullmatch(name) and not SECRET.search(name)):
        return name
    known = name in ("client_secret", "code", "code_verifier", "refresh_token", "state", "nonce", "token")
    return name if known else length_of(name)


def _worth_hiding(value: str) -> bool:
    return len(value) >= _SHORT_SECRET and not _CLIENT_ID.fullmatch(value)


def _query_part(part: str) -> str:
    name, equals, value = part.partition("=")
    return f"{name}={length_of(value)}" if equals and value else f"{name}{equals}"


def _decoded(value: str) -> str:
    return unquote(unquote(value))


def _cut(value: str) -> str:
    if len(value) <= LONGEST_VALUE:
        return value
    return f"{value[:LONGEST_VALUE]}… {length_of(value)}"
