"""Requests that no honest browser sends, refused before any page sees them."""

from typing import NoReturn

from flask import abort, g, request
from werkzeug.exceptions import HTTPException

from . import rate_limiting
from .audiences import answers_json


def refuse_null_bytes() -> None:
    """Answer 400 to null bytes, on which databases and file systems fail, each in its own way."""
    if "\x00" in request.path:
        _refuse()
    if answers_json(request.path) or request.path.rstrip("/") in ("/oauth/authorize", "/oauth/logout"):
        return  # their endpoints refuse parameters themselves, in the words of their specification
    try:
        form = request.form
    except HTTPException:  # a body too large
        _count()
        raise
    for parameters in (request.args, form):
        if any("\x00" in text for pair in parameters.items(multi=True) for text in pair):
            _refuse()


def _refuse() -> NoReturn:
    _count()
    abort(400)


def _count() -> None:
    """Count what goes no further against the limit of its address; it costs no statement, whoever is signed in."""
    g.without_database = True
    rate_limiting.check()
