"""`flask doctor`: what is wrong with an installation, and how to mend it."""

import json
import os
import secrets
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import create_app
from app.database.rows import db
from app.operations.doctor import Finding, database, examine, neighbours
from app.operations.doctor import tls as tls_check
from app.users import accounts
from tests import factories as make
from tests.support.apps import MakeApp
from tests.support.certificates import make_certificate
from tests.support.commands import CHECKOUT
from tests.support.databases import make_settings
from tests.support.mailboxes import Mailbox
from tests.support.portals import Portal
from tests.support.ports import free_port
from tests.support.relays import Relay, running

PRODUCTION = {
    "APP_ENV": "production", "ISSUER": "https://id.example.org", "TRUSTED_PROXIES": "1", "PASSWORD_HASHER": "argon2",
}  # fmt: skip


def findings(app: Flask, check: str = "") -> list[Finding]:
    with app.app_context():
        return [each for each in examine(app.config["SETTINGS"]) if not check or each.check == check]


def wrong(app: Flask, check: str) -> str:
    """What is wrong with one part, and how to mend it; empty where nothing is."""
    return " ".join(f"{each.says}: {each.mend}" for each in findings(app, check) if not each.well)


def test_a_fresh_portal_is_well(app: Flask) -> None:
    found = findings(app)
    assert [each for each in found if not each.well] == []
    names = {each.check for each in found}
    assert names >= {
        "configuration",
        "database",
        "migrations",
        "keys",
        "clock",
        "mail",
        "rate limits",
        "metrics",
    }
    assert any("RS256 signs" in each.says for each in found)


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_the_exit_code_tells_whether_all_is_well(app: Flask, make_app: MakeApp, arguments: list[str]) -> None:
    well = app.test_cli_runner().invoke(args=["doctor", *arguments])
    assert well.exit_code == 0
    ill = make_app(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    told = ill.test_cli_runner().invoke(args=["doctor", *arguments])
    assert told.exit_code == 1
    assert "REDIS_URL" in told.output
    if arguments:
        rows: list[dict[str, Any]] = json.loads(told.stdout)
        assert all(set(row) == {"check", "well", "says", "mend"} for row in rows)
        assert {row["check"] for row in rows if not row["well"]} == {"rate limits", "clock"}
    else:
        assert "WRONG rate limits: ConnectionError" in told.output


def test_it_names_administrators_without_a_second_factor_and_until_when(
    app: Flask, app_with: MakeApp
) -> None:
    assert "optional" in findings(app, "second factor")[0].says
    strict = app_with(ADMIN_SECOND_FACTOR="required")
    assert [each.says for each in findings(strict, "second factor")] == ["every administrator has one"]
    chief, other = (make.make_user(strict, name, is_admin=True) for name in ("chief", "other"))
    with strict.app_context():
        accounts.get_user(chief.id).second_factor_asked_at = datetime(2026, 1, 1, tzinfo=UTC)
        db.session.commit()
    found = findings(strict, "second factor")
    assert [(each.well, each.says) for each in found] == [
        (False, "chief has none, asked since 2026-01-01, with time until 2026-01-08 00:00 UTC"),
        (True, "other has none, and 7 days from when the portal runs"),
    ]
    make.give_second_factor(strict, chief)
    make.give_second_factor(strict, other)
    assert [each.says for each in findings(strict, "second factor")] == ["every administrator has one"]


def test_a_running_portal_is_examined_by_the_command(sqlite_portal: Portal) -> None:
    chief = f"chief-{secrets.token_hex(4)}"
    sqlite_portal.flask("user", "create", chief, f"{chief}@example.org", "--admin")
    rows = sqlite_portal.flask_json("doctor")
    assert [row for row in rows if not row["well"]] == []


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/pforte.sqlite3", "mysql+pymysql://me:hunter2@127.0.0.1:1/pforte"]
)
def test_a_database_that_is_away_is_told_without_its_password(url: str, tmp_path: Path) -> None:
    app = create_app(make_settings(url, tmp_path))
    assert "Check DATABASE_URL" in wrong(app, "database")
    for check in ("migrations", "keys", "encryption", "clock"):  # they would advise to mend what is well
        assert findings(app, check) == []
    assert "hunter2" not in repr(findings(app))


def test_an_old_database_is_told_what_to_run(app: Flask, db_session: Session) -> None:
    (head,) = db_session.scalars(text("SELECT version_num FROM alembic_version")).all()
    db_session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    db_session.commit()
    try:
        assert "flask db upgrade" in wrong(app, "migrations")
        assert findings(app, "keys") == []
    finally:
        db_session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
        db_session.commit()


def test_as_many_keys_are_told_as_are_published(app: Flask) -> None:
    def check() -> None:
        (told,) = findings(app, "keys")
        published = app.test_client().get("/oauth/jwks.json").get_json()["keys"]
        assert told.says.startswith(f"{len(published)} published;")

    check()
    make.make_client(app, alg="EdDSA")  # which is published only where an app uses it
    check()


