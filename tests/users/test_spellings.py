"""One address has one form at every door, whoever wrote it and however."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.database.rows import db
from app.users import accounts, directory
from app.users.names import check_email, fold_email
from app.users.refusals import AmbiguousEmail, EmailRefused
from tests import factories as make
from tests.account.visitor import mails, sign_in, submit

KEPT = "jan@bücher-test.de"
TRAVELS = "jan@xn--bcher-test-9db.de"  # every mail server takes it
SPELLINGS = [
    KEPT,
    "JAN@BÜCHER-TEST.DE",
    "jan@xn--bcher-test-9db.de",
    "Jan@XN--BCHER-TEST-9DB.DE",
    "jan@bu\u0308cher-test.de",
]


@pytest.fixture
def jan(app: Flask) -> make.Person:
    return make.make_user(app, "jan", email=KEPT)


@pytest.mark.usefixtures("jan")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_signs_in(client: FlaskClient, spelling: str) -> None:
    assert sign_in(client, spelling, make.PASSWORD).status_code == 303


@pytest.mark.usefixtures("jan")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_gets_the_mail_for_a_new_password(
    app: Flask, client: FlaskClient, spelling: str
) -> None:
    submit(client, "/forgot-password", email=spelling)
    assert [mail["To"] for mail in mails(app, "reset_password")] == [TRAVELS]


@pytest.mark.usefixtures("jan")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_taken(client: FlaskClient, spelling: str) -> None:
    fields = {"username": "other", "email": spelling, "password": make.PASSWORD}
    assert client.post("/api/register", json=fields).status_code == 409


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_opens_the_api_the_commands_and_the_search(
    app: Flask, client: FlaskClient, jan: make.Person, spelling: str
) -> None:
    answer = client.post("/api/auth", json={"username": spelling, "password": make.PASSWORD})
    assert (answer.json or {}).get("userId") == jan.id
    done = app.test_cli_runner().invoke(args=["user", "block", spelling])
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert [user.id for user in db.session.scalars(directory.search(spelling)[0])] == [jan.id]
    chief = make.browser_of(app, make.make_user(app, is_admin=True))
    assert (
        "Account blocked"
        in chief.get("/admin/events", query_string={"person": spelling, "locale": "en"}).text
    )


@pytest.mark.parametrize("known", [True, False])
def test_wrong_passwords_count_together_whatever_the_spelling(
    app: Flask, client: FlaskClient, known: bool
) -> None:
    if known:
        make.make_user(app, "jan", email=KEPT)
    for spelling in SPELLINGS:
        assert sign_in(client, spelling, "wrong").status_code == 422
    assert sign_in(client, KEPT, "wrong").status_code == 429


def test_a_search_finds_an_international_address_by_its_beginning(app: Flask, jan: make.Person) -> None:
    with app.app_context():
        for beginning in ("jan@b", "jan@bü", "jan@bücher-", "JAN@BÜCHER-TEST."):
            assert [user.id for user in db.session.scalars(directory.search(beginning)[0])] == [jan.id]


@pytest.mark.parametrize(
    ("one", "other"), [("a@straße.example", "a@strasse.example"), ("a@πς.example", "a@πσ.example")]
)
def test_domains_that_are_two_are_not_taken_for_one(app: Flask, one: str, other: str) -> None:
    first, second = (make.make_user(app, email=email) for email in (one, other))
    with app.app_context():
        found = [accounts.find_user(email) for email in (one, other)]
    assert [user and user.id for user in found] == [first.id, second.id]


@pytest.mark.parametrize("local", ["ſmith", "strauß", "ﬁona", "ｓmith", "ªnna"])
def test_a_letter_that_folds_to_others_occupies_nobodys_address(local: str) -> None:
    with pytest.raises(AmbiguousEmail):
        check_email(f"{local}@corp.example")


@pytest.mark.parametrize("local", ["müller", "νίκος", "анна", "王", "Zoë", "İpek", "ıssız"])
def test_letters_of_every_script_stay(local: str) -> None:
    assert check_email(f"{local}@corp.example") == f"{local}@corp.example"


@given(st.text(max_size=40))
def test_folding_takes_every_text_and_folds_it_once(text: str) -> None:
    folded = fold_email(text)
    assert fold_email(folded) == folded


@given(st.emails())
def test_what_is_kept_is_found_by_what_was_typed(typed: str) -> None:
    try:
        kept = check_email(typed)
    except EmailRefused:
        return
    assert fold_email(kept) == fold_email(typed) == fold_email(typed.upper())
