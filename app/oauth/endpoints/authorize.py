"""Where an app sends a person, :rfc:`6749#section-3.1`; changes nothing without an existing consent."""

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from ... import fetch_metadata
from ...authentication import accounts_here
from ...authentication.access import lead_to_second_factor, public
from ...authentication.kept_cookies import key_of
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..authorization import consent_page, pending, pushed, reach, responses
from ..authorization.authorizing import Authorization, authorizing
from ..authorization.interaction import next_interaction
from ..refusals import Refused
from ..wire.navigation import lead_to, sent_parameters

blueprint = Blueprint("oauth_authorize", __name__)


@blueprint.route("/oauth/authorize", methods=["GET", "POST"], strict_slashes=False)
@public
def authorize() -> Any:
    """On to the sign-in, a question, the consent page, or back to the app."""
    if request.method == "POST" and _refers_to_pushed():
        return redirect(pending.authorize_url(request.form.items(multi=True)), 303)
    step = _ask_by_get if request.method == "POST" and fetch_metadata.is_navigation() else _step
    return authorizing("authorize", sent_parameters, step)


def _refers_to_pushed() -> bool:
    """Whether a form of another site, by which no cookie comes, refers to a pushed request, which knows its browser by one."""
    try:
        return fetch_metadata.is_navigation() and pushed.is_reference(request.form)
    except RequestEntityTooLarge:
        return False


def _ask_by_get(authorization: Authorization) -> Any:
    """The same request once more: when another site posts here, the browser keeps the session's cookie back."""
    response = lead_to(authorization.url)
    request_log.forget()
    return response


def _step(authorization: Authorization) -> Any:
    interaction = next_interaction(authorization.situation())
    if interaction is None:
        return authorization.answer()
    return _INTERACTIONS[interaction](authorization)


def _login(authorization: Authorization) -> Any:
    pending.note_sent_to_sign_in(authorization.url)
    return lead_to(url_for("authentication_login.sign_in", next=authorization.url))


def _registration(authorization: Authorization) -> Any:
    """To the page for a new account, beside those that are here; whoever signs in there instead goes on as well."""
    pending.note_another_wanted(authorization.url)
    another = "1" if accounts_here.list_accounts() else None
    return lead_to(url_for("account_registration.register", another=another, next=authorization.url))


def _person(authorization: Authorization) -> Any:
    _prepare_page(authorization)
    return consent_page.account_page(authorization, another_named=True)


def _account(authorization: Authorization) -> Any:
    _prepare_page(authorization)
    return consent_page.account_page(authorization)


def _reauthentication(authorization: Authorization) -> Any:
    pending.note_sent_to_sign_in(authorization.url)
    account = _settle_account(authorization)
    return lead_to(url_for("authentication_reauthentication.ask", account=account, next=authorization.url))


def _consent(authorization: Authorization) -> Any:
    _prepare_page(authorization)
    return consent_page.page(authorization)


def _room(authorization: Authorization) -> Any:
    """Send the newcomer to an administrator instead of the app, and tell who can change it."""
    client = authorization.asked.client
    reach.tell_once(client)
    request_log.refused(causes.APP_FULL, limit=settings.unverified_app_people)
    return make_response(render_template("oauth/full.html", client=client, cause=causes.APP_FULL), 403)


def _group(authorization: Authorization) -> Any:
    """Tell who is in none of the app's groups whom to ask; the app may be told when they go back."""
    request_log.refused(causes.PERSON_NOT_IN_GROUP, as_error="access_denied")
    _prepare_page(authorization)
    return make_response(consent_page.outside_page(authorization), 403)


def _second_factor(authorization: Authorization) -> Any:
    pending.note_sent_to_sign_in(authorization.url)
    pending.note_asked_for_stronger(authorization.url)
    return lead_to(lead_to_second_factor(authorization.url, _settle_account(authorization)))


def _acr(authorization: Authorization) -> Any:
    """Refuse: the person has shown all they have, and the app insists on more."""
    pending.forget(authorization.url)
    raise Refused(causes.ACR_UNMET, asked=list(authorization.wishes.required_acr_values))


def _settle_account(authorization: Authorization) -> str | None:
    """Let the request stay with its account, and return what pages call it; None where there is no other."""
    if not accounts_here.list_others():
        return None
    pending.note_account_chosen(authorization.url, current_user.id)
    return key_of(current_user.id)


def _prepare_page(authorization: Authorization) -> None:
    uri = authorization.asked.validated_redirect_uri
    assert uri is not None
    g.form_action = responses.form_action(uri)


_INTERACTIONS = {
    "registration": _registration,
    "login": _login,
    "person": _person,
    "account": _account,
    "reauthentication": _reauthentication,
    "group": _group,
    "room": _room,
    "second factor": _second_factor,
    "acr": _acr,
    "team": _consent,
    "consent": _consent,
    "confirmation": _consent,
}
