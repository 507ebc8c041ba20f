"""Keys that tokens are bound to: what is there survives, and what is bound ends where an older version would not ask for the key."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, text

from app import create_app
from app.clients.models import Client
from app.database.rows import db
from app.oauth.models import TokenFamily
from tests import factories as make
from tests.oauth.holders import Holder, app_only, bound_tokens, refresh
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0030_team_consents"


@pytest.mark.parametrize("kind", KINDS)
def test_going_back_ends_what_is_bound_and_nothing_else(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    holder, browser = Holder(), make.browser_of(app, make.make_user(app))
    confidential, public = make.make_client(app), make.make_client(app, client_type="public")
    kept = bound_tokens(confidential, browser, holder)["refresh_token"]
    ended = bound_tokens(public, browser, holder)["refresh_token"]
    make.authorize(public, browser, make.make_proof(), dpop_jkt=holder.jkt)
    with app.app_context():
        codes = db.session.scalar(text("SELECT COUNT(*) FROM authorization_codes WHERE dpop_jkt IS NOT NULL"))
        assert codes == 1
        db.session.remove()
        downgrade(revision=BEFORE)
        upgrade()
        assert db.session.scalar(select(func.count()).select_from(TokenFamily)) == 1
        assert db.session.scalar(text("SELECT COUNT(*) FROM authorization_codes")) == 2
        assert set(db.session.scalars(select(Client.dpop_required))) == {False}
        db.session.remove()
    http = app.test_client()
    assert refresh(http, confidential, kept, None).status_code == 200
    assert refresh(http, public, ended, holder.proof()).status_code == 400
    proof = holder.proof()
    assert [app_only(http, confidential, proof).status_code for _ in range(2)] == [200, 400]
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
