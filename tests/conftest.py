"""Fixtures of all tests; each is explained where it is made, in tests/support/."""

import hypothesis
import pytest

from tests.oauth.world import world
from tests.support.apps import (
    app,
    app_context,
    app_with,
    client,
    db_session,
    make_app,
    pytest_runtest_teardown,
    shared_apps,
)
from tests.support.browser import chromium, open_page
from tests.support.databases import KINDS, database, databases, redis_url
from tests.support.gateways import running_gateway, sms_gateway
from tests.support.logout_receivers import logout_receiver, running_logout_receiver
from tests.support.mailboxes import running_smtp_server, smtp_server
from tests.support.messages import message_portal
from tests.support.order import pytest_collection_modifyitems
from tests.support.portals import mariadb_portal, portal, portals, sqlite_portal, start_portal
from tests.support.relying_party import relying_party
from tests.support.sites import open_site

__all__ = [
    "app",
    "app_context",
    "app_with",
    "chromium",
    "client",
    "database",
    "databases",
    "db_session",
    "logout_receiver",
    "make_app",
    "mariadb_portal",
    "message_portal",
    "open_page",
    "open_site",
    "portal",
    "portals",
    "pytest_collection_modifyitems",
    "pytest_runtest_teardown",
    "redis_url",
    "relying_party",
    "running_gateway",
    "running_logout_receiver",
    "running_smtp_server",
    "shared_apps",
    "sms_gateway",
    "smtp_server",
    "sqlite_portal",
    "start_portal",
    "world",
]  # fmt: skip

# Found examples become tests by hand; a folder of them in the checkout would make runs differ.
hypothesis.settings.register_profile("pforte", database=None, deadline=None, max_examples=50)
hypothesis.settings.load_profile("pforte")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run on this database only (default: on both)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = metafunc.config.getoption("--database")
    kinds = KINDS[:1] if metafunc.definition.get_closest_marker("any_database") else KINDS
    for name in ("database", "portal"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [chosen] if chosen else list(kinds), indirect=True)
