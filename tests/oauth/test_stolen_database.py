"""Whoever steals the database finds digests and sealed values: no code, no token, no secret to use."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.rows import db
from tests import factories as make
from tests.oauth.world import World


def everything_in(session: Session) -> str:
    """Every value of every row, signing keys included."""
    tables = db.metadata.sorted_tables
    return "\n".join(
        str(value) for table in tables for row in session.execute(select(table)) for value in row
    )


def test_a_stolen_database_holds_no_code_no_token_and_no_secret(world: World, db_session: Session) -> None:
    code = world.code
    tokens = make.tokens_for(world.client, world.browser)
    own = world.app_only().json["access_token"]

    kept = everything_in(db_session)

    assert world.client.id in kept
    assert world.person.username in kept
    for secret in (code, tokens["access_token"], tokens["refresh_token"], own, str(world.client.secret)):
        assert secret not in kept
        assert secret.rpartition(".")[2] not in kept  # nor the part that nobody could guess
    assert "PRIVATE KEY" not in kept
    assert '"d"' not in kept
    assert make.PASSWORD not in kept
