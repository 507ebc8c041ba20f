"""Where an app may want to hear of the end of sessions: which URIs, and on which page and command one says so."""

import json

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.clients.logout_uris import FIELD, canonical, find_problems
from app.clients.refusals import Reason
from app.users.models import User
from tests import factories as make
from tests.account.visitor import submit
from tests.clients.developers import developer, form_of_new_app, only_app, post, register
from tests.support.apps import MakeApp
from tests.support.databases import SECRETS

URI = "https://app.example.com/backchannel-logout"


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (URI, URI),
        ("HTTPS://App.Example.COM:443/Logout?tenant=1", "https://app.example.com/Logout?tenant=1"),
        ("https://app.example.com", "https://app.example.com/"),
        ("https://app.example.com:8443/", "https://app.example.com:8443/"),
        ("https://Bücher.example/abmelden", "https://xn--bcher-kva.example/abmelden"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
        ("http://127.0.0.1:5000/x", "http://127.0.0.1:5000/x"),  # while one develops
        ("http://localhost:5000/x", "http://localhost:5000/x"),
        ("http://[::1]:5000/x", "http://[::1]:5000/x"),
        ("http://app.test:9000/x", "http://app.test:9000/x"),  # FETCH_ALLOW names it
    ],
)
def test_it_is_kept_in_one_spelling(app_with: MakeApp, typed: str, kept: str) -> None:
    with app_with(FETCH_ALLOW="app.test:9000").app_context():
        assert canonical(typed) == kept
        assert canonical(kept) == kept
        assert find_problems(kept) == []


REFUSED = [
    ("http://app.example.com/x", Reason.PLAIN_HTTP),
    ("http://app.test:9001/x", Reason.PLAIN_HTTP),
    ("ftp://app.example.com/x", Reason.NOT_A_WEB_ADDRESS),
    ("javascript:alert(1)", Reason.NOT_A_WEB_ADDRESS),
    ("com.example.app:/x", Reason.NOT_A_WEB_ADDRESS),
    ("app.example.com/x", Reason.NOT_A_WEB_ADDRESS),
    ("/x", Reason.NOT_A_WEB_ADDRESS),
    ("//app.example.com/x", Reason.NOT_A_WEB_ADDRESS),
    ("https://", Reason.MALFORMED),
    ("https:///x", Reason.MALFORMED),
    ("https://app..example/x", Reason.MALFORMED),
    ("https://*.example.com/x", Reason.MALFORMED),
    ("https://app.example.com:0/x", Reason.MALFORMED),
    ("https://app.example.com:99999/x", Reason.MALFORMED),
    ("https://app.example.com/<x>", Reason.MALFORMED),
    ("https://app.example.com/%zz", Reason.MALFORMED),
    ("https://app.example.com/x#part", Reason.FRAGMENT),
    ("https://app.example.com/x#", Reason.FRAGMENT),
    ("https://me@app.example.com/x", Reason.USERINFO),
    ("https://me:secret@app.example.com/x", Reason.USERINFO),
    ("https://app.example.com/a b", Reason.WHITE_SPACE),
    ("https://app.example.com\\x", Reason.BACKSLASH),
    ("https://app.example.com/\x07", Reason.CONTROL_CHARACTER),
    ("https://app.example.com/ü", Reason.NON_ASCII),
    (f"https://app.example.com/{'x' * 2000}", Reason.TOO_LONG),
    ("https://10.0.0.7/x", Reason.NOT_PUBLIC),
    ("https://169.254.169.254/latest/meta-data/", Reason.NOT_PUBLIC),
    ("https://[::ffff:10.0.0.7]/x", Reason.NOT_PUBLIC),
    ("https://0.0.0.0/x", Reason.NOT_PUBLIC),
    ("https://127.1/x", Reason.NOT_PUBLIC),
    ("https://0x7f000001/x", Reason.NOT_PUBLIC),
    ("https://2130706433/x", Reason.NOT_PUBLIC),
    ("https://portal.localhost/x", Reason.NOT_PUBLIC),
]


@pytest.mark.any_database
@pytest.mark.parametrize(("uri", "reason"), REFUSED)
def test_attack_other_uris_are_refused_with_the_reason(app_with: MakeApp, uri: str, reason: Reason) -> None:
    with app_with(FETCH_ALLOW="app.test:9000").app_context():
        assert [(each.field, each.reason) for each in find_problems(canonical(uri))] == [(FIELD, reason)]


