"""The options that ``flask client create`` and ``flask client update`` share, and the details they mean."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from . import grants
from .checks import ALGORITHMS, AUTH_METHODS
from .details import Details, numbered
from .presets import PRESETS, with_preset

Command = Callable[..., None]

# Options that are what they say, where they are given.
_AS_GIVEN = (
    *("name", "description", "homepage_url", "auth_method", "alg", "backchannel_logout_uri"),
    *("lean_id_tokens", "errors_without_iss", "second_factor_required"),
)
_SWITCHES = {"pkce": "pkce_required", "par": "par_required", "dpop": "dpop_required"}
_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option("--description", help="What the app does."),
    click.option("--homepage-url", help="Where people read about it."),
    click.option("--redirect-uri", "redirect_uris", multiple=True, help="Repeatable; matched exactly."),
    click.option(
        "--post-logout-redirect-uri", "post_logout_redirect_uris", multiple=True, help="Repeatable."
    ),
    click.option(
        "--backchannel-logout-uri", help="Where it hears of the end of a session; an empty value: nowhere."
    ),
    click.option("--grant", "grant_types", multiple=True, help=f"Repeatable: {', '.join(grants.KNOWN)}."),
    click.option(
        "--scope",
        "scopes",
        multiple=True,
        help="Repeatable, or several in one value; default: the standard scopes.",
    ),
    click.option("--public/--confidential", "public", default=None, help="Whether it can keep no secret."),
    click.option("--owner", help="Username of its developer; none: an app of the portal itself."),
    click.option("--preset", type=click.Choice(list(PRESETS)), help="Settings of a known integration."),
    click.option("--auth-method", type=click.Choice(AUTH_METHODS), help="Default: basic and post both work."),
    click.option(
        "--jwks",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Its public keys, a JWK Set.",
    ),
    click.option("--jwks-uri", help="Where it publishes them instead; an empty value: nowhere any more."),
    click.option("--pkce", type=click.Choice(["required", "optional"]), help="Default: required if public."),
    click.option(
        "--dpop",
        type=click.Choice(["required", "optional"]),
        help="Whether it gets tokens only with a DPoP proof. Default: optional.",
    ),
    click.option(
        "--par",
        type=click.Choice(["required", "optional"]),
        help="Whether it must push its requests. Default: optional.",
    ),
    click.option("--alg", type=click.Choice(ALGORITHMS), help="How its tokens are signed."),
    click.option(
        "--lean-id-tokens/--full-id-tokens",
        "lean_id_tokens",
        default=None,
        help="Whether its ID tokens leave out what userinfo tells of the person.",
    ),
    click.option(
        "--errors-without-iss/--errors-with-iss",
        "errors_without_iss",
        default=None,
        help="Whether authorization errors leave out iss.",
    ),
    click.option(
        "--second-factor/--no-second-factor",
        "second_factor_required",
        default=None,
        help="Whether people get into it only with a second factor.",
    ),
    click.option(
        "--group",
        "groups",
        multiple=True,
        help="Repeatable: only people of these groups may use it.",
    ),
    click.option("--no-groups", is_flag=True, help="Let everybody use it again."),
    click.option(
        "--introspection",
        type=click.Choice(["all", "own"]),
        help="Whose access tokens it may introspect. Default: own, but all for a new confidential app without "
        "--owner, --redirect-uri and --preset.",
    ),
    click.option(
        "--env-file", type=_FILE, help="Write ISSUER, CLIENT_ID, CLIENT_SECRET and SCOPE there (0600)."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)


def details_options(command: Command) -> Command:
    """Give ``command`` the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def new_details(name: str, given: dict[str, Any]) -> Details:
    """The details of a new app by the options ``given``, with the defaults of commands."""
    public = bool(given["public"])
    by_people = given["redirect_uris"] or public
    default = grants.PRESELECTED if by_people else (grants.CLIENT_CREDENTIALS,)
    return changed_details(Details(name=name, grant_types=default, pkce_required=public), given)


def changed_details(details: Details, given: dict[str, Any]) -> Details:
    """``details`` with what the options ``given`` say; a repeatable one replaces the whole list."""
    if given["preset"]:
        details = with_preset(details, given["preset"])
    changes = _of_type(given["public"]) | _required(given)
    for field in _AS_GIVEN:
        if given.get(field) is not None:
            changes[field] = given[field]
    if given["grant_types"]:
        changes["grant_types"] = tuple(given["grant_types"])
    if given["scopes"]:
        # A value without a word is refused, as an unknown scope.
        changes["scopes"] = tuple(name for value in given["scopes"] for name in value.split() or [value])
    for uris in ("redirect_uris", "post_logout_redirect_uris"):
        if given[uris]:
            changes[uris] = numbered(given[uris])
    return replace(details, **changes, **_of_keys(given["jwks"], given["jwks_uri"]))


def _of_keys(file: Path | None, uri: str | None) -> dict[str, Any]:
    """What was kept gives way to what is given, keys or their address; both at once the rules refuse."""
    keys = file.read_text(encoding="utf-8", errors="replace") if file else None
    if keys or uri:
        return {"jwks": keys, "jwks_uri": uri}
    return {} if uri is None else {"jwks_uri": None}


def introspects_all(given: dict[str, Any]) -> bool:
    """Whether a new app may introspect everybody's access tokens; a service of the organisation does unless it is said."""
    if given["introspection"] is not None:
        return bool(given["introspection"] == "all")
    return not any(given[option] for option in ("owner", "redirect_uris", "preset", "public"))


def _required(given: dict[str, Any]) -> dict[str, Any]:
    return {field: given[option] == "required" for option, field in _SWITCHES.items() if given[option]}


def _of_type(public: bool | None) -> dict[str, Any]:
    if public is None:
        return {}
    return {"client_type": "public", "pkce_required": True} if public else {"client_type": "confidential"}
