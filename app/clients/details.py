"""What an app's developer or operator decides about it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..scopes import catalogue
from ..scopes.catalogue import ScopeInfo
from ..scopes.definitions import hold_scopes
from ..users.display_names import tidy
from . import grants, logout_uris
from .models import Client


@dataclass(frozen=True)
class Limits:
    """What the one who registers or edits an app may give it."""

    grants: tuple[str, ...]
    restricted_scopes: bool
    unique_name: bool = True
    any_name: bool = False
    """Whether the name may say what only the portal itself should."""
    most_apps: int | None = None
    """How many apps their owner may have."""
    standard_scopes: bool = False
    """Whether only the standard scopes may be given."""


MOST_APPS = 100  # more than anybody needs; without a limit a person could fill the database with apps
DEVELOPER_LIMITS = Limits(grants.OFFERED, restricted_scopes=False, most_apps=MOST_APPS)
# Apps that register themselves: what may be had without anybody here knowing who asks.
STRANGER_LIMITS = Limits(
    grants.FOR_STRANGERS, restricted_scopes=False, unique_name=False, standard_scopes=True
)
OPERATOR_LIMITS = Limits(grants.KNOWN, restricted_scopes=True, any_name=True)


@dataclass(frozen=True, kw_only=True)
class Details:
    """The decisions about one app; a redirect URI carries the line it was typed on."""

    name: str
    description: str = ""
    homepage_url: str = ""
    redirect_uris: tuple[tuple[int, str], ...] = ()
    post_logout_redirect_uris: tuple[tuple[int, str], ...] = ()
    backchannel_logout_uri: str | None = None
    client_type: str = "confidential"
    grant_types: tuple[str, ...] = grants.PRESELECTED
    scopes: tuple[str, ...] = tuple(catalogue.STANDARD)
    auth_method: str | None = None
    pkce_required: bool = True
    par_required: bool = False
    alg: str | None = None
    jwks: str | None = None
    jwks_uri: str | None = None
    retry_window: int | None = None
    lean_id_tokens: bool = False
    errors_without_iss: bool = False
    second_factor_required: bool = False
    dpop_required: bool = False
    preset: str | None = None

    @property
    def is_public(self) -> bool:
        """Whether the app can keep no secret."""
        return self.client_type == "public"


def numbered(lines: Iterable[str]) -> tuple[tuple[int, str], ...]:
    """The entries of a list with their line numbers, empty lines left out."""
    stripped = ((number, line.strip()) for number, line in enumerate(lines, start=1))
    return tuple((number, line) for number, line in stripped if line)


def details_of(client: Client) -> Details:
    """What was decided about ``client`` so far."""
    return Details(
        name=client.name,
        description=client.description,
        homepage_url=client.homepage_url,
        redirect_uris=numbered(client.redirect_uri_list),
        post_logout_redirect_uris=numbered(client.post_logout_redirect_uris.split("\n")),
        backchannel_logout_uri=client.backchannel_logout_uri,
        client_type=client.client_type,
        grant_types=tuple(client.grant_type_list),
        scopes=tuple(client.scope_list),
        auth_method=client.auth_method,
        pkce_required=client.pkce_required,
        par_required=client.par_required,
        alg=client.alg,
        jwks=client.jwks,
        jwks_uri=client.jwks_uri,
        retry_window=client.retry_window,
        lean_id_tokens=client.lean_id_tokens,
        errors_without_iss=client.errors_without_iss,
        second_factor_required=client.second_factor_required,
        dpop_required=client.dpop_required,
        preset=client.preset,
    )


def offered_scopes(limits: Limits) -> list[str]:
    """The names of the scopes that may be given within ``limits``."""
    return [scope.name for scope in catalogue.list_scopes() if may_give(scope, limits)]


def may_give(scope: ScopeInfo, limits: Limits) -> bool:
    """Whether ``scope`` may be given and taken within ``limits``."""
    if limits.standard_scopes:
        return scope.standard
    return limits.restricted_scopes or not scope.restricted


def normalise(details: Details, limits: Limits, client: Client | None) -> Details:
    """``details`` as they will be kept: tidy, and with what only others may give or take left as it is."""
    kept_grants = [name for name in (client.grant_type_list if client else []) if name not in limits.grants]
    kept = client.scope_list if client else []
    held = hold_scopes([*details.scopes, *kept])
    kept_scopes = [name for name in kept if name in held and not may_give(held[name], limits)]
    return replace(
        details,
        name=tidy(details.name),
        description=details.description.replace("\r\n", "\n").strip(),
        homepage_url=details.homepage_url.strip(),
        backchannel_logout_uri=logout_uris.canonical((details.backchannel_logout_uri or "").strip()) or None,
        grant_types=_unique([*details.grant_types, *kept_grants]),
        scopes=_unique(name for name in [*details.scopes, *kept_scopes] if name in held or name not in kept),
        auth_method=_auth_method(details, client),
        jwks=(details.jwks or "").strip() or None,
        jwks_uri=(details.jwks_uri or "").strip() or None,
    )


def _auth_method(details: Details, client: Client | None) -> str | None:
    """The method asked for; where the type changed, the old one means nothing any more."""
    if details.is_public and (details.auth_method is None or (client and not client.is_public)):
        return "none"
    if client and client.is_public and not details.is_public and details.auth_method == "none":
        return None
    return details.auth_method


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
