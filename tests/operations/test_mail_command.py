"""`flask mail test`: whether emails leave, in the server's own words."""

import json

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.notifications.models import OutgoingMail
from tests.support.apps import MakeApp
from tests.support.mailboxes import Mailbox, text_of
from tests.support.ports import free_port
from tests.support.relays import Relay, running

pytestmark = pytest.mark.any_database
SECRET = "hunter2"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["mail", "test", *arguments])


def refused(app: Flask, *arguments: str) -> str:
    """What is said to a refusal, in one line."""
    done = run(app, *arguments)
    assert done.exit_code == 1
    assert SECRET not in done.output
    (line,) = done.stderr.splitlines()
    return line


def test_a_test_mail_leaves_at_once_and_the_servers_answer_is_printed(
    make_app: MakeApp, db_session: Session
) -> None:
    relay = Relay()
    relay.taken = "250 2.0.0 Ok:\x1b[31m queued as 4F2A\x07"
    with running(relay) as url:
        app = make_app(MAIL_URL=url, MAIL_FROM="portal@example.org", DEFAULT_LOCALE="de")
        done = run(app, "anna@Bücher.example")
        told = run(app, "anna@example.org", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert (
        done.stdout == "Sent to anna@bücher.example. The server answered: 250 2.0.0 Ok: [31m queued as 4F2A\n"
    )
    assert json.loads(told.stdout) == {
        "to": "anna@example.org", "sent": True, "answer": "250 2.0.0 Ok: [31m queued as 4F2A",
    }  # fmt: skip
    first, second = relay.messages
    assert relay.recipients == [["anna@xn--bcher-kva.example"], ["anna@example.org"]]
    assert first["Subject"].startswith("Test-E-Mail von ")
    assert "ob E-Mails ankommen" in " ".join(text_of(first).split())
    assert first["Message-ID"] != second["Message-ID"]
    assert db_session.scalar(select(func.count(OutgoingMail.id))) == 0


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"rcpt": "550 5.1.1 no such user"}, "550 5.1.1 no such user. Check the address"),
        ({"rcpt": "554 5.7.1 relay access denied"}, "554 5.7.1 relay access denied. Check the address"),
        ({"mail": "553 not yours"}, "553 not yours. Set MAIL_FROM"),
        ({"data": "554 looks like spam"}, "554 looks like spam. Whoever runs the server"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words_and_with_what_to_do(
    make_app: MakeApp, answers: dict[str, str], told: str
) -> None:
    relay = Relay(**answers)
    with running(relay) as url:
        app = make_app(MAIL_URL=url)
        assert told in refused(app, "anna@example.org")
        relay.answers = dict(answers)
        done = run(app, "anna@example.org", "--json")
    assert done.exit_code == 1
    expected = {"to": "anna@example.org", "sent": False, "answer": next(iter(answers.values()))}
    assert json.loads(done.stdout) == expected


def test_an_address_that_the_server_cannot_take_is_told_so(make_app: MakeApp) -> None:
    with running(Relay(("SMTPUTF8",))) as url:
        said = refused(make_app(MAIL_URL=url), "jörg@example.org")
    assert "the address has letters beyond ASCII" in said
    assert "SMTPUTF8" in said


def test_a_refused_password_is_never_repeated(make_app: MakeApp) -> None:
    class Repeating(Relay):
        async def handle_AUTH(self, *arguments: object) -> str:  # noqa: N802
            return f"535 no {SECRET}"

    with running(Repeating(), auth_require_tls=False) as url:
        app = make_app(MAIL_URL=url.replace("//", f"//me:{SECRET}@"))
        assert "refuses user or password (535). Check user and password in MAIL_URL." in refused(
            app, "anna@example.org"
        )


def test_a_server_that_is_away_is_told(make_app: MakeApp) -> None:
    app = make_app(MAIL_URL=f"smtp://me:{SECRET}@127.0.0.1:{free_port()}")
    assert "Check host and port in MAIL_URL" in refused(app, "anna@example.org")


@pytest.mark.parametrize("address", ["anna", "anna@", "=?utf-8?q?a?=@example.org", "a\r\nb@example.org"])
def test_what_is_no_address_ends_with_2(app: Flask, smtp_server: Mailbox, address: str) -> None:
    done = run(app, address)
    assert done.exit_code == 2
    assert "is no address for emails" in done.stderr
    assert smtp_server.messages == []


def test_without_a_server_a_test_mail_is_kept_in_development_and_refused_in_production(
    app: Flask, app_with: MakeApp
) -> None:
    done = run(app, "anna@example.org", "--json")
    told = json.loads(done.stdout)
    (path,) = (app.config["SETTINGS"].instance / "mail").iterdir()
    assert told == {"to": "anna@example.org", "sent": False, "answer": f"kept in {path}"}
    assert "Test email from" in done.stderr
    assert (
        f"Not sent, since MAIL_URL is not set, but kept in {path.parent}" in run(app, "b@example.org").stdout
    )
    path.parent.rename(path.parent.with_name("elsewhere"))
    path.parent.write_text("a file where the folder should be")
    assert f"Let this user write {path.parent}." in refused(app, "anna@example.org")
    path.parent.unlink()
    production = app_with(APP_ENV="production", ISSUER="https://id.example.org")
    assert "MAIL_URL is not set" in refused(production, "anna@example.org")
