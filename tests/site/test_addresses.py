"""Where a request comes from has one spelling: stored, compared, counted and shown; what is no address is refused."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app import create_app
from app.audit.models import Event
from app.authentication.models import BrowserSession
from app.database.rows import db, new_id
from app.networks import networks_of
from app.users.models import User
from configuration.addresses import canonical
from tests import factories as make
from tests.account.visitor import person, sign_in, sign_out, sign_up
from tests.support.apps import MakeApp
from tests.support.databases import KINDS, Databases, make_settings

LONG = "[2001:1db8:85a3:18d3:1319:8a2e:1370:7348]:44301"
SPELLINGS = [
    ("198.51.100.2", "198.51.100.2"), ("198.51.100.2:40000", "198.51.100.2"), (" 198.51.100.2 ", "198.51.100.2"),
    ("2001:DB8:0:0::01", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"), ("[2001:db8::1]:443", "2001:db8::1"),
    ("fe80::1%eth0", "fe80::1"), ("[fe80::1%25eth0]:443", "fe80::1"), ("::ffff:127.0.0.1", "127.0.0.1"),
    ("::FFFF:7f00:0001", "127.0.0.1"), ("[::ffff:192.0.2.1]:80", "192.0.2.1"), ("::1", "::1"),
    (LONG, "2001:1db8:85a3:18d3:1319:8a2e:1370:7348"),
]  # fmt: skip
NONE = [
    "unknown", "_hidden", "localhost", "id.example.org", "198.51.100", "198.51.100.256", "198.51.100.2:", "1", "0x7f000001",
    "127.0.0.01", "198.51.100.2:4000000", "2001:db8::1::2", "[2001:db8::1", "2001:db8::1]", "[]", "[x]:80", "x" * 200,
    "198.51.100.2/24", "<script>", "::ffff:127.0.0.1%" + "x" * 90, "٣.٣.٣.٣",
]  # fmt: skip


@pytest.fixture
def behind_proxy(app_with: MakeApp) -> Flask:
    return app_with(TRUSTED_PROXIES="1")


def from_there(app: Flask, address: str) -> FlaskClient:
    """A browser whose proxy names this address."""
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = address
    return client


@pytest.mark.any_database
@pytest.mark.parametrize(("written", "spelled"), SPELLINGS)
def test_every_spelling_is_one_address(written: str, spelled: str) -> None:
    assert canonical(written) == spelled
    assert canonical(spelled) == spelled


@pytest.mark.any_database
@pytest.mark.parametrize("written", NONE)
def test_what_is_no_address_is_none(written: str) -> None:
    with pytest.raises(ValueError):
        canonical(written)


@pytest.mark.parametrize(("written", "spelled"), [SPELLINGS[1], SPELLINGS[3], SPELLINGS[8], SPELLINGS[-1]])
def test_sessions_events_and_people_keep_the_one_spelling(
    behind_proxy: Flask, db_session: Session, written: str, spelled: str
) -> None:
    """MariaDB has 45 characters for it: a port after a long address was a 400 at every sign-in."""
    browser = from_there(behind_proxy, written)
    assert sign_up(browser).status_code == 303
    sign_out(browser)
    assert sign_in(browser).status_code == 303
    assert {row.ip for row in db_session.scalars(select(BrowserSession))} == {spelled}
    assert {row.ip for row in db_session.scalars(select(Event))} == {spelled}
    assert person(db_session).ip == spelled
    page = browser.get("/account/sessions").text
    assert spelled in page
    assert ":40000" not in page
    assert written == spelled or written not in page


@pytest.mark.parametrize("written", ["unknown", "_hidden", "x" * 200, "<script>", "203.0.113.7, unknown"])
def test_what_a_trusted_proxy_names_and_is_no_address_is_refused(
    behind_proxy: Flask, db_session: Session, caplog: pytest.LogCaptureFixture, written: str
) -> None:
    browser = from_there(behind_proxy, written)
    page = browser.post("/register", data={"username": "anna"})
    assert page.status_code == 400
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<script>" not in page.text
    asked = browser.post("/api/register", json={"username": "anna"})
    assert (asked.status_code, (asked.json or {})["error"]) == (400, "bad_request")
    assert browser.get("/.well-known/openid-configuration").status_code == 400
    assert db_session.scalars(select(User)).all() == []
    assert "TRUSTED_PROXIES" in caplog.text
    assert written not in caplog.text


@pytest.mark.rfc9700("4.13")
@pytest.mark.any_database
def test_what_strangers_write_in_front_of_the_trusted_address_is_not_looked_at(behind_proxy: Flask) -> None:
    assert from_there(behind_proxy, "unknown, 203.0.113.7").get("/login").status_code == 200


@pytest.mark.any_database
def test_without_an_address_of_the_socket_nothing_is_refused(client: FlaskClient) -> None:
    assert client.get("/login", environ_overrides={"REMOTE_ADDR": ""}).status_code == 200


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("198.51.100.2", [("198.51.100.2", 1)]),
        ("2001:db8:1:2:3:4:5:6", [("2001:db8:1:2::/64", 1), ("2001:db8:1::/48", 10)]),
    ],
)
def test_the_networks_of_an_address(address: str, networks: list[tuple[str, int]]) -> None:
    assert [tuple(network) for network in networks_of(address)] == networks


@pytest.fixture
def administrator(behind_proxy: Flask) -> Iterator[FlaskClient]:
    chief = make.make_user(behind_proxy, is_admin=True)
    return make.browser_of(behind_proxy, chief)


@pytest.mark.parametrize("typed", ["2001:DB8::0007", "[2001:db8::7]:443"])
def test_events_are_found_by_any_spelling(
    administrator: FlaskClient, behind_proxy: Flask, typed: str
) -> None:
    sign_up(from_there(behind_proxy, "[2001:db8::7]:51000"))
    administrator.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.9"
    page = administrator.get("/admin/events", query_string={"ip": typed})
    assert "Account created" in page.text


@pytest.mark.parametrize("kind", KINDS)
def test_addresses_kept_by_older_versions_get_the_one_spelling(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    old = {
        "::ffff:203.0.113.7": "203.0.113.7",
        "198.51.100.2:40000": "198.51.100.2",
        "[2001:DB8::1]:9": "2001:db8::1",
    }
    kept = {"no:address": "no:address", "192.0.2.1": "192.0.2.1", "2001:db8::2": "2001:db8::2"}
    with app.app_context():
        upgrade()
        downgrade(revision="0007_session_tokens")
        rows = {new_id(): address for address in {**old, **kept}}
        event = {"kind": "account.user.registered", "area": "account", "details": "{}"}
        db.session.execute(
            insert(Event.__table__), [{**event, "id": row, "ip": ip} for row, ip in rows.items()]
        )
        db.session.commit()
        upgrade()
        found = dict(db.session.execute(text("SELECT id, ip FROM events")).all())  # type: ignore[arg-type]
        assert found == {row: {**old, **kept}[ip] for row, ip in rows.items()}
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
