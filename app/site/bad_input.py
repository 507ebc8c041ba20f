"""Requests that no honest browser sends, refused before any page sees them."""

from flask import Flask, abort, request

from .audiences import is_for_programs


def configure(app: Flask) -> None:
    """Answer 400 to null bytes: databases and file systems choke on them, each in its own way."""
    app.before_request(_refuse_null_bytes)


def _refuse_null_bytes() -> None:
    if "\x00" in request.path:
        abort(400)
    if is_for_programs(request.path) or request.path.rstrip("/") == "/oauth/authorize":
        return  # their endpoints refuse parameters themselves, in the words of their specification
    for parameters in (request.args, request.form):
        if any("\x00" in text for pair in parameters.items(multi=True) for text in pair):
            abort(400)
