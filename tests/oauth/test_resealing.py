"""A new encryption secret: nothing that was made under the old one is lost, and in the end nothing needs it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.clients.models import Client, ClientSecret
from app.crypto import Undecryptable
from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.extensions import background, vault
from app.notifications.mail import queue_mail, sealed_for
from app.notifications.models import OutgoingMail
from app.oauth.models import SigningKey, TokenFamily
from app.oauth.tokens import families
from app.operations import resealing, sealed_columns
from tests import factories as make
from tests.authentication.phones import Phone, give_codes, give_phone, verify
from tests.authentication.visitors import csrf_token
from tests.oauth.world import World, later
from tests.support.apps import MakeApp
from tests.support.databases import SECRETS

OLD = SECRETS["DATABASE_ENCRYPTION_SECRET"]
NEW = "a-new-secret-that-only-the-tests-know-0123456789"
KINDS = [
    "client_secrets", "signing_keys", "totp_secrets", "recovery_codes", "pushed_requests",
    "outgoing_mails", "logged_requests",
]  # fmt: skip


class Operator:
    """Restarts the portal with other secrets; people and apps stay."""

    phone: Phone
    paper: list[str]

    def __init__(self, make_app: MakeApp) -> None:
        self._make_app = make_app
        self.world = World(make_app())

    def restart(self, secret: str, previous: str = "") -> World:
        made = World(self._make_app(
            DATABASE_ENCRYPTION_SECRET=secret, DATABASE_ENCRYPTION_SECRET_PREVIOUS=previous
        ))  # fmt: skip
        for name in ("owner", "person", "client", "other", "tokens"):
            if name in self.world.__dict__:
                made.__dict__[name] = self.world.__dict__[name]
        self.world = made
        return made

    def run(self, *args: str) -> Any:
        return self.world.app.test_cli_runner().invoke(args=list(args))

    def rotate(self) -> dict[str, Any]:
        ran = self.run("keys", "rotate-encryption", "--json")
        assert ran.exit_code == 0, ran.output
        return dict(json.loads(ran.stdout))

    def doctor(self) -> list[dict[str, Any]]:
        found = json.loads(self.run("doctor", "--json").stdout)
        return [finding for finding in found if finding["check"] == "encryption"]


@pytest.fixture
def operator(make_app: MakeApp) -> Iterator[Operator]:
    found = Operator(make_app)
    yield found
    found.restart(OLD, NEW)  # the signing keys serve all tests
    found.run("keys", "rotate-encryption")


@pytest.fixture
def mail_id(operator: Operator) -> str:
    """A mail that waits, after everything else was made that is sealed."""
    world = operator.world
    assert world.tokens
    assert make.push(world.http, world.client).status_code == 201
    assert world.ask(redirect_uri="https://app.example.org/other").status_code == 400
    person_id = make.make_user(world.app, "other").id
    operator.phone = give_phone(world.app, person_id)
    operator.paper = give_codes(world.app, person_id)
    with world.app.app_context():
        mail = queue_mail("anna@example.org", "en", "no_such_template", link="https://example.org/secret")
        db.session.commit()
        return mail.id


def not_under_current(world: World) -> list[str]:
    with world.app.app_context():
        return [name for name, tally in resealing.survey() if tally.found or tally.unopened]


def test_everything_sealed_is_sealed_anew_and_needs_the_old_secret_no_more(
    operator: Operator, mail_id: str
) -> None:
    operator.restart(NEW, OLD)
    assert not_under_current(operator.world) == KINDS
    told = operator.rotate()
    assert all(told["resealed"][name] >= 1 for name in KINDS), told
    assert told["unopened"] == {}
    world = operator.restart(NEW)
    assert not_under_current(world) == []
    with world.app.app_context():
        row = db.session.get(OutgoingMail, mail_id)
        assert json.loads(vault.decrypt(row.sealed, sealed_for(mail_id)))["to"] == "anna@example.org"
    assert world.app_only().status_code == 200
    for code in (operator.phone.code(), operator.paper[0]):
        browser = world.app.test_client()
        fields = {"username": "other", "password": make.PASSWORD, "csrf_token": csrf_token(browser)}
        browser.post("/login", data=fields)
        assert verify(browser, code).status_code == 303
    failures = [row for row in logged(world) if row.cause == "redirect_uri_unregistered"]
    owner = make.browser_of(world.app, world.owner)
    page = owner.get(f"/failures/{failures[0].request_id}")
    assert "/repair" in page.text


def logged(world: World) -> list[LoggedRequest]:
    with world.app.app_context():
        return list(db.session.scalars(select(LoggedRequest)))


def test_a_second_run_finds_nothing_to_do(operator: Operator, mail_id: str) -> None:
    operator.restart(NEW, OLD)
    operator.rotate()
    assert set(operator.rotate()["resealed"].values()) == {0}


def test_an_interrupted_run_goes_on_where_it_stopped(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [operator.world.make_client() for _ in range(5)]
    world = operator.restart(NEW, OLD)
    monkeypatch.setattr(resealing, "ROWS_A_BATCH", 2)
    tally = resealing.Tally()
    with world.app.app_context():
        assert resealing.reseal_batch(sealed_columns.SEALED[0], "", tally)
        db.session.commit()
    assert tally.found == 2
    assert operator.rotate()["resealed"]["client_secrets"] == 3
    world = operator.restart(NEW)
    assert {world.app_only(client).status_code for client in clients} == {200}


def test_what_changed_meanwhile_is_left_alone(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    client = operator.world.client
    world = operator.restart(NEW, OLD)
    encrypt = vault.encrypt

    def revoked_meanwhile(text: str, place: str) -> str:
        db.session.execute(update(ClientSecret).values(sealed=None))
        return encrypt(text, place)

    monkeypatch.setattr(vault, "encrypt", revoked_meanwhile)
    tally = resealing.Tally()
    with world.app.app_context():
        resealing.reseal_batch(sealed_columns.SEALED[0], "", tally)
        db.session.commit()
        secret = db.session.scalars(select(ClientSecret).where(ClientSecret.client_id == client.id)).one()
        assert (tally.found, secret.sealed) == (0, None)


def test_workers_learn_of_new_digests_by_the_revision(operator: Operator) -> None:
    world = operator.world
    assert world.app_only().status_code == 200
    world = operator.restart(NEW, OLD)
    assert world.app_only().status_code == 200  # and the process remembers the old digest
    with world.app.app_context():
        before = db.session.scalar(select(Client.revision).where(Client.id == world.client.id))
    operator.rotate()
    assert operator.restart(NEW).app_only().status_code == 200
    with world.app.app_context():
        assert db.session.scalar(select(Client.revision).where(Client.id == world.client.id)) != before


@pytest.mark.any_database
def test_sessions_codes_and_counts_go_on(operator: Operator) -> None:
    world = operator.world
    code = world.code
    browser = world.browser
    world = operator.restart(NEW, OLD)
    assert make.redeem(world.http, world.client, code).status_code == 200
    cookie = browser.get_cookie("pforte-8000-token")
    assert cookie is not None
    world.http.set_cookie("pforte-8000-token", cookie.value)
    assert world.http.get("/account").status_code == 200


@pytest.mark.any_database
def test_refresh_tokens_go_on_while_the_previous_secret_is_set(operator: Operator) -> None:
    old = operator.world.tokens["refresh_token"]
    world = operator.restart(NEW, OLD)
    assert make.introspect(world.http, world.client, old)["active"] is True
    renewed = make.refresh(world.http, world.client, old).json["refresh_token"]
    retried = make.refresh(world.http, world.client, old).json["refresh_token"]
    assert renewed == retried
    operator.rotate()
    world = operator.restart(NEW)
    assert make.refresh(world.http, world.client, renewed).status_code == 200


@pytest.mark.any_database
def test_machines_that_are_restarted_one_by_one_understand_each_other(operator: Operator) -> None:
    token = operator.world.tokens["refresh_token"]
    for secret, previous in [(OLD, NEW), (NEW, OLD), (OLD, NEW), (NEW, OLD)]:
        world = operator.restart(secret, previous)
        answer = make.refresh(world.http, world.client, token)
        assert answer.status_code == 200
        token = answer.json["refresh_token"]
        assert world.app_only().status_code == 200


@pytest.mark.any_database
def test_a_token_made_under_a_third_secret_is_not_believed(operator: Operator) -> None:
    token = operator.world.tokens["refresh_token"]
    parsed = families.parse_refresh_token(token)
    assert parsed is not None
    with operator.world.app.app_context():
        family = db.session.get(TokenFamily, parsed.family_id)
        assert families.is_genuine(parsed, family.seed)
        operator.restart(NEW, "y" * 40)
        assert not families.is_genuine(parsed, family.seed)


def shown_once(world: World) -> None:
    with world.app.app_context():
        db.session.execute(update(ClientSecret).values(sealed=None))
        db.session.commit()


def test_a_secret_of_which_only_a_digest_is_kept_comes_over_when_it_is_used(operator: Operator) -> None:
    client = operator.world.client
    shown_once(operator.world)
    world = operator.restart(NEW, OLD)
    with later(seconds=2):
        assert operator.rotate()["waiting"]["client_secrets"] == 1
    assert [world.app_only().status_code for _ in range(2)] == [200, 200]
    with later(minutes=1):
        world.app_only()
        flush(world.app)
        assert operator.rotate()["waiting"]["client_secrets"] == 0
    world = operator.restart(NEW)
    assert world.app_only(client).status_code == 200
    assert world.app_only(client, client_secret="pf_secret_guessed").status_code == 401


def test_an_unused_secret_of_which_only_a_digest_is_kept_ends_with_the_previous_one(
    operator: Operator,
) -> None:
    assert operator.world.client
    shown_once(operator.world)
    operator.restart(NEW, OLD)
    operator.rotate()
    assert operator.restart(NEW).app_only().json["error"] == "invalid_client"


def test_a_machine_that_is_reloaded_late_takes_nothing_back(operator: Operator) -> None:
    assert operator.world.client
    operator.restart(NEW, OLD)
    operator.rotate()
    late = operator.restart(OLD, NEW)
    assert late.app_only().status_code == 200
    flush(late.app)
    assert operator.restart(NEW).app_only().status_code == 200


@pytest.mark.any_database
def test_a_wrong_client_secret_stays_wrong_under_both(operator: Operator) -> None:
    assert operator.world.client
    world = operator.restart(NEW, OLD)
    assert world.app_only(client_secret="pf_secret_guessed-1234567").status_code == 401


def test_the_command_says_how_long_the_previous_secret_is_needed(operator: Operator) -> None:
    token = operator.world.tokens["refresh_token"]
    world = operator.restart(NEW, OLD)
    with later(seconds=2):
        ran = operator.run("keys", "rotate-encryption")
    assert re.search(
        r"Keep DATABASE_ENCRYPTION_SECRET_PREVIOUS for 1 refresh tokens \(the last .*\d{4}-", ran.stdout
    )
    with later(seconds=4):
        make.refresh(world.http, world.client, token)
        assert "no longer needed: remove it" in operator.run("keys", "rotate-encryption").stdout
        (well, needed) = operator.doctor()
    assert well["well"]
    assert "no longer needed" in needed["says"]
    operator.restart(NEW)
    assert "No previous secret is set." in operator.run("keys", "rotate-encryption").stdout


def test_the_doctor_says_what_is_still_under_the_old_secret_or_lost(operator: Operator, mail_id: str) -> None:
    (finding,) = operator.doctor()
    assert finding["well"]
    operator.restart(NEW, OLD)
    finding = operator.doctor()[0]
    assert not finding["well"]
    assert "rotate-encryption" in finding["mend"]
    operator.restart(NEW)
    finding = operator.doctor()[0]
    assert finding["says"].startswith("cannot be opened: 1 of client_secrets")
    refused = operator.run("keys", "rotate-encryption")
    assert refused.exit_code == 1
    assert "DATABASE_ENCRYPTION_SECRET_PREVIOUS" in refused.stderr
    operator.restart(NEW, OLD)
    operator.rotate()


def test_values_without_the_id_of_a_secret_are_opened_too(operator: Operator) -> None:
    world = operator.world
    assert world.client
    with world.app.app_context():
        for row in db.session.scalars(select(ClientSecret)):
            row.sealed = f"v1:{row.sealed.rpartition(':')[2]}"
        db.session.commit()
    assert operator.doctor()[0]["well"]  # they are under the current secret
    operator.restart(NEW, OLD)
    assert operator.rotate()["resealed"]["client_secrets"] == 1
    assert operator.restart(NEW).app_only().status_code == 200


@pytest.mark.any_database
def test_a_value_is_bound_to_its_place_under_both_secrets(operator: Operator) -> None:
    sealed = vault.encrypt("text", "here")
    operator.restart(NEW, OLD)
    assert vault.decrypt(sealed, "here") == "text"
    for place, value in [
        ("there", sealed),
        ("here", f"{sealed[:-4]}AAAA"),
        ("here", "v2:nonsense"),
        ("here", ""),
    ]:
        with pytest.raises(Undecryptable):
            vault.decrypt(value, place)


@pytest.mark.any_database
def test_signing_keys_sign_on(operator: Operator) -> None:
    before = make.header_of(operator.world.app_only().json["access_token"])["kid"]
    operator.restart(NEW, OLD)
    operator.rotate()
    world = operator.restart(NEW)
    assert make.header_of(world.app_only().json["access_token"])["kid"] == before
    with world.app.app_context():
        assert all(
            row.sealed_private_jwk.startswith(vault.mark) for row in db.session.scalars(select(SigningKey))
        )


def test_every_place_that_seals_for_a_row_is_in_the_list() -> None:
    """What is added to the portal later must not be forgotten here."""
    app = Path(resealing.__file__).parents[1]
    sealing = {
        str(path.relative_to(app))
        for path in app.rglob("*.py")
        if "vault.encrypt(" in path.read_text(encoding="utf-8")
    }
    elsewhere = {
        "admin/pages/registration_tokens.py",  # in a cookie, until the page that follows
        "authentication/kept_forms.py",  # in a cookie, for a quarter of an hour
        "authentication/known_browsers.py",  # in a cookie, replaced with each sign-in; without it a browser is unknown
        "authentication/pages/fresh_factors.py",  # in a cookie, until an app is set up or its page is open
        "clients/pages/fresh_secret.py",  # in a cookie that lasts five minutes
        "operations/resealing.py",
        "site/second_clicks.py",  # for a minute; without it a second click is a request of its own
    }
    assert sealing - elsewhere == {
        "clients/client_secrets.py",
        "authentication/factors/recovery_codes.py",
        "authentication/factors/totp.py",
        "oauth/keys/pairs.py",
        "oauth/pushed_requests.py",
        "notifications/mail.py",
        "diagnostics/request_log/row.py",
    }
    assert len(sealed_columns.SEALED) == len(sealing - elsewhere)


def flush(app: Flask) -> None:
    background.init_app(app)
    background.run_once()
