"""Some libraries stumble over keys that they do not know: those are published where an app uses them."""

import time

import pytest
import requests
from flask import Flask

from app.clients.models import Client
from app.database.rows import db
from app.oauth.keys import ring
from tests import factories as make
from tests.oauth.world import later
from tests.support.portals import Portal, StartPortal


def published(app: Flask) -> set[str]:
    with app.app_context():
        ring.current().refresh(force=True)
    return {key["alg"] for key in app.test_client().get("/oauth/jwks.json").json["keys"]}


def test_keys_that_few_libraries_know_are_published_where_an_app_uses_them(app: Flask) -> None:
    assert published(app) == {"RS256", "ES256"}
    client = make.make_client(app, alg="EdDSA")
    assert published(app) == {"RS256", "ES256", "EdDSA"}
    with app.app_context():
        db.session.get_one(Client, client.id).alg = None
        db.session.commit()
    assert "EdDSA" in published(app)  # what it signed counts for a while
    with later(hours=2):
        app.extensions["signing_keys"]._used_until.clear()
        assert published(app) == {"RS256", "ES256"}


@pytest.mark.slow
def test_a_new_app_finds_the_keys_of_its_tokens_at_every_worker(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=3)
    for _each in range(12):
        assert algorithms_at(portal) == {"RS256", "ES256"}
    create = ["client", "create", "Ledger", "--grant", "client_credentials", "--alg", "EdDSA"]
    portal.flask(*create)
    time.sleep(ring.ASKED_EVERY)
    for _each in range(12):
        assert "EdDSA" in algorithms_at(portal)


def algorithms_at(portal: Portal) -> set[str]:
    """Of the keys that one of the workers publishes, each time over another connection."""
    keys = requests.get(f"{portal.url}/oauth/jwks.json", timeout=30).json()["keys"]
    return {key["alg"] for key in keys}
