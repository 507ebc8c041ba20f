"""Which language a page is in, and how its reader changes it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from flask import Response, g, has_request_context, request
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from ..authentication import current_session
from ..expired_forms import has_page, page_before
from ..extensions import settings
from ..languages import NAMES, asked_for, cookie_name, known, picked

REMEMBERED_FOR = 365 * 24 * 3600
ASKED_BY_APPS = ("/oauth/authorize", "/oauth/logout")  # whose parameters may come in a form


@dataclass(frozen=True)
class Choice:
    """One entry of the language switch."""

    locale: str
    name: str
    url: str
    current: bool


def select_locale() -> str | None:
    """The reader's language, by the order of the public contract; None leaves it to ``DEFAULT_LOCALE``."""
    if not has_request_context():
        return None
    candidates = (picked, _of_the_person, _of_the_app, _of_the_browser)
    return next((locale for find in candidates if (locale := find())), None)


def page_locale() -> str:
    """The language of the page being written, for ``<html lang>``."""
    return str(get_locale() or settings.default_locale)


def languages() -> list[Choice]:
    """The language switch: links to this page, to the page its form was sent from, or to the start."""
    current = page_locale()
    page, parameters = _page_to_read()
    said = [(name, text) for name, text in parameters if name != "locale"]
    return [
        Choice(locale, name, f"{page}?{urlencode([*said, ('locale', locale)])}", locale == current)
        for locale, name in NAMES.items()
    ]


def _page_to_read() -> tuple[str, list[tuple[str, str]]]:
    """The address of what is read now without its query, and the parameters of that."""
    if has_page():
        # A query alone keeps the path, so no path a stranger made up is ever written into the page.
        return "", list(_sent().items(multi=True))
    before = page_before() if request.method == "POST" else None
    if before is None:
        return f"{request.script_root}/", []
    address, _mark, query = before.partition("?")
    return address, parse_qsl(query, keep_blank_values=True)


def _of_the_person() -> str | None:
    if g.get("without_database"):
        return None
    try:
        return known(current_user.locale) if current_user.is_authenticated else None
    except SQLAlchemyError:
        return None  # the page that tells so needs a language, too


def _of_the_app() -> str | None:
    """What an app asks for with ``ui_locales``, on its request and on the pages on the way to it."""
    if g.get("ui_locales"):  # of a request that the app had pushed
        return _first_known(g.ui_locales)
    if request.path in ASKED_BY_APPS:
        return _first_known(_sent().get("ui_locales", ""))
    if request.path in ("/oauth/consent", "/oauth/logout/confirm"):
        return _first_known(request.args.get("ui_locales", ""))
    try:
        waiting = urlsplit(request.args.get("next", ""))
    except ValueError:
        return None
    if waiting.path != "/oauth/authorize":
        return None
    return _first_known(" ".join(parse_qs(waiting.query).get("ui_locales", [])))


def _sent() -> MultiDict[str, str]:
    """What says which page it is: the query, and of an app's request its form, which may say the same."""
    if request.path not in ASKED_BY_APPS:
        return request.args
    try:
        return request.form or request.args
    except HTTPException:  # the page that tells of a body too large needs a language, too
        return request.args


def _of_the_browser() -> str | None:
    # Werkzeug's best_match would prefer a plain "en;q=0.5" to "de-AT": here the language counts, not the region.
    return _first_known(" ".join(tag for tag, quality in request.accept_languages if quality > 0))


def _first_known(tags: str) -> str | None:
    return next((locale for tag in tags.split() if (locale := known(tag))), None)


def remember(response: Response) -> Response:
    """Keep the language that a reader picks with ``?locale=`` in the browser, or what a page that saves the person's own put into ``g.locale_choice``."""
    if g.get("locale_choice") == "":  # the person wants the language of the browser again
        response.delete_cookie(cookie_name(), secure=settings.secure_cookies, httponly=True, samesite="Lax")
        return response
    choice = g.get("locale_choice") or asked_for()
    if choice and choice != request.cookies.get(cookie_name()):
        response.set_cookie(
            cookie_name(),
            choice,
            max_age=None if current_session.is_ephemeral() else REMEMBERED_FOR,
            secure=settings.secure_cookies,
            httponly=True,
            samesite="Lax",
        )
    return response
