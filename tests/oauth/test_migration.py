"""Signing keys of older versions get their MAC, unless they are none of ours."""

import json

import pytest
from flask_migrate import downgrade, upgrade
from joserfc.jwk import RSAKey
from sqlalchemy import func, select, text

from app import create_app
from app.clock import now
from app.database.rows import as_stored, db
from app.oauth.keys import ring
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0005_apps_as_they_are"


@pytest.mark.parametrize("kind", KINDS)
def test_keys_that_were_made_here_go_on_and_forged_ones_do_not(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
        ring.current().refresh(force=True)
        before = set(ring.current().verifying)
        downgrade(revision=BEFORE)
        evil = {
            **RSAKey.generate_key(2048).as_dict(private=False),
            "kid": "evil",
            "alg": "RS256",
            "use": "sig",
        }
        sealed = db.session.scalar(text("SELECT sealed_private_jwk FROM signing_keys LIMIT 1"))
        db.session.execute(
            text(
                "INSERT INTO signing_keys (kid, alg, public_jwk, sealed_private_jwk, created_at)"
                " VALUES ('evil', 'RS256', :jwk, :sealed, :moment)"
            ),
            {"jwk": json.dumps(evil), "sealed": sealed, "moment": as_stored(now())},
        )
        db.session.commit()
        upgrade()
        db.session.remove()
        ring.current().refresh(force=True)
        assert set(ring.current().verifying) == before
        for engine in db.engines.values():
            engine.dispose()
    assert make.tokens_for(make.make_client(app), make.browser_of(app, make.make_user(app)))["id_token"]


@pytest.mark.parametrize("kind", KINDS)
def test_new_columns_cost_no_row_of_any_table(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    browser = make.browser_of(app, make.make_user(app))
    token = make.tokens_for(make.make_client(app, make.make_user(app)), browser)["refresh_token"]
    assert token
    with app.app_context():
        before = rows_of_tables()
        assert min(before[name] for name in ("clients", "client_secrets", "consents", "token_families")) == 1
        downgrade(revision="0004_addresses_of_one_mailbox")
        upgrade()
        assert rows_of_tables() == before
        for engine in db.engines.values():
            engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_codes_and_families_of_before_go_on_without_single_claims(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    browser, client = make.browser_of(app, make.make_user(app)), make.make_client(app)
    asked = {"scope": "openid", "claims": '{"userinfo": {"email": null}}'}
    tokens, code = make.tokens_for(client, browser, **asked), make.authorize(client, browser, **asked)
    with app.app_context():
        downgrade(revision="0030_team_consents")
        upgrade()
        for engine in db.engines.values():
            engine.dispose()
    for answer in (
        make.redeem(browser, client, code),
        make.refresh(browser, client, tokens["refresh_token"]),
    ):
        told = browser.get("/oauth/userinfo", headers=make.with_token(answer.json["access_token"]))
        assert set(told.json) == {"sub"}


def rows_of_tables() -> dict[str, int]:
    """How many rows each table has."""
    with db.engine.connect() as connection:
        counts = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in db.metadata.sorted_tables
        }
    db.session.remove()
    return {name: count or 0 for name, count in counts.items()}
