"""What a search for people reads: for those who were here before it, too, and for whom a file brings."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text

from app import create_app
from app.database.rows import db
from app.users.search_texts import spellings, text_of
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
