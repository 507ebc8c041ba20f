"""The application that tests share is as if it were new each time, and a test that changes it is told so."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.authentication.access import public
from app.extensions import background, limiter, metrics
from app.process.metering import SIGN_INS
from tests import factories as make
from tests.support.shared_app import SharedApp

pytestmark = pytest.mark.any_database

CHANGES: dict[str, Callable[[Flask], object]] = {
    "routes": lambda app: app.add_url_rule("/probe", view_func=public(lambda: "read")),
    "views": lambda app: app.view_functions.update(static=public(lambda filename: filename)),
    "settings": lambda app: app.config.update(WTF_CSRF_ENABLED=False),
    "hooks": lambda app: app.before_request(lambda: None),
    "error pages": lambda app: app.register_error_handler(418, lambda error: "a teapot"),
    "extensions": lambda app: app.extensions.update(signing_keys=None),
    "WSGI layers": lambda app: setattr(app, "wsgi_app", lambda environ, start: [b""]),
    "templates": lambda app: app.jinja_env.globals.update(probe="probe"),
    "commands": lambda app: app.cli.command("probe")(lambda: None),
}


@pytest.fixture
def shared(database: str, tmp_path: Path) -> Iterator[SharedApp]:
    found = SharedApp(database, tmp_path / "instance")
    yield found
    found.close()


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_named_and_the_next_test_gets_another_application(shared: SharedApp, name: str) -> None:
    app = shared.take()
    CHANGES[name](app)
    assert name in shared.what_changed()
    assert shared.take() is not app
    assert shared.what_changed() == []


def test_looking_changes_nothing(shared: SharedApp) -> None:
    app = shared.take()
    for path in ("/", "/login", "/nowhere", "/v1/keys", "/static/x", "/admin", "/api/nothing"):
        app.test_client().get(path)
    app.test_cli_runner().invoke(args=["scope", "list"])
    assert shared.what_changed() == []
    assert shared.take() is app


def test_nothing_is_remembered(shared: SharedApp) -> None:
    app = shared.take()
    client = make.make_client(app)
    answer = app.test_client().post("/oauth/token", data={"grant_type": "client_credentials", **client.form})
    assert answer.status_code == 200
    metrics.count(SIGN_INS, "ok")
    background.run_once()
    metrics.count(SIGN_INS, "ok")
    limiter.storage.incr("an address", 60)
    mail = app.config["SETTINGS"].instance / "mail"
    mail.mkdir()
    shared.take()
    assert limiter.storage.get("an address") == 0
    assert not metrics._noted
    assert [value for name, _labels, value in metrics.read() if name == SIGN_INS.name] == []
    assert not mail.exists()


def test_other_applications_leave_it_its_own_settings(
    shared: SharedApp, make_app: Callable[..., Flask]
) -> None:
    app = shared.take()
    key = dict(vars(limiter))["_storage"]
    other = make_app(RATE_LIMIT_REQUESTS_NUMBER="1")
    assert limiter.storage is not key
    assert background._app is other
    shared.take()
    assert limiter.storage is key
    assert background._app is app
