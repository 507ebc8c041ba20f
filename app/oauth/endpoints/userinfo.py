"""Who signed in: OpenID Connect Core section 5.3, and the same person for plain OAuth integrations."""

from functools import lru_cache
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import Row

from ...authentication.access import public
from ..tokens.access_tokens import ActiveToken
from ..tokens.claims import group_claims, person_claims
from ..tokens.persons import MOST_PEOPLE
from ..wire import cross_origin
from ..wire.endpoint import as_json, json_of, json_response
from ..wire.resource import resource

blueprint = Blueprint("oauth_userinfo", __name__)


@blueprint.route(
    "/oauth/userinfo", methods=["GET", "POST"], strict_slashes=False, provide_automatic_options=False
)
@resource("userinfo", "openid")
def userinfo(token: ActiveToken) -> Response:
    """``sub``, the claims of the granted scopes, and those that were asked for and granted one by one."""
    sub, names = token.claims["sub"], token.claims_for_userinfo
    groups = group_claims(sub, token.scopes, names)
    told = tuple(groups["groups"]) if groups else None
    team = tuple(token.team.items())
    return json_response(
        _claims_of(sub, token.person, token.scopes, names, token.learns_unproven, told, team)
    )


@lru_cache(maxsize=MOST_PEOPLE)
def _claims_of(
    sub: str,
    person: Row[Any] | None,
    scopes: frozenset[str],
    names: frozenset[str],
    unproven: bool,
    groups: tuple[str, ...] | None,
    team: tuple[tuple[str, str], ...],
) -> str:
    """The answer as JSON: integrations ask for it again and again, and it changes only with what it is made of."""
    about = person_claims(person, scopes, names, unproven=unproven)
    about |= {} if groups is None else {"groups": groups}
    return as_json({"sub": sub, **about, **({"team": dict(team)} if team else {})})


@blueprint.get("/oauth/me", strict_slashes=False, provide_automatic_options=False)
@resource("me", "profile", "email", "phone", "groups", "teams", "openid")
def me(token: ActiveToken) -> Response:
    """``id``, ``username``, ``name``, ``email`` … as the scopes allow, and the team: a label for a connection."""
    claims = person_claims(token.person, token.scopes, unproven=token.learns_unproven)
    claims |= group_claims(token.claims["sub"], token.scopes)
    username = claims.pop("preferred_username", None)
    answer = {"id": token.claims["sub"], **({"username": username} if username else {}), **claims}
    answer |= {"team": token.team} if token.team else {}
    return json_of(answer)


@blueprint.route("/oauth/userinfo", methods=["OPTIONS"], strict_slashes=False)
@blueprint.route("/oauth/me", methods=["OPTIONS"], strict_slashes=False)
@public
def preflight() -> Response:
    """Let web pages of registered origins ask."""
    return cross_origin.preflight()