@pytest.mark.any_database
@pytest.mark.parametrize("uri", ["https://127.0.0.1/x", "https://localhost:8000/x", "https://[::1]/x"])
def test_in_production_nobody_names_the_machine_of_the_portal(make_app: MakeApp, uri: str) -> None:
    production = {"APP_ENV": "production", "ISSUER": "https://portal.example", **SECRETS}
    with make_app(**production, MAIL_URL="smtp://127.0.0.1:1", MAIL_FROM="a@b.example").app_context():
        assert [each.reason for each in find_problems(canonical(uri))] == [Reason.NOT_PUBLIC]
        http = find_problems(canonical(uri.replace("https:", "http:")))
        assert [each.reason for each in http] == [Reason.NOT_PUBLIC]


def test_the_developer_says_it_on_the_edit_page(app: Flask, db_session: Session) -> None:
    browser = developer(app)
    client_id, _page = register(browser)
    path = f"/dashboard/apps/{client_id}/edit"
    typed = "https://App.example.com:443/backchannel-logout"
    assert post(browser, path, path, **form_of_new_app(backchannel_logout_uri=typed)).status_code == 302
    assert only_app(db_session).backchannel_logout_uri == URI
    assert URI in browser.get(f"/dashboard/apps/{client_id}").text
    assert f'value="{URI}"' in browser.get(path).text
    # A program that does not know the field changes nothing of it.
    assert post(browser, path, path, **form_of_new_app(name="Else")).status_code == 302
    assert only_app(db_session).backchannel_logout_uri == URI
    assert post(browser, path, path, **form_of_new_app(backchannel_logout_uri=" ")).status_code == 302
    assert only_app(db_session).backchannel_logout_uri is None


def test_what_will_not_do_is_said_beside_the_field(app: Flask, db_session: Session) -> None:
    browser = developer(app)
    client_id, _page = register(browser)
    path = f"/dashboard/apps/{client_id}/edit"
    page = post(browser, path, path, **form_of_new_app(backchannel_logout_uri="http://app.example.com/x"))
    assert page.status_code == 422
    assert "“http://app.example.com/x” uses http, which others can read and change on the way." in page.text
    assert only_app(db_session).backchannel_logout_uri is None


def test_administrators_see_it(app: Flask) -> None:
    client = make.make_client(app, backchannel_logout_uri=URI)
    root = make.browser_of(app, make.make_user(app, "root", is_admin=True))
    assert URI in root.get(f"/admin/apps/{client.id}").text


def test_commands_set_change_and_show_it(app: Flask) -> None:
    def flask(*arguments: str) -> dict[str, object]:
        result = app.test_cli_runner().invoke(args=["client", *arguments, "--json"])
        assert result.exit_code == 0, result.stderr
        return dict(json.loads(result.stdout))

    created = flask("create", "Weather", "--backchannel-logout-uri", URI)
    assert created[FIELD] == URI
    client_id = str(created["client_id"])
    assert flask("update", client_id, "--name", "Storm")[FIELD] == URI
    assert flask("update", client_id, "--backchannel-logout-uri", f"{URI}/2")[FIELD] == f"{URI}/2"
    assert flask("show", client_id)[FIELD] == f"{URI}/2"
    assert flask("update", client_id, "--backchannel-logout-uri", "")[FIELD] is None


def test_a_command_says_why_a_uri_will_not_do(app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["client", "create", "Weather", "--backchannel-logout-uri", "https://10.0.0.7/x"]
    )
    assert result.exit_code == 1
    assert "This portal sends nothing to “https://10.0.0.7/x”" in result.stderr


def test_the_export_of_the_developer_names_it(app: Flask, db_session: Session) -> None:
    owner = make.make_user(app, "owner")
    make.make_client(app, owner, backchannel_logout_uri=URI)
    browser = make.browser_of(app, owner)
    answer = submit(browser, "/account/data/export", page="/account/data", password=make.PASSWORD)
    document = json.loads(answer.text)
    assert [each[FIELD] for each in document["apps"]] == [URI]
    assert db_session.get(User, owner.id) is not None
