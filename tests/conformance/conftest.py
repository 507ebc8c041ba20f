"""The stage of every conformance test."""

import pytest
from flask import Flask

from tests.oauth.world import World


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)
