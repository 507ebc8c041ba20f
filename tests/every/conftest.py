"""A portal with something on every page, and the browser of the person it belongs to."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make
from tests.every import routes


@pytest.fixture
def world(app: Flask) -> routes.World:
    return routes.world(app)


@pytest.fixture
def browser(app: Flask, world: routes.World) -> FlaskClient:
    return make.browser_of(app, world.person)
