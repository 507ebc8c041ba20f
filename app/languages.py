"""The languages of the portal, and the one a reader has picked."""

from flask import current_app, request

from config import LANGUAGES

NAMES = LANGUAGES


def known(tag: str | None) -> str | None:
    """The language of the portal that a tag such as ``de-AT`` stands for."""
    language = (tag or "").replace("_", "-").split("-")[0].lower()
    return language if language in NAMES else None


def asked_for() -> str | None:
    """What this request's ``?locale=`` asks for."""
    return known(request.args.get("locale"))


def picked() -> str | None:
    """What the reader has picked, now or earlier; None while only their browser or an app has had a say."""
    return asked_for() or known(request.cookies.get(cookie_name()))


def cookie_name() -> str:
    """The cookie that keeps what a reader picked: named like the one of the session."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-locale"
