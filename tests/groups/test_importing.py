"""The column ``groups`` of a file of people."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.groups.members import groups_of, list_groups_of
from app.users.accounts import find_user
from tests import factories as make
from tests.admin import pages
from tests.admin.test_new_users import send
from tests.support.statements import count_statements
from tests.users.test_importing import HASH

HEADER = "username,email,password_hash,groups\n"


def line(name: str, groups: str) -> str:
    return f'{name},{name}@example.org,{HASH},"{groups}"\n'


def run(app: Flask, path: Path, content: str, *options: str) -> Result:
    file = path / "people.csv"
    file.write_text(content, encoding="utf-8")
    return app.test_cli_runner().invoke(args=["user", "import", str(file), *options])


def groups_by_name(app: Flask, name: str) -> list[str]:
    with app.app_context():
        user = find_user(name)
        return groups_of(user.id) if user else ["nobody"]


@pytest.fixture
def there(app: Flask) -> None:
    for name in ("Sales", "Ärzte Süd"):
        make.make_group(app, name)


def test_people_come_into_their_groups(app: Flask, there: None, tmp_path: Path, db_session: Session) -> None:
    people = line("anna", "Sales; ärzte  süd ;sales;") + line("bert", "") + line("cora", "SALES")
    done = run(app, tmp_path, HEADER + people)
    assert (done.exit_code, done.output) == (0, "3 users imported.\n")
    assert groups_by_name(app, "anna") == ["Sales", "Ärzte Süd"]
    assert groups_by_name(app, "bert") == []
    assert groups_by_name(app, "cora") == ["Sales"]
    kinds = db_session.scalars(select(Event.kind).where(Event.kind == "groups.member.added")).all()
    assert len(kinds) == 3


def test_an_unknown_group_is_a_bad_line_and_nobody_comes(app: Flask, there: None, tmp_path: Path) -> None:
    content = HEADER + line("anna", "Sales") + line("bert", "Sales;Slaes") + line("cora", "X;Y")
    done = run(app, tmp_path, content)
    assert done.exit_code == 1
    assert "line 3: groups: there is no group “Slaes”: make it first, or mend the name" in done.output
    assert "line 4: groups: there are no groups “X”, “Y”: make them first" in done.output
    assert groups_by_name(app, "anna") == ["nobody"]
    done = run(app, tmp_path, content, "--skip-bad")
    assert done.exit_code == 0
    assert groups_by_name(app, "anna") == ["Sales"]
    assert groups_by_name(app, "bert") == ["nobody"]


def test_a_file_without_the_column_is_what_it_was(app: Flask, tmp_path: Path) -> None:
    done = run(app, tmp_path, f"username,email,password_hash\nanna,anna@example.org,{HASH}\n")
    assert done.exit_code == 0
    assert groups_by_name(app, "anna") == []


def test_the_page_of_administrators_takes_it_too(app: Flask, there: None) -> None:
    chief, browser = pages.administrator(app)
    page = send(browser, HEADER + line("anna", "Nothing"))
    assert page.status_code == 422
    assert "there is no group “Nothing”" in page.text
    assert send(browser, HEADER + line("anna", "Sales")).status_code == 303
    with app.app_context():
        user = find_user("anna")
        assert user is not None
        ((group, member, adder),) = list_groups_of(user.id)
        assert (group.name, member.added_by, adder) == ("Sales", chief.id, chief.username)


def test_many_people_of_one_group_take_no_statement_each(app: Flask, there: None, tmp_path: Path) -> None:
    taken = []
    for prefix, number in (("a", 3), ("b", 300)):
        content = HEADER + "".join(line(f"{prefix}{index}x", "Sales") for index in range(number))
        with count_statements() as statements:
            assert run(app, tmp_path, content).exit_code == 0
        taken.append(len(statements))
    assert taken[0] == taken[1]
