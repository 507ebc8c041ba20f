"""On the way of an authorization request: the sign-in pages know which app waits, and let its answer through."""

from urllib.parse import parse_qs, urlsplit

from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from ..authorization import responses
from ..client_lookup import find_client
from ..client_rows import ClientRow

LONGEST_HINT = 254  # characters, of an email address
_AUTHORIZATION_REQUEST = "/oauth/authorize?"
_PATHS_OF_APPS = (
    *("/oauth/authorize", "/oauth/consent", "/oauth/account"),
    *("/oauth/logout", "/oauth/logout/confirm"),
)
# Where people prove who they are: the only pages that ``next`` has a say on.
_SIGN_IN_PAGES = frozenset(
    {
        "authentication_accounts.choose",
        "authentication_login.sign_in",
        "authentication_reauthentication.ask",
        "authentication_verify.verify",
        "authentication_totp.set_up",
        "authentication_recovery_codes.show",
        "account_registration.register",
        "account_recovery.forgot_password",
        "account_lost_factors.ask",
    }
)


def note() -> None:
    """Set ``g.waiting_app``, ``g.login_hint`` and ``g.form_action`` from ``?next=/oauth/authorize?…``."""
    url = request.args.get("next", "")
    if not _is_sign_in_page():
        return
    try:
        query = parse_qs(urlsplit(url).query, max_num_fields=50)
    except ValueError:
        return  # too many: the authorization endpoint will tell
    client_id, redirect_uri = query.get("client_id", [""])[0], query.get("redirect_uri", [""])[0]
    client = _find(client_id)
    if client is None or client.disabled_at is not None:
        return
    redirect_uri = redirect_uri or client.get_default_redirect_uri() or ""
    if client.check_redirect_uri(redirect_uri):
        g.waiting_app = client
        g.login_hint = query.get("login_hint", [""])[0][:LONGEST_HINT]
        g.form_action = responses.form_action(redirect_uri)


def allow_popups(response: Response) -> Response:
    """Let an app that asks from a popup find its window again: one strict answer on the way would cut it off."""
    if request.path.rstrip("/") in _PATHS_OF_APPS or _is_sign_in_page():
        response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


def _is_sign_in_page() -> bool:
    return request.endpoint in _SIGN_IN_PAGES and request.args.get("next", "").startswith(
        _AUTHORIZATION_REQUEST
    )


def _find(client_id: str) -> ClientRow | None:
    try:
        return find_client(client_id)
    except (SQLAlchemyError, ValueError):
        return None  # the page itself will tell
