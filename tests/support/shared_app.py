"""Applications for all tests that only look, as if they were new each time.

To make an application takes longer than most tests do with it. So it is made once, the database is emptied between
tests, :func:`forget` clears what the process remembers, and a test that changes the application fails.
"""

import math
import shutil
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.audit import refused_requests
from app.authentication import last_seen
from app.clients import secret_digests
from app.database.rows import db
from app.diagnostics import usage
from app.diagnostics.request_log import writing
from app.diagnostics.request_log.cap import RefusalCap
from app.extensions import background, limiter, metrics, vault
from app.oauth import client_lookup
from app.oauth.backchannel import pace
from app.oauth.client_authentication import published_keys
from app.oauth.endpoints.documents import Documents
from app.oauth.tokens import persons, verification
from app.oauth.wire import cross_origin
from app.operations import administrators, tidying
from app.process import metering
from app.process.shared_folder import shared_folder
from app.scopes import catalogue
from app.site import rate_limiting
from app.users import hash_kinds
from config import Settings
from tests.support.compiled_templates import COMPILED
from tests.support.databases import make_settings

# Objects of modules that `create_app` points at the application made last.
OF_THE_LAST_APP = (background, limiter, metrics, vault)

# A run of tests lasts longer than a worker waits before it cleans up: a test says itself when it is time.
tidying._look_at = math.inf
administrators._look_at = math.inf


class SharedApp:
    """The portal on the database of `url`; `changes` are variables as the contract names them."""

    def __init__(self, url: str, folder: Path, **changes: str) -> None:
        self._settings = make_settings(url, folder, **changes)
        self._instance = folder
        self._app: Flask | None = None

    def take(self) -> Flask:
        """Return the application as if it were new."""
        if self._app is None:
            self._app = new_app(self._settings)
            self._attached = [(each, vars(each).copy()) for each in OF_THE_LAST_APP]
            self._shape = shape_of(self._app)
        for extension, attributes in self._attached:
            vars(extension).update(attributes)
        forget(self._app)
        return self._app

    def what_changed(self) -> list[str]:
        """Name what a test has changed of the application; a changed one is thrown away."""
        if self._app is None:
            return []
        now = shape_of(self._app)
        changed = [name for name, before in self._shape.items() if now[name] != before]
        if changed:
            self.close()
        return changed

    def close(self) -> None:
        """End its connections; the next test gets a new application."""
        if self._app is not None:
            close(self._app)
            shutil.rmtree(shared_folder(self._instance), ignore_errors=True)
            self._app = None


def new_app(settings: Settings) -> Flask:
    """Return an application whose templates are compiled for all of this process."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = COMPILED
    return app


def close(app: Flask) -> None:
    """End the connections of `app`."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def shape_of(app: Flask) -> dict[str, Any]:
    """Everything of `app` that a test could change for those after it."""
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    return {
        "routes": len(list(app.url_map.iter_rules())),
        "views": dict(app.view_functions),
        "settings": dict(app.config),
        "hooks": [{scope: list(functions) for scope, functions in each.items()} for each in hooks],
        # Looking one up leaves empty places behind.
        "error pages": [
            (scope, code, {**pages})
            for scope, by_code in app.error_handler_spec.items()
            for code, pages in by_code.items()
            if pages
        ],
        "extensions": dict(app.extensions),
        "WSGI layers": app.wsgi_app,
        "sessions": app.session_interface,
        "templates": (dict(app.jinja_env.globals), dict(app.jinja_env.filters)),
        "commands": dict(app.cli.commands),
        "background jobs": list(background._jobs),
    }


def documents_of(app: Flask) -> Documents:
    """Return the layer around `app` that answers discovery and keys."""
    layer: Any = app.wsgi_app
    while not isinstance(layer, Documents):
        layer = getattr(layer, "_wsgi", None) or layer.app
    return layer


def forget(app: Flask) -> None:
    """Clear all that this process remembers of earlier tests, piece by piece; each line says what would go wrong."""
    with app.app_context():
        engines = list(db.engines.values())
    # Keys of the test before may have been rotated or deleted: the rows are read again, known keys stay parsed.
    app.extensions["signing_keys"]._read_at = float("-inf")
    app.extensions["signing_keys"]._used_until.clear()  # keys of an algorithm that no app uses any more
    documents = documents_of(
        app
    )  # published for a second: an algorithm that only an app of the test before used
    documents._keys_read_at = documents._grants_read_at = float("-inf")
    catalogue.forget()  # scopes that the database no longer has would be found for five seconds
    # Clients, people, tokens and origins of emptied rows: a test that counts statements would find them known.
    client_lookup._known.clear()
    persons._known.clear()
    published_keys._known.clear()  # keys fetched from servers of earlier tests, and when it did not work
    verification._verified.clear()
    pace._slow.clear()  # apps that took their time over a logout token
    cross_origin._met.clear()
    hash_kinds.forget()  # kinds of hashes of people who are gone: a wrong password would cost more
    refused_requests._full.clear()  # a minute has room for so many events
    # What waits to be written would go into the next test's rows.
    refused_requests._waiting.clear()
    last_seen._seen.clear()
    secret_digests._waiting.clear()
    metrics._noted.clear()
    for stamps in (usage._secrets, usage._consents):  # and a row is stamped at most every ten seconds
        stamps._waiting.clear()
        stamps._written.clear()
    for engine, rows in writing._by_database.items():  # and a minute has room for so many refusals
        if engine in engines:
            rows._waiting.clear()
            rows.cap = RefusalCap()
    rate_limiting._leases._held.clear()  # hits reserved of a limit that is counted afresh
    limiter.storage.reset()  # all tests come from one address: together they would exceed its limit
    background._in_trouble.clear()  # trouble is told once, and again only after it was over
    metrics._in_trouble = False
    instance = app.config["SETTINGS"].instance
    metering.forget(instance)  # totals begin at zero
    shutil.rmtree(instance, ignore_errors=True)  # mails and whatever else was written beside the database
    instance.mkdir(mode=0o700)
