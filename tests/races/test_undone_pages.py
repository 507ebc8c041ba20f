"""A cluster may undo a page's transaction (MariaDB's error 1213): the page does it again, and nobody notices."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app import create_app
from tests import factories as make
from tests.oauth import by_assertion
from tests.oauth.world import World
from tests.support.databases import Databases, make_settings
from tests.support.html_forms import forms_of
from tests.support.people import SECONDS, Person
from tests.support.portals import Portal

Lose = Callable[[str, int], None]
LOSING = """
CREATE TRIGGER {schema}.losing BEFORE INSERT ON {schema}.{table} FOR EACH ROW BEGIN
  IF (SELECT count(*) FROM {schema}.losses) < {times} THEN
    INSERT INTO {schema}.losses VALUES (1);
    SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found when trying to get lock';
  END IF;
END
"""


@contextmanager
def losing(databases: Databases, url: str, table: str, times: int) -> Iterator[None]:
    """Lets the server undo the next transactions that write ``table``."""
    schema, run = url.partition("?")[0].rpartition("/")[2], databases.mariadb.run
    # MyISAM keeps what a transaction wrote that is undone: so the trigger can count.
    run(f"CREATE TABLE {schema}.losses (lost INT) ENGINE=MyISAM")
    run(LOSING.format(schema=schema, table=table, times=times))
    yield
    run(f"DROP TRIGGER {schema}.losing")
    run(f"DROP TABLE {schema}.losses")


@pytest.fixture
def lose(databases: Databases, mariadb_portal: Portal) -> Iterator[Lose]:
    """Lets the server undo the next transactions that write a table: `lose("users", 2)`."""
    with ExitStack() as stack:
        yield lambda table, times: stack.enter_context(
            losing(databases, mariadb_portal.database_url, table, times)
        )


def test_what_is_run_again_is_no_replay_of_its_own_assertion(databases: Databases, tmp_path: Path) -> None:
    url = databases.url("mariadb")
    world = World(create_app(make_settings(url, tmp_path)))
    signer = by_assertion.make_signer(world, grant_types=("authorization_code", "password"))
    asked = {
        "grant_type": "password",
        "username": world.person.username,
        "password": make.PASSWORD,
        "client_assertion": by_assertion.make_assertion(signer),
        "client_assertion_type": by_assertion.TYPE,
    }
    with losing(databases, url, "token_families", 1):
        answer = world.token(**asked)
        assert (answer.status_code, answer.json.get("error")) == (200, None)
    assert world.token(**asked).status_code == 401, "from now on it is one"
    databases.empty("mariadb")


@pytest.mark.parametrize("times", [1, 2])
def test_an_undone_registration_is_done_again_and_makes_one_account(
    mariadb_portal: Portal, lose: Lose, times: int
) -> None:
    lose("users", times)
    person = Person(mariadb_portal.url).register()
    assert person.page is not None
    assert person.page.url.endswith("/account")
    person.sign_out().sign_in()
    assert person.browser.get(f"{mariadb_portal.url}/account", timeout=SECONDS, allow_redirects=False).ok


def test_an_undone_sign_in_is_done_again_and_the_device_listed_once(
    mariadb_portal: Portal, lose: Lose
) -> None:
    person = Person(mariadb_portal.url).register()
    lose("browser_sessions", 1)
    person.sign_out().sign_in()
    person.open("/account/sessions")
    ends = [form.action for form in forms_of(person.text) if form.action.endswith("/end")]
    assert len(set(ends)) == 2
    assert person.open("/account") is None


def test_a_page_that_keeps_losing_says_so_and_signs_nobody_in(mariadb_portal: Portal, lose: Lose) -> None:
    person = Person(mariadb_portal.url).register().sign_out()
    lose("browser_sessions", 99)
    person.open("/login")
    fields = person.form("username").filled(username=person.username, password=person.password)
    answer = person.browser.post(
        f"{mariadb_portal.url}/login", fields, timeout=SECONDS, allow_redirects=False
    )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "<h1" in answer.text
    page = person.browser.get(f"{mariadb_portal.url}/account", timeout=SECONDS, allow_redirects=False)
    assert page.headers["Location"].startswith("/login")
    assert "Traceback" not in mariadb_portal.log
