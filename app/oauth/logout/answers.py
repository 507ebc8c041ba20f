"""The answers to a request to sign out: the question, the end, the refusal."""

from typing import Any

from flask import g, make_response, render_template
from werkzeug.wrappers import Response

from ...authentication import accounts_here, kept_cookies, known_browsers
from ...diagnostics import causes, request_log
from ..authorization import responses
from ..refusals import Refused
from . import whose
from .requests import LogoutRequest


def ask(asked: LogoutRequest) -> Response:
    """The page that asks whether to sign out: where nothing proves the app's word, only the person's click ends anything."""
    is_of_another = whose.is_of_another(asked)
    if is_of_another:
        request_log.remark(causes.LOGOUT_HINT_FOREIGN, reason="of_other_person")
    return _page(asked, is_of_another=is_of_another)


def finish(asked: LogoutRequest, *, is_sure: bool) -> Response:
    """On to where the app wants the person to go, or a page that says that they are signed out.

    ``is_sure``: whether the person has said so, or an ID token proved it. Where neither is so, nobody is signed in: it
    may be a repeated request, or a link of anybody who has registered an app, and a stranger's browser gets a page that
    names where it leads.
    """
    if asked.redirect_uri is None or asked.location is None:
        return _signed_out(asked)
    if is_sure or _may_lead_on(asked):
        return responses.lead_to(asked.location, asked.redirect_uri)
    return _signed_out(asked, location=asked.location, host=responses.host_of(asked.redirect_uri))


def refuse(refusal: Refused) -> Response:
    """The page that says why nothing was ended and nobody sent on, and lets the person sign out all the same."""
    cause = refusal.cause
    explained = request_log.is_kept()
    of_nobody = not request_log.is_attributed()
    response = _page(LogoutRequest(), cause=cause, explained=explained, of_nobody=of_nobody)
    response.status_code = cause.status if cause.status == 413 else 400
    return response


def _may_lead_on(asked: LogoutRequest) -> bool:
    """Whether a browser in which nobody is signed in may be sent on at once (:rfc:`9700#section-4.11.2`).

    For an app that is vouched for, or where the person of the ID token has signed in with this browser before.
    """
    if asked.client is not None and asked.client.is_vouched_for:
        return True
    hint = asked.hint
    if hint is None or hint.user_id is None:
        return False
    has_left = hint.session_id is not None and kept_cookies.has_left(hint.session_id)
    return has_left or known_browsers.has_met(hint.user_id)


def _page(asked: LogoutRequest, **more: Any) -> Response:
    host = None
    if asked.redirect_uri is not None:
        g.form_action = responses.form_action(asked.redirect_uri)
        host = responses.host_of(asked.redirect_uri)
    people = [account.user for account in whose.list_offered(asked)]
    return make_response(
        render_template(
            "oauth/logout.html", client=asked.client, people=people, query=asked.query, host=host, **more
        )
    )


def _signed_out(asked: LogoutRequest, *, location: str | None = None, host: str | None = None) -> Response:
    people = [account.user for account in accounts_here.list_accounts()]
    return make_response(
        render_template(
            "oauth/signed_out.html", client=asked.client, people=people, location=location, host=host
        )
    )
