"""The way to device codes on a filled database, and back."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from app import create_app
from app.consents.models import Consent
from app.database.rows import db
from app.oauth.models import DeviceCode, TokenFamily
from tests import factories as make
from tests.flows import devices
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0030_team_consents"


@pytest.mark.parametrize("kind", KINDS)
def test_going_back_takes_the_codes_and_leaves_what_they_gave(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    browser, client = make.browser_of(app, make.make_user(app)), devices.make_app(app)
    device = devices.begin(app, client)
    devices.allow(browser, device)
    token = device.tokens()["refresh_token"]
    with app.app_context():
        db.session.remove()
        downgrade(revision=BEFORE)
        assert "device_codes" not in inspect(db.engine).get_table_names()
        upgrade()
        for model, number in ((DeviceCode, 0), (Consent, 1), (TokenFamily, 1)):
            assert db.session.scalar(select(func.count()).select_from(model)) == number
        db.session.remove()
    assert make.refresh(app.test_client(), client, token).status_code == 200
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
