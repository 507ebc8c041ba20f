"""The application that tests share is as if it were new each time, and a test that changes it is told so."""

import inspect
import pkgutil
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping, MutableSet
from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask

import app as portal
from app.authentication.access import public
from app.extensions import background, limiter, metrics
from app.process.cache import Cache
from app.process.metric_families import SIGN_INS
from tests import factories as make
from tests.support.apps import SharedApps
from tests.support.shared_app import SharedApp, forget

pytestmark = pytest.mark.any_database

# Filled while modules are imported, and the same ever after; the catalogue has a function of its own.
STANDING = {"errands._errands", "catalogue._reads"}
# What is being done at this moment: it empties itself, and who clears it takes from a thread what that will look for.
UNDER_WAY = {"lookups._begun", "lookups._of_domain"}

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


def test_each_way_to_change_the_settings_has_an_application_and_few_are_kept(
    database: str, tmp_path: Path
) -> None:
    shared = SharedApps(tmp_path)
    first, other = shared.take(database), shared.take(database, REGISTRATION="closed")
    assert (first.config["SETTINGS"].registration, other.config["SETTINGS"].registration) == (
        "open",
        "closed",
    )
    for number in range(2, SharedApps.MOST + 1):
        assert shared.take(database) is first
        shared.take(database, RATE_LIMIT_REQUESTS_NUMBER=str(number))
    assert shared.take(database) is first
    assert shared.take(database, REGISTRATION="closed") is not other
    shared.close()


def test_every_memory_of_the_process_is_one_that_is_forgotten() -> None:
    kinds = (MutableMapping, MutableSet, deque, Cache)
    memories = {
        f"{module.name.rpartition('.')[2]}.{name}"
        for module in pkgutil.walk_packages(portal.__path__, "app.")
        for name, value in vars(import_module(module.name)).items()
        if name.startswith("_") and name.islower() and not name.startswith("__") and isinstance(value, kinds)
        if name != "_signals"
    }
    assert "client_lookup._known" in memories
    forgotten = inspect.getsource(forget)
    assert {memory for memory in memories - STANDING - UNDER_WAY if memory not in forgotten} == set()
