"""Administrators bring people in: one by one, or those of an older service from a file."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.audit.models import Event
from app.clock import now
from app.connections.limits import FILE_LIMIT
from app.users.models import User
from tests import factories as make
from tests.account.visitor import last_link, mails, sign_in, submit
from tests.admin import acts, pages
from tests.users.test_importing import GOOD, HASH, HEADER
from tests.users.test_importing import PASSWORD as IMPORTED

PAGE = "/admin/users/new"
PASSWORD = "violet kettle under seven bridges"


@pytest.fixture
def chief(app: Flask) -> tuple[make.Person, FlaskClient]:
    return pages.administrator(app)


@pytest.fixture
def browser(chief: tuple[make.Person, FlaskClient]) -> FlaskClient:
    return chief[1]


def send(browser: FlaskClient, content: str | bytes, name: str = "people.csv", **fields: str) -> TestResponse:
    """Send a file with this content."""
    raw = content if isinstance(content, bytes) else content.encode()
    data = {"csrf_token": make.csrf_token(browser.get(PAGE)), "file": (io.BytesIO(raw), name), **fields}
    return browser.post(PAGE, data=data, content_type="multipart/form-data")


def error(page: TestResponse, field: str) -> str:
    """What is said beside this field."""
    found = re.search(rf'id="{field}-error">.*?<p>(.*?)</p>', page.text, re.DOTALL)
    assert found is not None, page.text
    return found[1]


def box(page: TestResponse, name: str) -> str:
    """The checkbox of this name."""
    return next(tag for tag in re.findall(r"<input[^>]*>", page.text) if f'name="{name}"' in tag)


def usernames(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(User.username).order_by(User.id)))


def test_a_new_person_chooses_a_password_by_the_link_in_the_mail(
    app: Flask, chief: tuple[make.Person, FlaskClient], db_session: Session
) -> None:
    answer = pages.post(chief[1], PAGE, username="anna", email="anna@example.org")
    anna = db_session.scalars(select(User).where(User.username == "anna")).one()
    assert answer.location == f"/admin/users/{anna.id}"
    assert not anna.is_admin
    shown = chief[1].get(answer.location).text
    assert "a link to choose a password is on its way" in shown
    assert "pf_link_" not in shown
    client = app.test_client()
    assert submit(client, last_link(app, "set_password"), password=PASSWORD).status_code == 303
    assert sign_in(app.test_client(), "anna", PASSWORD).status_code == 303
    assert acts.events(db_session, "account.user.created") == [(anna.id, chief[0].id, {})]
    assert acts.events(db_session, "account.administrator.appointed") == []


def test_a_new_administrator_is_told_to_all_of_them(
    app: Flask, chief: tuple[make.Person, FlaskClient], db_session: Session
) -> None:
    pages.post(chief[1], PAGE, username="berta", email="berta@example.org", admin="y")
    berta = db_session.scalars(select(User).where(User.username == "berta")).one()
    assert berta.is_admin
    assert acts.events(db_session, "account.administrator.appointed") == [(berta.id, chief[0].id, {})]
    assert [mail["To"] for mail in mails(app, "new_administrator")] == [chief[0].email]


@pytest.mark.parametrize("path", [PAGE, "/admin/users/invitations"])
def test_a_sign_in_of_long_ago_is_renewed_first(browser: FlaskClient, db_session: Session, path: str) -> None:
    token = acts.token_of(browser)
    acts.grow_stale(db_session)
    assert browser.get(path).location == f"/reauthenticate?next={path}"
    sent = {"csrf_token": token, "username": "anna", "email": "anna@example.org", "admin": "y"}
    assert browser.post(path, data=sent).location.startswith("/reauthenticate")
    assert usernames(db_session) == ["chief"]


@pytest.mark.parametrize(
    ("username", "email", "field", "why"),
    [
        ("", "x@example.org", "username", "Please choose a username."),
        ("a b", "x@example.org", "username", "Please use letters"),
        ("CHIEF", "x@example.org", "username", "This username is taken."),
        ("x", "", "email", "Please enter the person's email address."),
        ("x", "nowhere", "email", "This is not a complete email address."),
        ("x", "bert@Example.org", "email", "Somebody has an account with this address already:"),
        ("x", "carl@example.org", "email", "The account with this address is blocked."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    app: Flask, browser: FlaskClient, db_session: Session, username: str, email: str, field: str, why: str
) -> None:
    make.make_user(app, "bert", email="bert@example.org")
    acts.change(db_session, make.make_user(app, "carl", email="carl@example.org"), blocked_at=now())
    page = pages.post(browser, PAGE, username=username, email=email, admin="y")
    assert page.status_code == 422
    assert error(page, field).startswith(why)
    assert f'value="{username or email}"' in page.text
    assert "checked" in box(page, "admin")
    assert usernames(db_session) == ["chief", "bert", "carl"]


def test_everything_that_is_wrong_is_said_at_once(browser: FlaskClient) -> None:
    page = pages.post(browser, PAGE, username="a b", email="nowhere")
    assert error(page, "username").startswith("Please use letters")
    assert error(page, "email").startswith("This is not a complete email address.")


def test_a_file_brings_people_with_their_passwords(
    app: Flask, chief: tuple[make.Person, FlaskClient], db_session: Session
) -> None:
    answer = send(chief[1], HEADER + GOOD + f"berta,berta@example.org,{HASH}\n")
    assert answer.status_code == 303
    assert "2 people are imported." in chief[1].get(answer.location).text
    assert usernames(db_session) == ["chief", "anna", "berta"]
    assert sign_in(app.test_client(), "anna", IMPORTED).status_code == 303
    imported = acts.events(db_session, "account.user.imported")
    assert [actor for _user, actor, _details in imported] == [chief[0].id] * 2
    assert 'href="/admin/users/' in chief[1].get("/admin/users?q=berta").text


BAD = HEADER + GOOD + f"b b,nowhere,{HASH}\n" + f"CHIEF,c@example.org,{HASH}\nx,x@example.org\n"


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_bad_line_is_told_with_its_columns_and_nobody_is_imported(
    browser: FlaskClient, db_session: Session, locale: str
) -> None:
    browser.get(f"/?locale={locale}")
    page = send(browser, BAD)
    assert page.status_code == 422
    assert usernames(db_session) == ["chief"]
    assert HASH not in page.text
    text = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    told = {
        "en": ["3 lines cannot be", "Line 3 username : accepted: 1 to 64 letters", "email : accepted: an email address", "Line 4 username : somebody here has it already", "Line 5 columns in it: 2, in the header: 3"],
        "de": ["3 Zeilen", "Zeile 3 username : erlaubt: 1 bis 64 Buchstaben", "email : erlaubt: eine E-Mail-Adresse", "4 username : gibt es hier schon", "Zeile 5 Spalten in ihr: 2, in der Kopfzeile: 3"],
    }[locale]  # fmt: skip
    assert [sentence for sentence in told if sentence not in text] == []


def test_the_good_lines_are_imported_where_that_is_asked_for(
    browser: FlaskClient, db_session: Session
) -> None:
    answer = send(browser, BAD, skip_bad="y")
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "1 person is imported." in page
    assert "3 lines were left out: 3, 4, 5." in page
    assert usernames(db_session) == ["chief", "anna"]
    again = send(browser, BAD, skip_bad="y")
    assert again.status_code == 422
    assert "4 lines cannot be" in error(again, "file")
    assert "checked" in box(again, "skip_bad")


FILES = {
    "no file": (b"", "", "Please choose a file."),
    "an empty file": (b"", "people.csv", "line 1, the header, is empty"),
    "only a header": (HEADER.encode(), "people.csv", "there is no line behind the header"),
    "UTF-16": ((HEADER + GOOD).encode("utf-16"), "people.csv", "it is not UTF-8: save the file as CSV in UTF-8"),
    "UTF-16 without a mark": ((HEADER + GOOD).encode("utf-16-le"), "people.csv", "it has a null byte in it"),
    "Latin-1": ((HEADER + f"jürgen,j@example.org,{HASH}\n").encode("latin-1"), "people.csv", "one line cannot be"),
    "semicolons": (b"\xef\xbb\xbf" + (HEADER + GOOD).replace(",", ";").encode(), "people.csv", "write commas"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "picture.png", "it is not UTF-8"),
    "a table of Excel": (b"PK\x03\x04\x14\x00" + bytes(2000), "people.xlsx", "it has a null byte in it"),
    "one endless line": (b"x" * 1_000_001, "people.csv", "this is no CSV file"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "name", "why"), FILES.values(), ids=FILES.keys())
def test_a_file_that_is_none_is_refused_in_a_sentence(
    browser: FlaskClient, db_session: Session, content: bytes, name: str, why: str
) -> None:
    page = send(browser, content, name)
    assert page.status_code == 422
    assert why in error(page, "file")
    assert usernames(db_session) == ["chief"]


def test_excels_mark_before_the_header_is_no_trouble(browser: FlaskClient, db_session: Session) -> None:
    assert send(browser, b"\xef\xbb\xbf" + (HEADER + GOOD).encode()).status_code == 303
    assert usernames(db_session) == ["chief", "anna"]


def test_a_file_that_is_too_large_is_refused_beside_its_field(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    large = HEADER + GOOD * (FILE_LIMIT // len(GOOD) + 1)
    page = send(browser, large)
    assert page.status_code == 413
    assert "larger than 4 MB" in error(page, "file")
    acts.grow_stale(db_session)
    token = acts.token_of(browser)
    for visitor in (browser, app.test_client(), make.browser_of(app, make.make_user(app))):
        data = {"csrf_token": token, "file": (io.BytesIO(large.encode()), "people.csv")}
        refused = visitor.post(PAGE, data=data, content_type="multipart/form-data")
        assert refused.status_code == 413
        assert "file-error" not in refused.text
        assert "That was too much at once" in refused.text


def test_other_pages_take_no_more_than_before(browser: FlaskClient) -> None:
    data = {"file": (io.BytesIO(b"x" * 300_000), "people.csv")}
    assert browser.post("/admin/scopes/new", data=data, content_type="multipart/form-data").status_code == 413


def test_no_more_bad_lines_are_told_than_anybody_mends(browser: FlaskClient) -> None:
    page = send(browser, HEADER + "x\n" * 300)
    assert "300 lines cannot be" in error(page, "file")
    assert "These are the first 100 of 300." in page.text
    assert page.text.count("columns in it: 1, in the header: 3") == 100


def test_nobody_is_imported_where_somebody_registers_meanwhile(
    app: Flask, browser: FlaskClient, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.users import importing

    check = importing.check

    def check_and_register(*given: object) -> None:
        check(*given)  # type: ignore[arg-type]
        with app.app_context():
            make.make_user(app, "anna", email="other@example.org")

    monkeypatch.setattr(importing, "check", check_and_register)
    page = send(browser, HEADER + GOOD)
    assert page.status_code == 422
    assert "somebody has just registered one of the names" in error(page, "file")
    assert usernames(db_session) == ["chief", "anna"]
    assert db_session.scalar(select(func.count()).where(Event.kind == "account.user.imported")) == 0


def test_a_link_to_set_the_password_ends_after_a_week(app: Flask, browser: FlaskClient) -> None:
    pages.post(browser, PAGE, username="anna", email="anna@example.org")
    link = last_link(app, "set_password")
    with time_machine.travel(now() + timedelta(days=8)):
        assert app.test_client().get(link).status_code == 410
