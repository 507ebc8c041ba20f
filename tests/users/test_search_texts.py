"""What a search for people reads: for those who were here before it, too, and for whom a file brings."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, delete, select, text, update
from sqlalchemy.orm import Session

from app import create_app
from app.clock import now
from app.database.rows import db, first_id_at
from app.users.models import SearchText, User
from app.users.search_texts import LOOKED_BACK, spellings, text_of
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0021_passkeys"
PEOPLE = 1_001  # one more than the migration reads at once


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_who_was_here_before_is_found(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    columns = "id, username, username_key, email, email_key, name, is_admin, created_at, updated_at"
    values = ":id, :name, :name, :name, :name, 'Jürgen Müller', false, '2026-11-01', '2026-11-01'"
    with app.app_context():
        upgrade()
        downgrade(revision=BEFORE)
        with db.engine.begin() as connection:
            rows = [{"id": f"{number:032x}", "name": f"person{number}"} for number in range(PEOPLE)]
            connection.execute(text(f"INSERT INTO users ({columns}) VALUES ({values})"), rows)
            connection.execute(text("UPDATE users SET username = '', username_key = NULL, email = NULL, email_key = NULL, name = NULL WHERE username = 'person7'"))  # fmt: skip
        upgrade()
        for engine in db.engines.values():
            engine.dispose()
    engine = create_engine(app.config["SETTINGS"].database_url)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT text FROM user_search_texts ORDER BY user_id")).scalars().all()
    engine.dispose()
    assert len(kept) == PEOPLE - 1
    assert kept[0] == b"juergen mueller\njurgen muller\nperson0"


def test_letters_are_read_without_accents_and_as_they_are_written_out() -> None:
    assert spellings("Müller-Straße") == {"muller-strasse", "mueller-strasse"}
    assert spellings("Łódź") == {"lodz"}
    assert spellings("BJÖRN") == spellings("Bjo\u0308rn") == {"bjorn", "bjoern"}
    assert spellings("\u0301") == {""}


def test_the_longest_names_fit() -> None:
    long = {"username_key": "ü" * 128, "email_key": "ü" * 254, "name": "\ufdfa" * 200, "given_name": "ü" * 99}
    assert len(text_of(long)) <= 4096
    assert text_of({"username_key": None, "email_key": None}) == b""


def test_who_came_while_an_update_was_on_is_found_after_the_next_cleanup(
    app: Flask, db_session: Session
) -> None:
    for name in ("newcomer", "older"):
        person = make.make_user(app, name)
        if name == "older":  # than the cleanup looks back: the migration has seen them
            long_ago = first_id_at(now() - LOOKED_BACK * 2)
            db_session.execute(delete(SearchText))
            db_session.execute(update(User).where(User.id == person.id).values(id=long_ago))
    db_session.commit()
    result = app.test_cli_runner().invoke(args=["cleanup"])
    assert result.exit_code == 0, result.output
    assert "search" not in result.output  # nothing of them is deleted
    assert db_session.scalars(select(SearchText.text)).all() == [b"newcomer@example.org"]
