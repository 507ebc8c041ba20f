"""URIs that are none, at every door that takes one: a page, a refusal or a redirect, never a 5xx."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from werkzeug.urls import iri_to_uri

from app.clients.models import Client
from app.clients.redirect_uri_checks import check_redirect_uri
from app.clients.refusals import RedirectUriNotAllowed
from app.database.rows import db, new_id
from app.diagnostics import redirect_uri_doctor
from app.oauth.authorization.responses import with_parameters
from app.uris import read_uri
from tests import factories as make
from tests.support.apps import MakeApp

pytestmark = pytest.mark.any_database
LABEL = "a" * 64
# Each ends in an exception of urlsplit, of its `port`, of the IDNA codec, or in an answer nobody can be sent to.
NASTY = [
    "http://127.0.0.1:99999/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:0/cb", "http://[::1]:99999/cb",
    "http://127.0.0.1:99999?x=1", "http://127.0.0.1:x/cb", "http://127.0.0.1:/cb", "http://127.0.0.1:-1/cb",
    "http://127.0.0.1:٣/cb", "http://127.0.0.1:80:80/cb", "https://app.example.org:99999/cb", "http://localhost:70000/cb",
    "http://[", "https://]", "https://[::1", "https://[zz]/cb", "https://[:::]/cb", "https://[1.2.3.4]/cb", "http://[v1.x]/",
    f"https://{LABEL}.example.org/cb", "https://a..b/cb", "https://.a/cb", "https://a../cb", "https://./cb",
    "https://" + "a." * 900 + "b/cb", "https://℀.example/cb", "https://a．b/cb",
    "https://\u00ad/cb", "https://ä..ß/cb", "https://user@a..b/cb", "https://@/cb", "https://:@:/cb", "https://%/cb",
    "com.example.app://a:99999/cb", f"com.example.app://{LABEL}/cb", "com.example.app://a..b/cb", "com.example.app://[/cb",
    "com.example.app:", "com.example.app://", "//[", "///", "?", "#", ":", "http:", "http://", "https:///x", "a\\b", "\ud7ff",
]  # fmt: skip
OURS = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:3000/cb", "https://app.example.org/cb"]
FORM = "application/x-www-form-urlencoded"


class Statuses(dict[tuple[object, ...], int]):
    """What was asked, and the status of the answer."""

    def note(self, status: int, *asked: object) -> None:
        self[asked] = status

    @property
    def offenders(self) -> list[tuple[object, ...]]:
        return [(*asked, status) for asked, status in self.items() if status >= 500]


@pytest.fixture
def person(app: Flask) -> make.Person:
    return make.make_user(app, is_admin=True, locale=None)


@pytest.fixture
def browser(app: Flask, person: make.Person) -> FlaskClient:
    return make.browser_of(app, person)


def register_past_the_check(app: Flask, client: make.App, uri: str) -> None:
    """As versions before this check did: whatever urlsplit could read."""
    with app.app_context():
        statement = update(Client).where(Client.id == client.id).values(redirect_uris=uri, revision=new_id())
        db.session.execute(statement)
        db.session.commit()


def test_at_the_authorization_endpoint(app: Flask, browser: FlaskClient, person: make.Person) -> None:
    client = make.make_client(app, owner=person, redirect_uris=OURS)
    found = Statuses()
    token = make.csrf_token(browser.get("/account/profile"))
    for uri in NASTY:
        for visitor in (app.test_client(), browser):
            page = make.ask(visitor, client, redirect_uri=uri)
            assert page.status_code == 400, uri
            assert "Location" not in page.headers
        failure = f"/failures/{page.headers['X-Request-Id']}"
        found.note(browser.get(failure).status_code, "failure", uri)
        found.note(browser.post(f"{failure}/repair", data={"csrf_token": token}).status_code, "repair", uri)
        query = {"next": f"/oauth/authorize?{urlencode(make.request_of(client, redirect_uri=uri))}"}
        found.note(app.test_client().get("/login", query_string=query).status_code, "login", uri)
    found.note(browser.get(f"/dashboard/apps/{client.id}/log").status_code, "log")
    assert not found.offenders


def test_registered_before_they_were_refused(app: Flask, browser: FlaskClient, person: make.Person) -> None:
    client = make.make_client(app, owner=person)
    found = Statuses()
    for uri in NASTY:
        register_past_the_check(app, client, uri)
        for changes in (
            {},
            {"redirect_uri": None},
            {"response_mode": "form_post"},
            {"prompt": "none"},
            {"scope": "nope"},
        ):
            parameters: dict[str, str | None] = {"redirect_uri": uri, **changes}
            page = make.ask(browser, client, **parameters)
            found.note(page.status_code, "authorize", uri, *changes)
            if page.status_code == 200 and 'action="/oauth/consent' in page.text:
                found.note(make.decide(browser, page).status_code, "consent", uri, *changes)
        found.note(browser.get(f"/dashboard/apps/{client.id}").status_code, "dashboard", uri)
        for origin in (uri, "https://app.example.org"):
            asked = app.test_client().post(
                "/oauth/token", headers={"Origin": origin.encode().decode("latin-1")}
            )
            found.note(asked.status_code, "origin", uri)
    assert not found.offenders


def test_in_the_forms_of_apps(app: Flask, browser: FlaskClient, person: make.Person) -> None:
    client = make.make_client(app, owner=person)
    found = Statuses()
    for path, kind in (
        ("/dashboard/apps/new", "confidential"),
        (f"/dashboard/apps/{client.id}/edit", "confidential"),
        ("/admin/apps/new", "public"),
    ):
        token = make.csrf_token(browser.get(path))
        for uri in NASTY:
            fields = {"name": "Nasty", "client_type": kind, "grant_types": "authorization_code"}
            addresses = {"redirect_uris": uri, "homepage_url": uri}
            answer = browser.post(path, data={"csrf_token": token, **fields, **addresses})
            found.note(answer.status_code, path, uri)
    assert set(found.values()) == {422}


def test_as_origin_and_referrer(app: Flask) -> None:
    visitor = app.test_client()
    found = Statuses()
    names = ("Origin", "Referer", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL")
    for uri in NASTY:
        headers = dict.fromkeys(names, uri.encode().decode("latin-1"))
        for path in ("/login", "/oauth/token", "/oauth/revoke", "/oauth/authorize", "/api/auth", "/logout"):
            found.note(visitor.post(path, headers=headers).status_code, path, uri)
        for path in ("/", "/oauth/authorize", "/oauth/userinfo"):
            found.note(visitor.get(path, headers=headers).status_code, path, uri)
        found.note(visitor.options("/oauth/token", headers=headers).status_code, "preflight", uri)
    assert not found.offenders


def test_as_next(app: Flask, browser: FlaskClient, person: make.Person) -> None:
    found = Statuses()
    for uri in NASTY:
        for address in (uri, f"/{uri}", f"/oauth/authorize?redirect_uri={uri}"):
            found.note(app.test_client().get("/login", query_string={"next": address}).status_code, address)
            found.note(browser.get("/reauthenticate", query_string={"next": address}).status_code, address)
        visitor = app.test_client()
        fields = {"csrf_token": make.csrf_token(visitor.get("/login")), "username": person.username}
        answer = visitor.post(
            "/login", query_string={"next": uri}, data={**fields, "password": make.PASSWORD}
        )
        assert answer.status_code == 303, uri
        assert answer.headers["Location"].startswith("/"), uri
        assert not answer.headers["Location"].startswith("//"), uri
    assert not found.offenders


def test_behind_a_proxy(app_with: MakeApp) -> None:
    visitor = app_with(TRUSTED_PROXIES="1").test_client()
    found = Statuses()
    for uri in [*NASTY, "javascript", "ht tp", "", "https, http", "[", "\t"]:
        for name in ("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Prefix"):
            for path in ("/login", "/oauth/authorize?client_id=x&redirect_uri=y"):
                answer = visitor.get(path, headers={name: uri.encode().decode("latin-1")})
                found.note(answer.status_code, name, path, uri)
    assert not found.offenders


def test_at_the_token_endpoint(app: Flask, browser: FlaskClient) -> None:
    client = make.make_client(app)
    found = Statuses()
    for uri in NASTY:
        answer = make.redeem(browser, client, make.authorize(client, browser), redirect_uri=uri)
        found.note(answer.status_code, "token", uri)
    assert set(found.values()) == {400}


def test_on_the_command_line(app: Flask) -> None:
    runner = app.test_cli_runner()
    for uri in sorted({*NASTY} - {"com.example.app://"}):  # which programs do open
        done = runner.invoke(args=["client", "create", "Nasty", "--redirect-uri", uri])
        assert done.exit_code == 1, (uri, done.output)
        assert isinstance(done.exception, SystemExit), (uri, done.exception)
        assert "Traceback" not in done.output


@given(
    st.sampled_from(["http://127.0.0.1", "https://", "com.example.app://", "//", ""]).flatmap(
        lambda start: st.text("a1.:[]@/?#%-_\\ä٣", max_size=30).map(lambda rest: start + rest)
    )
)
def test_what_may_be_registered_can_be_redirected_to(uri: str) -> None:
    try:
        check_redirect_uri(uri)
    except RedirectUriNotAllowed:
        pass
    else:
        assert iri_to_uri(with_parameters(uri, {"code": "x"}))
        assert read_uri(uri) is not None
    assert redirect_uri_doctor.find_nearest(uri, OURS) is not None


@pytest.mark.parametrize("port", ["99999", "65536", "0", "00"])
def test_a_port_that_is_none_is_told_as_the_difference(port: str) -> None:
    nearest = redirect_uri_doctor.find_nearest(f"http://127.0.0.1:{port}/cb", ["http://127.0.0.1:5000/cb"])
    assert nearest is not None
    assert nearest.differs == ("port",)
