"""Anna, her browser and an app, for flows that begin there."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna")


@pytest.fixture
def browser(app: Flask, anna: make.Person) -> FlaskClient:
    return make.browser_of(app, anna)


@pytest.fixture
def teams(app: Flask, anna: make.Person) -> list[make.Team]:
    """Two teams of Anna's."""
    return [make.make_team(app, anna, name) for name in ("Harbour", "Lighthouse")]


@pytest.fixture
def ledger(app: Flask) -> make.App:
    return make.make_client(app, name="Ledger")
