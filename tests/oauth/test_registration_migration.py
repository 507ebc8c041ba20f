"""Going back to the version before registration and on again: the apps that registered themselves stay, as nobody's."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from app import create_app
from app.clients.models import Client
from app.database.rows import db
from tests import factories as make
from tests.oauth.registrations import Registered, make_token, register
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0030_team_consents"


@pytest.fixture(params=KINDS)
def filled(request: pytest.FixtureRequest, databases: Databases) -> Iterator[tuple[Flask, Registered]]:
    """A portal of its own with an app that registered itself by a token, and that somebody uses."""
    settings = make_settings(databases.new_url(request.param), databases.folder, DYNAMIC_REGISTRATION="open")
    app = create_app(settings)
    with app.app_context():
        upgrade()
    make_token(app)
    found = register(app.test_client())
    make.tokens_for(found.app, make.browser_of(app, make.make_user(app)))
    yield app, found
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_apps_that_registered_themselves_outlive_the_way_back(filled: tuple[Flask, Registered]) -> None:
    app, found = filled
    with app.app_context():
        downgrade(revision=BEFORE)
    with app.app_context():
        upgrade()
        client = db.session.get_one(Client, found.app.id)
        assert (client.registered_dynamically, client.is_vouched_for) == (True, False)
    assert found.read().status_code == 401
    assert register(app.test_client()).read().status_code == 200
