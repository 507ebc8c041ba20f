"""What the consent page shows: each permission in plain words, with the person's real values."""

from collections.abc import Collection
from typing import Any

from flask import g, make_response, render_template
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ...authentication import accounts_here
from ...forms import REFUSED
from ...groups.members import groups_of
from ...groups.wording import some_of
from ...scopes import catalogue
from ...scopes.catalogue import TEAMS
from ...scopes.permissions import REQUIRED, Permission, describe, only_reads
from ..client_rows import ClientRow
from ..tokens.claims import holds_back
from . import accounts, responses, team_question, used_apps, who_asks
from .access_request import AccessRequest
from .authorizing import Authorization
from .team_question import TeamQuestion

MOST_GROUPS = 8  # that the page names


def page(
    authorization: Authorization,
    *,
    nothing_ticked: bool = False,
    ticked: Collection[str] | None = None,
    question: TeamQuestion | None = None,
) -> Response:
    """The consent page: what the app would like to do, and the person's two answers; ``ticked`` keeps what was."""
    asked = authorization.asked
    assert asked.validated_redirect_uri is not None
    g.form_action = responses.form_action(asked.validated_redirect_uri)
    question = question or team_question.ask(authorization.for_whom)
    html = render_template(
        "oauth/consent.html",
        person=current_user,
        **about_app(asked.client),
        permissions=permissions(authorization, () if nothing_ticked else ticked),
        already=already_allowed(authorization),
        confirming=authorization.is_unverified_native_app and not asked_now(authorization),
        destination=responses.host_of(asked.validated_redirect_uri),
        query=authorization.query,
        nothing_ticked=nothing_ticked,
        team=question,
        is_only_about_team=authorization.for_whom.is_unclear and not asked_now(authorization),
        has_others=bool(accounts_here.list_others()),
    )
    return make_response(html, REFUSED if nothing_ticked or question.problem else 200)


def about_app(client: ClientRow) -> dict[str, Any]:
    """What ``oauth/who_asks.html`` tells of the app."""
    who = who_asks.find(client)
    since = format_date(who.since, "long")
    return {"client": client, "who": who, "since": since, "most": who_asks.MOST_COUNTED}


def account_page(authorization: Authorization, *, another_named: bool = False) -> Response:
    """Who is signed in, and as whom to go on; where the app has named another, only how to change."""
    client_id = authorization.asked.client.id
    people = [account.user for account in accounts.list_choices(client_id)]
    html = render_template(
        "oauth/select_account.html",
        client=authorization.asked.client,
        person=current_user,
        people=people,
        is_used=used_apps.is_used(client_id),
        query=authorization.query,
        another_named=another_named,
    )
    return make_response(html)


def outside_page(authorization: Authorization) -> str:
    """What somebody reads who is in none of the groups that the app is for; which they are is not theirs to know."""
    return render_template(
        "oauth/not_in_group.html",
        client=authorization.asked.client,
        who=who_asks.find(authorization.asked.client),
        person=current_user,
        has_others=bool(accounts_here.list_others()),
        query=authorization.query,
    )


def split(asked: Collection[str], ticked: Collection[str]) -> tuple[list[str], list[str]]:
    """Which of the scopes ``asked`` for are allowed by the boxes that are ``ticked``, and which declined."""
    allowed = [name for name in asked if name in ticked or name in REQUIRED]
    return allowed, [name for name in asked if name not in allowed]


def asked_now(authorization: AccessRequest) -> tuple[str, ...]:
    """The scopes to decide upon: what is new, or everything where the app insists or nothing was decided."""
    for_whom, missing = authorization.for_whom, authorization.missing
    if "consent" in authorization.wishes.prompts or for_whom.is_asked_anew:
        return authorization.scopes
    if for_whom.is_unclear:
        return missing
    # Who has never been asked for whom may choose anybody, to whom nothing was allowed before.
    everything = authorization.consent is None or TEAMS in missing
    return authorization.scopes if everything else missing


def permissions(authorization: AccessRequest, ticked: Collection[str] | None = None) -> list[Permission]:
    """The lines to decide upon; ``ticked`` are those the person had ticked when the page came before."""
    shown = [name for name in asked_now(authorization) if name != TEAMS]
    chosen = _ticked_first(authorization, shown) if ticked is None else ticked
    tells_all = authorization.client.learns_unconfirmed_emails
    return [
        describe(
            name,
            ticked=name in chosen,
            value=_value(name),
            held_back=not tells_all and holds_back(current_user, [name]),
        )
        for name in shown
    ]


def _ticked_first(authorization: AccessRequest, shown: Collection[str]) -> list[str]:
    """What is ticked when the page opens: what was allowed before, and what only reads unless it was declined."""
    consent = authorization.consent
    allowed, declined = (consent.scope.split(), consent.declined.split()) if consent else ([], [])
    return [*allowed, *(name for name in shown if only_reads(name) and name not in declined)]


def already_allowed(authorization: AccessRequest) -> list[str]:
    """What the app asks for and was allowed before, in plain words."""
    locale = str(get_locale())
    told = {*asked_now(authorization), TEAMS}
    rest = [name for name in authorization.scopes if name not in told]
    allowed = authorization.consent.scope.split() if authorization.consent else []
    return [catalogue.describe(name, locale) for name in rest if name in allowed]


def _value(scope: str) -> str | None:
    """What the app would really see."""
    person: Any = current_user
    if scope == "profile":
        told = (person.full_name, person.username, person.picture_id and _("your picture"))
        return " · ".join(filter(None, told))
    if scope == "email":
        return str(person.email or _("You have not given an email address."))
    if scope == "phone":
        return str(person.mobile or _("You have not given a mobile number."))
    if scope == catalogue.GROUPS:
        groups = groups_of(person.id)
        return some_of(groups, MOST_GROUPS, " · ") if groups else _("You are in no group.")
    return None
