"""Reads of hot paths give what SQLAlchemy gives, and outlive a lost connection."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, select, text, update

from app.database.engines import READS, read_connection
from app.database.hot_reads import HotRead, constant
from app.database.rows import db
from app.oauth.models import TokenFamily
from app.users.models import User
from tests import factories as make
from tests.support.statements import count_statements

STATEMENT = select(
    User.username, User.created_at, User.is_admin, User.blocked_at, constant("somebody").label("kind")
).where(User.username_key == bindparam("key"), User.is_admin.is_(True))


@pytest.fixture(autouse=True)
def chief(app: Flask, app_context: Any) -> None:
    make.make_user(app, "chief", is_admin=True)
    # A pool without connections of other tests: SQLite's gives the one that has waited longest, lost ones too.
    db.engines[READS].dispose()


def test_a_row_is_what_sqlalchemy_gives_and_the_driver_is_asked_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = HotRead(STATEMENT)
    with count_statements() as statements:
        by_sqlalchemy = read.first(key="chief")
    assert len(statements) == 1, "who listens to statements hears of it"
    monkeypatch.setattr(HotRead, "_by_sqlalchemy", None)
    by_driver = read.first(key="chief")
    assert tuple(by_driver) == tuple(by_sqlalchemy)
    assert (by_driver.username, by_driver.is_admin, by_driver.blocked_at) == ("chief", True, None)
    assert by_driver.kind == "somebody"
    assert by_driver.created_at.tzinfo is not None
    assert read.first(key="nobody") is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "null",
        "a,b",
        "\"],['",
        "".join(map(chr, range(1, 100))),
        "ä\x7f\x85\u2028\ufeff\ufffd😀\U0010ffff",
    ],
)
def test_any_text_comes_back_as_it_was_kept(name: str) -> None:
    db.session.execute(update(User).values(name=name))
    db.session.commit()
    row = HotRead(select(User.name, User.username).where(User.username_key == bindparam("key"))).first(
        key="chief"
    )
    assert tuple(row) == (name, "chief")


@pytest.mark.parametrize("seed", [bytes(range(16)), b"\xff" * 16, b""])
def test_bytes_and_numbers_come_back_as_they_were_kept(app: Flask, seed: bytes) -> None:
    make.tokens_for(make.make_client(app), make.browser_of(app, make.make_user(app)))
    db.session.execute(update(TokenFamily).values(seed=seed, counter=2**53 + 1))
    db.session.commit()
    read = HotRead(
        select(TokenFamily.seed, TokenFamily.counter, TokenFamily.revoked_at).where(
            TokenFamily.counter > bindparam("least")
        )
    )
    assert tuple(read.first(least=7)) == (seed, 2**53 + 1, None)


def test_mariadb_reads_a_statement_once_for_each_connection_and_others_are_sent_the_whole() -> None:
    read = HotRead(STATEMENT)
    before = _prepared()
    for _ in range(3):
        assert read.first(key="chief").username == "chief"
    assert _prepared() == before + _takes_values_by_name()
    assert read._plans[db.engine.dialect.name].text.startswith(
        "EXECUTE" if _takes_values_by_name() else "SELECT"
    )


def test_a_proxy_that_asks_where_nothing_was_prepared_costs_nobody_an_answer() -> None:
    read = HotRead(STATEMENT)
    assert read.first(key="chief").username == "chief"
    if _takes_values_by_name():
        with _driver() as cursor:
            cursor.execute(f"DEALLOCATE PREPARE {read._plans[db.engine.dialect.name].name}")
    for _ in range(2):
        assert read.first(key="chief").username == "chief"
    before = _prepared()
    assert HotRead(STATEMENT).first(key="chief").username == "chief"
    assert read.first(key="chief").username == "chief"
    assert _prepared() == before + _takes_values_by_name(), "only the other one is prepared from now on"


def _prepared() -> int:
    """How many statements the connection that is used next has prepared."""
    if not _takes_values_by_name():
        return 0
    with _driver() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Com_prepare_sql'")
        return int(cursor.fetchone()[1])


def _takes_values_by_name() -> bool:
    return getattr(db.engine.dialect, "is_mariadb", False)


@contextmanager
def _driver() -> Iterator[Any]:
    """A cursor of the connection that is used next: the pool has no other."""
    connection = db.engines[READS].raw_connection()
    try:
        yield connection.cursor()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "key", ["'", '" OR 1=1 --', "\\", "%(key)s", "%s", "?", "ä😀", "chief\0", "x" * 5000]
)
def test_attack_what_is_looked_for_never_becomes_part_of_the_statement(key: str) -> None:
    assert HotRead(STATEMENT).first(key=key) is None


def test_a_lost_connection_is_noticed_and_another_one_asked() -> None:
    read = HotRead(STATEMENT)
    assert read.first(key="chief").username == "chief"
    pooled = db.engines[READS].raw_connection()
    lost: Any = pooled.dbapi_connection
    pooled.close()
    if db.engine.dialect.name == "sqlite":
        lost.close()
    else:
        with db.engine.connect() as other:
            other.execute(text(f"KILL {int(lost.thread_id())}"))
    for _ in range(2):
        assert read.first(key="chief").username == "chief"


def test_more_threads_than_the_pool_has_connections_never_wait_for_each_other(app: Flask) -> None:
    together = Barrier(40)

    def ask(_turn: int) -> str:
        with app.app_context():
            together.wait()
            username: str = HotRead(STATEMENT).first(key="chief").username
            with read_connection() as connection:
                connection.execute(text("SELECT 1"))
            return username

    with ThreadPoolExecutor(40) as pool:
        assert set(pool.map(ask, range(40))) == {"chief"}
    assert _lent() == 0, "every read gave its connection back"


def test_a_read_that_fails_gives_its_connection_back() -> None:
    read = HotRead(STATEMENT)
    for _ in range(50):
        with pytest.raises(KeyError):
            read.first()
    assert _lent() == 0


def _lent() -> int:
    pool: Any = db.engines[READS].pool
    return int(pool.checkedout())


@pytest.mark.parametrize("word", ["it's", "", "a b", "x'--"])
def test_only_words_stand_in_a_statement(word: str) -> None:
    with pytest.raises(ValueError, match="not a word"):
        constant(word)
