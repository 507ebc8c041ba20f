"""What runs around every request stands in `app/hull.py`, and nowhere else."""

import ast
from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from flask import Flask

from app import hull
from app.oauth.endpoints.documents import Documents
from app.site.addresses import Addresses
from app.site.audiences import answers_json
from app.site.hosts import Hosts
from config import CHECKOUT
from tests.every.routes import ENDPOINTS
from tests.support.apps import MakeApp

APP = CHECKOUT / "app"
# Registered by an extension, and switched off by its own setting: WTF_CSRF_CHECK_DEFAULT.
SWITCHED_OFF = {"CSRFProtect.init_app.<locals>.csrf_protect"}
REGISTER = {
    f"{when}{where}_{what}"
    for when in ("before", "after", "teardown")
    for where in ("", "_app")
    for what in ("request", "appcontext")
} | {"context_processor", "app_context_processor", "url_value_preprocessor", "app_url_value_preprocessor"}
REGISTER |= {"after_this_request", "url_defaults", "app_url_defaults", "wsgi_app"}


def registered(hooks: dict[Any, list[Callable[..., Any]]]) -> list[Callable[..., Any]]:
    """The hooks of the application and of every blueprint, without those that are switched off."""
    return [hook for hook in chain(*hooks.values()) if hook.__qualname__ not in SWITCHED_OFF]


def test_what_runs_before_a_page_is_the_table(app: Flask) -> None:
    assert registered(app.before_request_funcs) == list(hull.BEFORE_PAGES)
    assert app.config["WTF_CSRF_CHECK_DEFAULT"] is False, "or forms are checked twice"
    assert app.url_value_preprocessors == {}


def test_what_runs_after_a_page_is_the_table(app: Flask) -> None:
    assert registered(app.after_request_funcs)[::-1] == list(hull.AFTER_PAGES)
    assert registered(app.teardown_request_funcs) == []


def test_what_runs_around_a_view_for_programs_is_the_table(app: Flask) -> None:
    assert app.before_programs == hull.BEFORE_PROGRAMS  # type: ignore[attr-defined]
    assert app.after_programs == hull.AFTER_PROGRAMS  # type: ignore[attr-defined]


def test_when_the_context_ends_only_the_session_of_the_database_does(app: Flask) -> None:
    assert [hook.__qualname__ for hook in app.teardown_appcontext_funcs] == ["SQLAlchemy._teardown_session"]


def test_templates_are_given_only_what_flask_and_the_forms_give_them(app: Flask) -> None:
    given = {hook.__module__ for hook in chain(*app.template_context_processors.values())}
    assert given == {"flask.templating", "flask_wtf.csrf", "app.expired_forms"}


@pytest.mark.parametrize("hops", ["0", "2"])
def test_the_layers_around_flask_are_the_table(app_with: MakeApp, hops: str) -> None:
    app = app_with(TRUSTED_PROXIES=hops)
    assert list(hull.WSGI_LAYERS) == [
        hull.trusted_proxies, hull.canonical_addresses, hull.honest_hosts, hull.public_documents,
    ]  # fmt: skip
    layer = app.wsgi_app
    if hops != "0":
        assert type(layer).__name__ == "ProxyFix"
        layer = layer.app  # type: ignore[attr-defined]
    assert isinstance(layer, Addresses)
    layer = layer._wsgi
    assert isinstance(layer, Hosts)
    layer = layer._wsgi
    assert isinstance(layer, Documents)
    assert layer._wsgi == type(app).wsgi_app.__get__(app)


def test_the_request_id_is_first_and_unreadable_input_second() -> None:
    assert hull.BEFORE_PAGES[0] is hull.BEFORE_PROGRAMS[0] is hull.request_ids.begin
    assert hull.BEFORE_PAGES[1] is hull.bad_input.refuse_null_bytes


def test_every_form_of_a_page_is_checked_for_null_bytes_before_it_is_shown_again(app: Flask) -> None:
    """A form that came too late is filled in once more: what the check leaves out must have no such page."""
    protected = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.partition(".")[0] not in ENDPOINTS
    ]
    assert len(protected) > 40
    assert [path for path in protected if answers_json(path)] == []


def test_nothing_else_registers_a_hook() -> None:
    offenders = [
        f"{path.relative_to(APP)}:{node.lineno} {node.attr}"
        for path in sorted(APP.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in REGISTER
    ]
    allowed = {
        "__init__.py": {"before_request", "after_request", "wsgi_app"},
        "site/portal.py": {"wsgi_app"},
        "expired_forms.py": {
            "context_processor"
        },  # csrf_token, in the place of Flask-WTF's: it says whose form it is
    }
    wrong = [
        offender
        for offender in offenders
        if offender.split()[1] not in allowed.get(offender.partition(":")[0], set())
    ]
    assert wrong == [], "put it into a table of app/hull.py"
