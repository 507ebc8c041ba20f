"""The edge of a request to sign out: validate, end what may end, answer."""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from ...authentication import accounts_here, leaving
from ...authentication.accounts_here import Account
from ...database.rows import db
from ...diagnostics import request_log
from ..refusals import Refused
from ..requests import PortalRequest
from ..wire import attribution
from . import answers, requests, whose
from .requests import LogoutRequest

ENDPOINT = "logout"  # in the log
Step = Callable[[LogoutRequest], Any]


def signing_out(read: Callable[[], MultiDict[str, str]], step: Step) -> Any:
    """Validate the request whose parameters are ``read``, and return the response of ``step`` to it.

    Commits once. What is refused ends nothing and leads nowhere; it is told on a page.
    """
    request_log.begin(ENDPOINT)
    sent: MultiDict[str, str] = MultiDict()
    try:
        sent = read()
        request_log.begin(ENDPOINT, sent.items(multi=True))
        asked = requests.read(PortalRequest(request.method, request.path, request.headers, sent))
        response = step(asked)
        db.session.commit()
        if asked.client is None:
            request_log.forget()  # the person came by themselves
    except Refused as refusal:
        db.session.rollback()
        attribution.attribute(refusal.cause, sent.get("id_token_hint"))
        request_log.refused(refusal.cause, **refusal.facts)
        response = answers.refuse(refusal)
    request_log.finish(response.status_code)
    return response


def end_or_ask(asked: LogoutRequest) -> Any:
    """End the session that the app's ID token proves; where it proves none that is here, ask who is signed in."""
    proven = whose.find_proven(asked)
    if proven is not None:
        return leave(asked, [proven])
    return answers.ask(asked) if accounts_here.list_accounts() else answers.finish(asked, is_sure=False)


def leave(asked: LogoutRequest, accounts: list[Account]) -> Any:
    """Sign ``accounts`` out at this browser, and lead on."""
    for account in accounts:
        request_log.attribute_to(user_id=account.user.id)
    leaving.sign_out(accounts)
    return answers.finish(asked, is_sure=True)
