"""The person's decision, at its own CSRF-protected address; the request is read again from the query."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user

from ...account.pages.verification import send_confirmation_again
from ...authentication import accounts_here
from ...authentication.access import public
from ...consents.decisions import NotInTeam, give_consent
from ...diagnostics import causes, request_log
from ...form_owners import for_any_account
from ..authorization import consent_page, pending, team_question, which_team
from ..authorization.authorizing import Authorization, authorizing
from ..authorization.interaction import next_interaction
from ..refusals import Refused

blueprint = Blueprint("oauth_consent", __name__)

_ANSWERED_HERE = (None, "team", "consent", "confirmation")


@blueprint.post("/oauth/consent")
@public
@for_any_account
def decide() -> Any:
    """Allow or deny; somebody no longer signed in is asked to, and then once more."""
    return authorizing("consent", lambda: request.args, _step)


@blueprint.get("/oauth/consent")
@public
def ask_again() -> Any:
    """Back to the question, for a reader who changed the language or came here by history."""
    return redirect(pending.authorize_url(request.args.items(multi=True)), 303)


@blueprint.post("/oauth/account")
@public
@for_any_account
def choose_account() -> Any:
    """Go on as one of the accounts of this browser, be asked which, or sign in to another one and come back."""
    url, choice = pending.authorize_url(request.args.items(multi=True)), request.form.get("choice")
    if choice == "other":
        pending.note_another_wanted(url)
        return redirect(url_for("authentication_login.sign_in", another="1", next=url), 303)
    if choice == "ask":
        pending.note_to_ask(url)
        return redirect(url, 303)
    named = request.form.get("account")
    account = accounts_here.find_account(named) if named else accounts_here.find_owner()
    if account is not None:
        pending.note_account_chosen(url, account.user.id)
    return redirect(url, 303)


def _step(authorization: Authorization) -> Any:
    interaction = next_interaction(authorization.situation())
    if interaction == "group" and request.form.get("decision") == "back":
        raise Refused(causes.PERSON_NOT_IN_GROUP)
    if interaction not in _ANSWERED_HERE:
        return redirect(authorization.url, 303)
    ticked = set(request.form.getlist("scope"))
    for_whom = authorization.for_whom
    whom = team_question.read(for_whom, request.form.get("team"))
    if request.form.get("confirmation") == "send":
        flash(*send_confirmation_again(current_user))
        kept = team_question.ask(for_whom, whom)
        return consent_page.page(authorization, ticked=ticked, question=kept)
    if request.form.get("decision") != "allow":
        raise Refused(causes.USER_DECLINED)
    if whom is None or not for_whom.may_be(whom):
        return _ask_again(authorization, ticked, whom)
    return _allow(authorization, ticked, whom)


def _allow(authorization: Authorization, ticked: set[str], whom: str) -> Any:
    """Give the consent, and answer the app; what was not on the page for these is asked first."""
    for_whom, asked = authorization.for_whom, consent_page.asked_now(authorization)
    if not set(which_team.missing(authorization.scopes, for_whom.find(whom))) <= set(asked):
        pending.note_team_chosen(authorization.url, current_user.id, whom)
        request_log.forget()
        return redirect(authorization.url, 303)
    allowed, declined = consent_page.split(asked, ticked)
    if asked and not allowed and not consent_page.already_allowed(authorization):
        request_log.forget()  # the person's slip is no failure of the app
        return consent_page.page(
            authorization, nothing_ticked=True, question=team_question.ask(for_whom, whom)
        )
    client_id = authorization.asked.client.id
    try:
        given = give_consent(current_user.id, client_id, allowed, declined, team_id=whom or None)
    except NotInTeam:
        return _ask_again(authorization, ticked, whom, left=True)
    return authorization.answer(given)


def _ask_again(
    authorization: Authorization, ticked: set[str], whom: str | None, *, left: bool = False
) -> Any:
    """The page once more, with what is wrong with the team beside it."""
    request_log.forget()
    question = team_question.ask_again(authorization.for_whom, whom, left=left)
    return consent_page.page(authorization, ticked=ticked, question=question)