def test_keys_made_under_another_secret_are_found(app: Flask, app_with: MakeApp) -> None:
    assert wrong(app, "keys") == ""
    other = app_with(DATABASE_ENCRYPTION_SECRET="quite another secret that nobody knows 0123456789")
    assert "DATABASE_ENCRYPTION_SECRET must be the one" in wrong(other, "keys")


def test_clocks_that_differ_are_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    past = dict.fromkeys(database.CLOCKS, "SELECT '2026-01-01 00:00:00'")
    monkeypatch.setattr(database, "CLOCKS", past)
    assert "NTP" in wrong(app, "clock")


def test_the_clock_of_redis_is_compared(app_with: MakeApp, redis_url: str) -> None:
    app = app_with(REDIS_URL=redis_url)
    assert [each.well for each in findings(app, "clock")] == [True, True]
    assert wrong(app, "rate limits") == ""


@pytest.mark.any_database
def test_a_mail_server_says_hello(app_with: MakeApp, smtp_server: Mailbox) -> None:
    app = app_with(MAIL_URL=smtp_server.url.replace("//", "//me:hunter2@"))
    (finding,) = findings(app, "mail")
    assert finding.well
    assert finding.says == "127.0.0.1 says hello in clear, and takes user and password"
    assert smtp_server.messages == []


@pytest.mark.any_database
def test_mails_in_clear_to_a_server_far_away_are_wrong(
    app_with: MakeApp, smtp_server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "is_near", lambda _host: False)
    assert "smtp+tls://" in wrong(app_with(MAIL_URL=smtp_server.url), "mail")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("http://8.8.8.8/send", False),
        ("http://[2606:4700::1111]/send", False),
        ("http://no-such-host.invalid/send", False),
        ("https://8.8.8.8/send", True),
        ("http://localhost:8080/send", True),
        ("http://10.1.2.3/send", True),
        ("http://[fd00::1]/send", True),
    ],
)
def test_text_messages_in_clear_to_a_gateway_far_away_are_wrong(
    app_with: MakeApp, url: str, well: bool
) -> None:
    said = wrong(app_with(SMS_WEBHOOK_URL=url), "text messages")
    assert ("https://" in said) is not well


class Unknown(Mailbox):
    """A server that knows nobody."""

    def authenticate(self, *_ignored: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        return AuthResult(success=False, handled=False)  # handled: the answer was sent already


@pytest.mark.any_database
@pytest.mark.parametrize("trouble", ["away", "refuses the password", "is no mail server"])
def test_a_mail_server_in_trouble_is_told_without_the_password(make_app: MakeApp, trouble: str) -> None:
    port = free_port()
    mailbox = Unknown("")
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, authenticator=mailbox.authenticate, auth_require_tls=False
    )
    scheme = "smtps" if trouble == "is no mail server" else "smtp"
    if trouble != "away":
        controller.start()
    try:
        said = wrong(make_app(MAIL_URL=f"{scheme}://me:hunter2@127.0.0.1:{port}"), "mail")
    finally:
        if trouble != "away":
            controller.stop()
    assert "MAIL_URL" in said
    assert "hunter2" not in said


@pytest.mark.any_database
def test_a_sender_that_the_mail_server_does_not_take_is_wrong(make_app: MakeApp) -> None:
    with running(Relay(mail="553 5.7.1 not\ayours")) as url:
        app = make_app(MAIL_URL=url)
        assert "127.0.0.1 refuses emails from MAIL_FROM: 553 5.7.1 not yours: Set MAIL_FROM" in wrong(
            app, "mail"
        )
        assert wrong(app, "mail") == "", "the server was asked for nothing that lasts"


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("sender", "lacks", "well"),
    [
        ("Käthe Müller <id@müller.example>", ("SMTPUTF8",), True),
        ("Jörg <jörg@example.org>", ("SMTPUTF8",), False),
        ("Jörg <jörg@example.org>", (), True),
    ],
)
def test_a_sender_that_needs_smtputf8_is_wrong_where_there_is_none(
    make_app: MakeApp, sender: str, lacks: tuple[str, ...], well: bool
) -> None:
    with running(Relay(lacks)) as url:
        app = make_app(MAIL_URL=url, MAIL_FROM=sender)
        assert ("no SMTPUTF8: addresses like käthe@example.org" in findings(app, "mail")[0].says) is bool(
            lacks
        )
        assert ("does not take MAIL_FROM" in wrong(app, "mail")) is not well


