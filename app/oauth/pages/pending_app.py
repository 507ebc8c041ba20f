"""On the way of an authorization request: the sign-in pages know which app waits, and let its answer through."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from ...crypto import Undecryptable
from ..authorization import pushed, responses
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
    client, asked = _find({name: values[0] for name, values in query.items()})
    if client is None or client.disabled_at is not None:
        return
    redirect_uri = asked.get("redirect_uri") or client.get_default_redirect_uri() or ""
    if client.check_redirect_uri(redirect_uri):
        g.waiting_app = client
        g.ui_locales = asked.get("ui_locales")
        g.login_hint = asked.get("login_hint", "")[:LONGEST_HINT]
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


def _find(asked: Mapping[str, str]) -> tuple[ClientRow | None, Mapping[str, str]]:
    """The app, and what it asks for: what it had pushed, where that waits in this browser."""
    try:
        if pushed.is_reference(asked):
            return pushed.peek(asked)
        return find_client(asked.get("client_id", "")), asked
    except (SQLAlchemyError, ValueError, Undecryptable):
        return None, {}  # the page itself will tell
