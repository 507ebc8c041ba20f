"""The static files: the stylesheets joined to one, addresses that name the content, and how long browsers keep it."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

from ..authentication.access import for_programs

STYLESHEET = "pforte.css"
# The parts of it in static/css/, in their order: what stands later wins inside a layer.
PARTS = (
    "tokens",
    "base",
    "layout",
    "navigation",
    "components",
    "content",
    "filters",
    "lists",
    "gate",
    "tiles",
    "accounts",
    "forms",
    "pictures",
    "tables",
    "pages",
    "consent",
    "diagnostics",
    "failures",
    "factors",
    "print",
)
MODULES = ("copy", "reveal", "menus", "once")


def configure(app: Flask) -> None:
    """Serve the joined stylesheet among the static files, and tell templates their addresses."""

    # It reads neither session nor language, so shared caches may keep what it answers.
    @for_programs
    def send(filename: str) -> Response:
        """A static file; the stylesheet is joined of its parts."""
        return _stylesheet() if filename == STYLESHEET else app.send_static_file(filename)

    app.view_functions["static"] = send
    app.jinja_env.globals.update(modules=MODULES, stylesheet=STYLESHEET, static_url=static_url)


def static_url(filename: str) -> str:
    """The address of a static file with a digest of its content: it may be kept for ever."""
    return url_for("static", filename=filename, v=_digest(filename))


def keep(response: Response) -> Response:
    """Let browsers keep a static file for ever that was asked for by the digest of its content."""
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return response
    if request.args.get("v") == _digest((request.view_args or {}).get("filename", "")):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _stylesheet() -> Response:
    response = Response(_content(STYLESHEET), mimetype="text/css")
    response.set_etag(_digest(STYLESHEET))
    response.make_conditional(request)
    return response


def _digest(filename: str) -> str:
    return hashlib.sha256(_content(filename)).hexdigest()[:12]


def _content(filename: str) -> bytes:
    read = _read_once.__wrapped__ if current_app.debug else _read_once
    return read(Path(str(current_app.static_folder)), filename)


@cache
def _read_once(folder: Path, filename: str) -> bytes:
    if filename != STYLESHEET:
        return (folder / filename).read_bytes()
    return b"\n".join((folder / "css" / f"{part}.css").read_bytes() for part in PARTS)
