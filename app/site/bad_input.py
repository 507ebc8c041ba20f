"""Requests that no honest browser sends, refused before any page sees them."""

from typing import NoReturn

from flask import abort, g, request

from .audiences import answers_json


def refuse_null_bytes() -> None:
    """Answer 400 to null bytes: databases and file systems choke on them, each in its own way."""
    if "\x00" in request.path:
        _refuse()
    if answers_json(request.path) or request.path.rstrip("/") == "/oauth/authorize":
        return  # their endpoints refuse parameters themselves, in the words of their specification
    for parameters in (request.args, request.form):
        if any("\x00" in text for pair in parameters.items(multi=True) for text in pair):
            _refuse()


def _refuse() -> NoReturn:
    g.without_database = True  # what is not even read costs no statement, whoever is signed in
    abort(400)
