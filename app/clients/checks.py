"""Everything that may be wrong with the details of an app."""

from ..scopes.definitions import hold_scopes
from ..uris import read_uri
from . import borrowed_names, grants, key_addresses, key_sets, logout_uris, naming, redirect_uri_checks
from .details import Details, Limits, may_give
from .models import Client
from .refusals import Problem, Reason

LONGEST_DESCRIPTION = 1000
LONGEST_HOMEPAGE = 2000
CLIENT_TYPES = ("confidential", "public")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
ALGORITHMS = ("RS256", "ES256", "EdDSA")


def find_problems(details: Details, limits: Limits, client: Client | None) -> list[Problem]:
    """Everything that is wrong with normalised ``details``, in the order of the form."""
    name = naming.find_problem(
        details.name, client_id=client.id if client else None, unique=limits.unique_name
    )
    is_new = client is None or details.name != client.name
    if name is None and is_new and not limits.any_name:
        name = borrowed_names.find_problem(details.name)
    problems = [name] if name else []
    if len(details.description) > LONGEST_DESCRIPTION:
        problems.append(Problem("description", Reason.TOO_LONG))
    if details.homepage_url and not is_web_address(details.homepage_url):
        problems.append(Problem("homepage_url", Reason.NOT_A_WEB_ADDRESS, details.homepage_url))
    if details.client_type not in CLIENT_TYPES:
        problems.append(Problem("client_type", Reason.UNKNOWN, details.client_type))
    for field, uris in (
        ("redirect_uris", details.redirect_uris),
        ("post_logout_redirect_uris", details.post_logout_redirect_uris),
    ):
        problems += redirect_uri_checks.find_problems(uris, field)
    problems += logout_uris.find_problems(details.backchannel_logout_uri)
    problems += _problems_of_grants(details, limits, client)
    problems += _problems_of_scopes(details, limits, client)
    return problems + _problems_of_security(details)


def _problems_of_grants(details: Details, limits: Limits, client: Client | None) -> list[Problem]:
    problems: list[Problem] = []
    if not details.grant_types:
        problems.append(Problem("grant_types", Reason.MISSING))
    for name in details.grant_types:
        if name not in grants.KNOWN:
            problems.append(Problem("grant_types", Reason.UNKNOWN, name))
        elif name not in limits.grants and name not in _grants_of(client):
            problems.append(Problem("grant_types", Reason.NOT_OFFERED, name))
        if details.is_public and name in grants.NEEDS_SECRET:
            by_passwords = name == grants.PASSWORD
            reason = Reason.PUBLIC_WITH_PASSWORDS if by_passwords else Reason.PUBLIC_WITHOUT_SECRET
            problems.append(Problem("grant_types", reason, name))
    if not details.redirect_uris and any(name in grants.NEEDS_REDIRECT_URI for name in details.grant_types):
        problems.append(Problem("redirect_uris", Reason.REDIRECT_URI_NEEDED))
    return problems


def _problems_of_scopes(details: Details, limits: Limits, client: Client | None) -> list[Problem]:
    kept = client.scope_list if client else []
    held = hold_scopes(details.scopes)
    problems: list[Problem] = []
    for name in details.scopes:
        if name not in held:
            problems.append(Problem("scopes", Reason.UNKNOWN, name))
        elif name not in kept and not may_give(held[name], limits):
            problems.append(Problem("scopes", Reason.NOT_OFFERED, name))
    return problems


def _problems_of_security(details: Details) -> list[Problem]:
    problems: list[Problem] = []
    if details.is_public and not details.pkce_required:
        problems.append(Problem("pkce_required", Reason.PUBLIC_NEEDS_PKCE))
    if details.auth_method not in (None, *AUTH_METHODS):
        problems.append(Problem("auth_method", Reason.UNKNOWN, details.auth_method or ""))
    elif (details.auth_method == "none") != details.is_public:
        problems.append(Problem("auth_method", Reason.METHOD_DOES_NOT_FIT, details.auth_method or ""))
    if details.auth_method == "private_key_jwt" and not (details.jwks or details.jwks_uri):
        problems.append(Problem("jwks", Reason.KEYS_NEEDED))
    if details.alg not in (None, *ALGORITHMS):
        problems.append(Problem("alg", Reason.UNKNOWN, details.alg or ""))
    keys = key_sets.find_problem(details.jwks) if details.jwks else None
    if details.jwks and details.jwks_uri:
        keys = Problem("jwks_uri", Reason.KEYS_TWICE)
    elif details.jwks_uri:
        keys = key_addresses.find_problem(details.jwks_uri)
    return [*problems, keys] if keys else problems


def _grants_of(client: Client | None) -> list[str]:
    return client.grant_type_list if client else []


def is_web_address(url: str) -> bool:
    """Whether a link to ``url`` is safe to show: http(s), with a host, no credentials, nothing invisible."""
    if len(url) > LONGEST_HOMEPAGE or "\\" in url or not url.isprintable() or " " in url:
        return False
    parts = read_uri(url)
    if parts is None or parts.scheme not in ("http", "https"):
        return False
    return bool(parts.hostname) and "@" not in parts.netloc
