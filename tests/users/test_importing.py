"""People of older services: everybody in the file, or nobody."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import argon2
import bcrypt
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.audit import EventKind
from app.audit.models import Event
from app.database.rows import db
from app.users import importing
from app.users.models import User
from app.users.names import fold
from app.users.passwords import needs_rehash
from tests import factories as make
from tests.authentication.visitors import sign_in
from tests.support.apps import MakeApp
from tests.support.statements import count_statements

PASSWORD = "violet kettle under seven bridges"
HASH = "$2b$10$ZKrGMsOCziVYo0uMZkW4P.5LnL2Hp3VHI3XW6g7dUt7sEnvQV9Nsi"  # by bcryptjs 3, of PASSWORD
LONG = "Kiesel-und-Wolke-" * 12
LONG_HASH = (
    "$2b$10$hKb9MrpmwdrrEet6KuIm8evMrP3QrE8V1cOuAqg2DOO1Hd0holAQq"  # by bcryptjs 3, which cuts it, of LONG
)
PHP_HASH = "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a"  # of PHP's manual
HEADER = "username,email,password_hash\n"
GOOD = f"anna,anna@example.org,{HASH}\n"

Import = Callable[..., Result]


@pytest.fixture
def app(app_with: MakeApp) -> Flask:
    """The portal with the hasher of production, to which others are upgraded."""
    return app_with(PASSWORD_HASHER="argon2")


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Import:
    """Runs ``flask user import`` over a file with this content."""

    def run_import(content: str | bytes, *options: str) -> Result:
        path = tmp_path / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return app.test_cli_runner().invoke(args=["user", "import", str(path), *options])

    return run_import


def names(db_session: Session) -> list[str]:
    db_session.expire_all()
    return list(db_session.scalars(select(User.username).order_by(User.id)))


def bad_lines(result: Result) -> dict[int, str]:
    return {bad["line"]: bad["why"] for bad in json.loads(result.stdout)["bad_lines"]}


def only(db_session: Session) -> User:
    db_session.expire_all()
    return db_session.scalars(select(User)).one()


def test_every_column_becomes_what_the_portal_knows_of_a_person(run: Import, db_session: Session) -> None:
    columns = "name,given_name,family_name,mobile,country,locale,platform,email_verified,blocked,created_at"
    row = "Anna Müller 🦊,Anna,Müller,0170 1234567,de,de-AT,iOS,TRUE,true,2019-05-01T12:30:00+02:00"
    done = run(f"username,email,password_hash,{columns}\nAnna,Anna@Example.ORG,{HASH},{row}\n")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "1 users imported.\n", "")
    user = only(db_session)
    assert (user.username, user.email, user.password_hash) == ("Anna", "Anna@example.org", HASH)
    assert (user.name, user.mobile, user.country) == ("Anna Müller 🦊", "+491701234567", "DE")
    assert (user.given_name, user.family_name) == ("Anna", "Müller")
    assert (user.locale, user.platform, user.is_admin) == ("de", "ios", False)
    assert user.email_verified_at is not None
    assert user.blocked_at is not None
    assert user.mobile_verified_at is None
    assert user.created_at.isoformat() == "2019-05-01T10:30:00+00:00"
    event = db_session.scalars(select(Event)).one()
    assert (event.kind, event.user_id) == (EventKind.USER_IMPORTED, user.id)


def test_columns_may_stand_in_any_order_and_stay_empty(run: Import, db_session: Session) -> None:
    done = run(f"password_hash,blocked,email,created_at,username\n{HASH},,anna@example.org,,anna\n")
    assert done.exit_code == 0
    user = only(db_session)
    assert (user.username, user.blocked_at, user.email_verified_at, user.platform) == (
        "anna",
        None,
        None,
        None,
    )


@pytest.mark.any_database
@pytest.mark.parametrize("typed", ["mật-khẩu-của-tôi-Việt", "10Å-Ω-kept"])
def test_a_hash_made_of_what_was_typed_is_checked_against_that_and_upgraded(
    app: Flask, run: Import, db_session: Session, typed: str
) -> None:
    raw = (
        unicodedata.normalize("NFD", typed)
        if "mật" in typed
        else typed.replace("Å", "\u212b").replace("Ω", "\u2126")
    )
    made = bcrypt.hashpw(raw.encode(), bcrypt.gensalt(4)).decode()
    assert run(HEADER + f"anna,anna@example.org,{made}\n").exit_code == 0
    assert sign_in(app.test_client(), password=raw + "x").status_code == 422
    assert sign_in(app.test_client(), password=raw).status_code == 303
    assert only(db_session).password_hash != made
    assert sign_in(app.test_client(), password=unicodedata.normalize("NFC", raw)).status_code == 303


@pytest.mark.any_database
@pytest.mark.parametrize("letter", ["K", "/", "N"])
def test_a_bcrypt_salt_with_unused_bits_is_read_as_old_libraries_wrote_it(
    app: Flask, run: Import, db_session: Session, letter: str
) -> None:
    assert run(HEADER + f"anna,anna@example.org,{HASH[:28]}{letter}{HASH[29:]}\n").exit_code == 0
    assert only(db_session).password_hash == HASH
    assert sign_in(app.test_client(), password=PASSWORD).status_code == 303


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("password_hash", "password"),
    [
        (HASH, PASSWORD),
        (HASH.replace("$2b$", "$2a$"), PASSWORD),
        (LONG_HASH, LONG),
        (PHP_HASH, "rasmuslerdorf"),
        (argon2.PasswordHasher().hash(PASSWORD), PASSWORD),
        (generate_password_hash(PASSWORD, "scrypt"), PASSWORD),
    ],
    ids=["bcryptjs", "2a", "longer than bcrypt", "php", "argon2-cffi", "werkzeug"],
)
def test_imported_people_sign_in_and_their_hash_is_upgraded(
    app: Flask, run: Import, db_session: Session, password_hash: str, password: str
) -> None:
    quoted = '"' + password_hash + '"'  # argon2's has commas
    assert run(HEADER + f"anna,anna@example.org,{quoted}\n").exit_code == 0
    assert sign_in(app.test_client(), password="x" + password).status_code == 422
    assert only(db_session).password_hash == password_hash
    assert sign_in(app.test_client(), password=password).status_code == 303
    kept = only(db_session).password_hash
    assert kept is not None
    assert kept != password_hash
    with app.app_context():
        assert not needs_rehash(kept)
    assert sign_in(app.test_client(), password=password).status_code == 303
    assert sign_in(app.test_client(), password=password[:72] + "x").status_code == 422
    assert only(db_session).password_hash == kept


def test_blocked_people_stay_outside(app: Flask, run: Import) -> None:
    run(f"username,email,password_hash,blocked\nanna,anna@example.org,{HASH},true\n")
    assert sign_in(app.test_client(), password=PASSWORD).status_code == 422


def test_an_address_as_username_is_taken_over_where_it_is_the_persons_own(app: Flask, run: Import) -> None:
    assert run(HEADER + f"anna@example.org,Anna@example.org,{HASH}\n").exit_code == 0
    assert sign_in(app.test_client(), "anna@example.org", PASSWORD).status_code == 303


BAD_LINES = {
    "a space in the name": f"an na,x@example.org,{HASH}",
    "no name": f",x@example.org,{HASH}",
    "somebody else's address as name": f"eve@example.org,x@example.org,{HASH}",
    "no address": f"x,nowhere,{HASH}",
    "no hash": "x,x@example.org,",
    "a column too few": "x,x@example.org",
    "a column too many": f"x,x@example.org,{HASH},more",
    "a quote that never ends": f'"x,x@example.org,{HASH}',
    "a quote in the middle": f'"x"y,x@example.org,{HASH}',
    "broken UTF-8": f"x\udcff,x@example.org,{HASH}",
    "a null byte": f"x\0,x@example.org,{HASH}",
    "a name of somebody here": f"BERT,x@example.org,{HASH}",
    "an address of somebody here": f"x,Bert@Example.org,{HASH}",
    "a name of an earlier line": f"ＡＮＮＡ,x@example.org,{HASH}",
    "an address of an earlier line": f"x,ANNA@example.org,{HASH}",
    "a line as long as a book": f"{'x' * 200_000},x@example.org,{HASH}",
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_is_named_by_its_number_and_nobody_is_imported(
    app: Flask, run: Import, db_session: Session, line: str
) -> None:
    make.make_user(app, "bert")
    content = HEADER + GOOD + "\n" + line + "\n" + f"carl,carl@example.org,{HASH}\n"
    raw = content.encode("utf-8", "surrogateescape")
    refused = run(raw)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("line 4: ")
    assert "Nobody is imported" in refused.stderr
    assert refused.stdout == ""
    assert HASH not in refused.stderr
    assert names(db_session) == ["bert"]
    assert db_session.scalar(select(func.count()).select_from(Event)) == 0
    skipped = run(raw, "--skip-bad", "--json")
    assert skipped.exit_code == 0
    assert json.loads(skipped.stdout)["imported"] == 2
    assert list(bad_lines(skipped)) == [4]
    assert names(db_session) == ["bert", "anna", "carl"]


def test_an_address_that_is_too_long_for_a_name_once_folded_is_refused(run: Import) -> None:
    address = "\ufdfa" * 8 + "@x.example"  # one letter that is eighteen
    assert bad_lines(run(HEADER + f"{address},{address},{HASH}\n", "--json"))[2].startswith(
        "username: accepted: "
    )


def test_a_column_as_long_as_a_book_is_told_as_such(run: Import, db_session: Session) -> None:
    refused = run(HEADER + GOOD + f"x,{'x' * 131_073},{HASH}\n")
    assert refused.stderr.startswith("line 3: one of its columns has more than 131072 characters\n")
    assert names(db_session) == []


@pytest.mark.parametrize("options", [(), ("--skip-bad",)])
def test_a_line_that_never_ends_is_named_and_nobody_is_imported(
    run: Import, db_session: Session, options: tuple[str, ...]
) -> None:
    refused = run(HEADER + GOOD + "x" * 1_000_001, *options)
    assert refused.exit_code == 1
    assert "line 3 has more than 1000000 characters" in refused.stderr
    assert names(db_session) == []


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("name", value) for value in ("x" * 201, "a\x07b")),
        *(("mobile", value) for value in ("123", "0170 1234567", "no number")),
        *(("country", value) for value in ("Germany", "XX", "EU", "ü")),
        *(("locale", value) for value in ("fr", "deutsch")),
        *(("platform", value) for value in ("windows", "1")),
        *(("email_verified", value) for value in ("yes", "1", "2020-01-01")),
        ("blocked", "nein"),
        *(("created_at", value) for value in ("yesterday", "0000-00-00 00:00:00", "2999-01-01", "1969-12-31")),
        *(("created_at", value) for value in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1700000000")),
    ],
)  # fmt: skip
def test_a_value_that_will_not_do_is_refused_by_its_column(run: Import, column: str, value: str) -> None:
    refused = run(f"username,email,password_hash,{column}\nanna,anna@example.org,{HASH},{value}\n", "--json")
    assert refused.exit_code == 1
    assert bad_lines(refused)[2].startswith(f"{column}: accepted: ")


def test_everything_that_is_wrong_with_a_line_is_told_at_once(run: Import) -> None:
    why = bad_lines(run(HEADER + "a b,nowhere,plain text\n", "--json"))[2]
    assert [part.split(":")[0] for part in why.split("; ")[:2]] == ["username", "email"]
    assert "password_hash: it is no hash of an accepted kind" in why


ARGON2 = "$c29tZXNhbHQxMjM0NTY$RdescudvJCsgt3ub+b6dWRWJTmaaJObG"
SCRYPT = "$salt$" + "0" * 128


@pytest.mark.any_database
@pytest.mark.parametrize(
    "password_hash",
    [
        HASH.replace("$10$", "$31$"), HASH.replace("$10$", "$16$"), HASH.replace("$10$", "$03$"), HASH[:-1],
        HASH.replace("$2b$", "$2x$"), "sha256" + HASH, HASH + "\n" + HASH,
        "$argon2id$v=19$m=4194304,t=1,p=1" + ARGON2, "$argon2id$v=19$m=65536,t=4000,p=1" + ARGON2,
        "$argon2id$v=19$m=65536,t=3,p=1000" + ARGON2, "$argon2id$v=19$m=8,t=1,p=4" + ARGON2,
        "$argon2id$v=19$m=0,t=0,p=0" + ARGON2, "$argon2i$v=19$m=65536,t=3,p=4" + ARGON2,
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ", "$argon2id$v=19$m=65536,t=3,p=4$c29t$c29t",
        "scrypt:1048576:8:1" + SCRYPT, "scrypt:32768:8:99" + SCRYPT, "scrypt:32767:8:1" + SCRYPT,
        "scrypt:65536:1:1" + SCRYPT, "scrypt:1:8:1" + SCRYPT, "scrypt:32768:8:1$salt$00",
        "pbkdf2:sha256:600000$salt$" + "0" * 64, "5f4dcc3b5aa765d61d8327deb882cf99", "password",
    ],
)  # fmt: skip
def test_a_hash_that_never_matches_or_stops_the_portal_stays_outside(run: Import, password_hash: str) -> None:
    refused = run(HEADER + f'anna,anna@example.org,"{password_hash}"\n', "--json")
    assert refused.exit_code == 1
    assert bad_lines(refused)[2].startswith("password_hash: ")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("", "the header, is empty"),
        ("\n" + GOOD, "the header, is empty"),
        ("email,name\n", "has no column 'username', 'password_hash'"),
        ("username,email\n", "has no column 'password_hash'"),
        ("username,email,password_hash,is_admin\n", "has the unknown column 'is_admin'"),
        ("username,email,password_hash,email\n", "repeats 'email'"),
        ("username;email;password_hash\n", "write commas between the columns"),
        ("username\temail\tpassword_hash\n", "write commas between the columns"),
        ("username,email,password_hash,\n", "has the unknown column"),
        ("username,email,password_hash,picture\n", "has the unknown column 'picture'"),
        ("username,email,password_hash,picture_id\n", "has the unknown column 'picture_id'"),
        (GOOD, "has no column"),
        ("\udcff\udcfeu\0s\0", "it is not UTF-8"),
        ("x" * 1_000_001, "this is no CSV file"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--skip-bad",), ("--json",)])
def test_a_file_with_another_header_is_refused_whole(
    run: Import, header: str, why: str, options: tuple[str, ...]
) -> None:
    refused = run((header + GOOD if header else header).encode("utf-8", "surrogateescape"), *options)
    assert refused.exit_code == 1
    assert "line 1" in refused.stderr
    assert why in refused.stderr
    assert HASH not in refused.stderr


def test_a_forgotten_header_does_not_show_the_first_persons_hash(run: Import) -> None:
    refused = run(f"username,email,password_hash,{HASH}\n")
    assert HASH[:20] not in refused.stderr
    assert "unknown column that is no name" in refused.stderr


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_files_of_every_system_are_read_and_their_lines_counted(
    run: Import, db_session: Session, end: str, mark: bytes
) -> None:
    lines = [
        "Username , email,password_hash,name",
        f'anna,anna@example.org,{HASH},"Anna',
        'Maria ""die Große"" Müller"',
        "",
        "   ",
        f"bad name,bert@example.org,{HASH},",
        f'carl,carl@example.org,{HASH},5" Carl',
    ]
    done = run(mark + end.join(lines).encode(), "--skip-bad", "--json")
    assert done.exit_code == 0
    assert list(bad_lines(done)) == [6]
    found = db_session.execute(select(User.username, User.name).order_by(User.id)).all()
    assert [tuple(row) for row in found] == [("anna", 'Anna Maria "die Große" Müller'), ("carl", '5" Carl')]


def test_a_forgotten_quote_spoils_no_line_but_its_own(run: Import, db_session: Session) -> None:
    people = [f"person{number},person{number}@example.org,{HASH}" for number in range(100)]
    people[10] = people[10].replace(",", ',"', 1)
    people[14] = people[14].replace(",", ',"', 1)
    done = run(HEADER + "\n".join(people), "--skip-bad", "--json")
    assert list(bad_lines(done)) == [12, 16]
    assert len(names(db_session)) == 98


def test_the_first_of_two_equal_lines_counts_and_the_second_names_it(run: Import) -> None:
    refused = run(HEADER + GOOD + GOOD, "--json")
    assert bad_lines(refused) == {3: "username: line 2 has it, too; email: line 2 has it, too"}


def test_nothing_is_left_of_an_import_that_fails_in_its_last_batch(
    app: Flask, run: Import, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody registers the last name between the check and the import."""
    check = importing._refuse_taken

    def check_and_register(batch: list[tuple[int, str, str, Any]], staging: importing.Staging) -> None:
        check(batch, staging)
        if batch[-1][1] == "person9":
            db.session.rollback()
            keys = {"username_key": "person9", "email_key": "other@example.org"}
            db_session.execute(insert(User).values(username="person9", email="other@example.org", **keys))
            db_session.commit()

    monkeypatch.setattr(importing, "ROWS_A_BATCH", 4)
    monkeypatch.setattr(importing, "_refuse_taken", check_and_register)
    people = "".join(f"person{number},person{number}@example.org,{HASH}\n" for number in range(10))
    refused = run(HEADER + people)
    assert refused.exit_code == 1
    assert "somebody has just registered" in refused.stderr
    assert names(db_session) == ["person9"]
    assert db_session.scalar(select(func.count()).select_from(Event)) == 0


def test_many_people_take_few_statements(run: Import, db_session: Session) -> None:
    people = (f"person{number},person{number}@example.org,{HASH}" for number in range(2_000))
    with count_statements() as statements:
        done = run(HEADER + "\n".join(people))
    assert done.stdout == "2000 users imported.\n"
    assert len(statements) < 40
    assert db_session.scalar(select(func.count()).select_from(User)) == 2_000
    keys = db_session.execute(select(User.username, User.username_key, User.email, User.email_key)).all()
    assert all((fold(name), fold(email)) == (key, email_key) for name, key, email, email_key in keys)


def test_a_file_without_people_imports_nobody(run: Import) -> None:
    assert run(HEADER).stdout == "0 users imported.\n"


@pytest.mark.parametrize("arguments", [(), ("missing.csv",), ("/",), ("--skip", "x.csv")])
def test_wrong_usage_ends_with_status_2(app: Flask, arguments: tuple[str, ...]) -> None:
    assert app.test_cli_runner().invoke(args=["user", "import", *arguments]).exit_code == 2