@pytest.mark.any_database
def test_production_without_a_mail_server_is_wrong(app_with: MakeApp) -> None:
    assert "MAIL_URL" in wrong(app_with(**PRODUCTION), "mail")
    assert wrong(app_with(), "mail") == ""


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("days", "issuer", "told"),
    [
        (90, "https://localhost:8443", ""), (90, "https://127.0.0.1:8443", ""),
        (7, "https://localhost:8443", "ends on"), (-2, "https://localhost:8443", "ended on"),
        (90, "https://id.example.org", "not for id.example.org"),
    ],
)  # fmt: skip
def test_a_certificate_must_go_on_and_be_for_this_portal(
    make_app: MakeApp, tmp_path: Path, days: int, issuer: str, told: str
) -> None:
    made = make_certificate(tmp_path / "tls", days=days)
    app = make_app(TLS_CERT=str(made.cert), TLS_KEY=str(made.key), ISSUER=issuer)
    said = wrong(app, "tls")
    assert told in said
    assert bool(said) is bool(told)
    assert (tls_check.RENEW in said) is bool(told)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"ACCESS_TOKEN_TTL": "2 days"}, "ACCESS_TOKEN_TTL"),
        ({"AUTHORIZATION_CODE_TTL": "1 hour"}, "AUTHORIZATION_CODE_TTL"),
        ({"PASSWORD_HASHER": "bcrypt", "BCRYPT_SALT_ROUNDS": "6"}, "BCRYPT_SALT_ROUNDS"),
        ({"RATE_LIMIT_WHITE_LIST_REGEXP": ".*"}, "RATE_LIMIT_WHITE_LIST_REGEXP"),
        ({"TRUSTED_PROXIES": "0"}, "TRUSTED_PROXIES"),
    ],
)  # fmt: skip
def test_what_is_weak_in_production_is_named(
    app_with: MakeApp, settings: dict[str, str], variable: str
) -> None:
    assert wrong(app_with(**PRODUCTION), "configuration") == ""
    said = wrong(app_with(**{**PRODUCTION, **settings}), "configuration")
    assert variable in said


@pytest.mark.any_database
def test_a_public_portal_in_development_and_an_open_listener_are_named(
    app_with: MakeApp, make_app: MakeApp
) -> None:
    public = make_app(APP_ENV="development", ISSUER="https://id.example.org", TRUSTED_PROXIES="1")
    assert "Set APP_ENV=production" in wrong(public, "configuration")
    assert wrong(make_app(APP_ENV="development"), "configuration") == ""
    open_one = app_with(MESSAGE_PORT="3001", MESSAGE_HOST="0.0.0.0")
    assert "the listener asks nobody who they are" in wrong(open_one, "configuration")
    assert wrong(app_with(MESSAGE_PORT="3001"), "configuration") == ""


def test_a_certificate_under_a_plain_issuer_is_wrong(make_app: MakeApp, tmp_path: Path) -> None:
    made = make_certificate(tmp_path / "tls")
    app = make_app(TLS_CERT=str(made.cert), TLS_KEY=str(made.key), ISSUER="http://127.0.0.1:8443")
    assert "ISSUER" in wrong(app, "configuration")


@pytest.mark.any_database
def test_a_shared_folder_that_cannot_be_used_is_found(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.process import shared_folder

    app = make_app()
    monkeypatch.setattr(shared_folder, "SHARED_MEMORY", Path("/nowhere"))
    app.config["SETTINGS"].instance.mkdir(parents=True, exist_ok=True)
    other = make_app()
    assert wrong(other, "metrics") == ""
    assert any("no shared memory" in each.says for each in findings(other, "metrics"))


def test_files_that_others_may_open_are_named(app_with: MakeApp, tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    (instance / "mail").mkdir(parents=True)
    (instance / "mail" / "1.eml").write_text("x")
    for path, mode in ((instance / "mail" / "1.eml", 0o600), (instance / "mail", 0o700), (instance, 0o755)):
        path.chmod(mode)
    (tmp_path / "pforte.sqlite3").touch(mode=0o600)
    app = create_app(make_settings(f"sqlite:///{tmp_path}/pforte.sqlite3", instance))
    assert wrong(app, "files") == f"others may open {instance}: chmod -R go= {instance}"
    instance.chmod(0o700)
    assert wrong(app, "files") == ""
    (instance / "mail" / "1.eml").chmod(0o640)
    assert f"{instance}/mail/1.eml" in wrong(app, "files")
    (instance / "mail" / "1.eml").chmod(0o600)
    database = tmp_path / "pforte.sqlite3"
    database.chmod(0o644)
    assert f"chmod go= {database}" in wrong(app, "files")


def test_attack_the_database_that_a_command_made_is_read_by_somebody_else(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    own = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder), "FLASK_SKIP_DOTENV": "1"}
    command = ["sh", "-c", f"umask 022; exec {sys.executable} -m flask --app wsgi db upgrade"]
    done = subprocess.run(command, env=own, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes["pforte.sqlite3"] == 0o600
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}


def test_a_portal_that_nobody_administers_is_told_to_appoint_somebody(app: Flask) -> None:
    assert wrong(app, "administrator") == ""
    make.make_user(app, "anna")
    assert wrong(app, "administrator").startswith("no administrator: Run: flask user admin NAME")
    make.make_user(app, is_admin=True)
    assert wrong(app, "administrator") == ""
