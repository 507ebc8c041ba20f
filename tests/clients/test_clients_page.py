import base64
import logging
import re
import zlib

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import Client
from app.scopes.models import Scope
from tests import factories as make
from tests.clients.developers import developer, form_of_new_app, make_client, only_app, post, register, shown
from tests.support.apps import MakeApp

NEW = "/dashboard/apps/new"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return developer(app)


def test_the_dashboard_asks_for_a_sign_in(client: FlaskClient) -> None:
    answer = client.get("/dashboard/apps")
    assert answer.status_code == 302
    assert answer.location == "/login?next=/dashboard/apps"


def test_an_empty_dashboard_offers_the_next_step(browser: FlaskClient) -> None:
    page = browser.get("/dashboard/apps").text
    assert "You have no apps yet" in page
    assert f'href="{NEW}"' in page


def test_a_new_app_is_shown_with_its_secret_and_how_to_start(
    browser: FlaskClient, db_session: Session
) -> None:
    client_id, page = register(browser)
    kept = only_app(db_session)
    assert kept.id == client_id
    assert (kept.name, kept.redirect_uris) == ("Weather station", "https://app.example.com/callback")
    assert (kept.grant_types, kept.scopes) == ("authorization_code refresh_token", "openid email")
    assert kept.pkce_required
    assert 'id="client-secret">pf_secret_' in page
    assert "/.well-known/openid-configuration" in page
    assert f"client_id={client_id}" in page
    assert "Weather station" in browser.get("/dashboard/apps").text


@pytest.mark.asvs("10.4.4", "10.4.11")
def test_a_new_app_begins_with_what_nearly_every_app_needs_and_nothing_more(browser: FlaskClient) -> None:
    ticked = re.findall(r'name="scopes"[^>]* value="([^"]+)" checked', browser.get(NEW).text)
    assert ticked == ["openid", "profile", "email"]


def test_apps_that_were_made_together_are_told_apart_by_the_end_of_their_ids(browser: FlaskClient) -> None:
    ids = [register(browser, name=f"App {number}")[0] for number in range(3)]
    page = browser.get("/dashboard/apps").text
    assert [page.count(f">…{client_id[-8:]}<") for client_id in ids] == [1, 1, 1]
    # In full, with a button to copy it, on the page of the app.
    own = browser.get(f"/dashboard/apps/{ids[0]}").text
    assert f'<code id="client-id">{ids[0]}</code>' in own


def test_a_fresh_secret_is_shown_once_and_its_app_only(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        other, _secret = make_client("anna", name="Other")
        path = f"/dashboard/apps/{other.id}"
    answer = post(browser, NEW, **form_of_new_app())
    assert shown(browser.get(path), "client-secret") is None
    answer = post(browser, NEW, **form_of_new_app(name="Third"))
    assert shown(browser.get(answer.location), "client-secret")
    assert shown(browser.get(answer.location), "client-secret") is None


def test_a_fresh_secret_is_in_no_address_no_cookie_and_no_log(
    browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = post(browser, NEW, **form_of_new_app())
    cookie = browser.get_cookie("pforte-8000")
    assert cookie is not None
    page = browser.get(answer.location)
    secret = shown(page, "client-secret")
    assert secret is not None
    assert secret not in answer.location
    assert secret not in answer.text
    assert secret not in readable(cookie.value)
    assert secret not in caplog.text
    assert page.headers["Cache-Control"] == "no-store"


def readable(cookie: str) -> str:
    """What anybody reads in a signed cookie."""
    payload = cookie.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    text = zlib.decompress(raw) if cookie.startswith(".") else raw
    assert b"fresh_secret" in text
    return cookie + text.decode()


def test_the_secret_that_waits_in_one_persons_cookie_tells_another_nothing(
    app: Flask, browser: FlaskClient
) -> None:
    answer = post(browser, NEW, **form_of_new_app())
    with browser.session_transaction() as session:
        sealed = session["fresh_secret"]
    ben = developer(app, "ben")
    with ben.session_transaction() as session:
        session["fresh_secret"] = sealed
    assert ben.get(answer.location).status_code == 404
    client_id, _page = register(ben, name="Ben's app")
    with ben.session_transaction() as session:
        session["fresh_secret"] = sealed
    page = ben.get(f"/dashboard/apps/{client_id}")
    assert page.status_code == 200
    assert shown(page, "client-secret") is None


def test_a_public_app_has_no_secret(browser: FlaskClient, db_session: Session) -> None:
    _id, page = register(
        browser, client_type="public", redirect_uris="com.example.app:/callback\r\nhttp://127.0.0.1/cb"
    )
    assert "pf_secret_" not in page
    kept = only_app(db_session)
    assert (kept.is_public, kept.pkce_required) == (True, True)


@pytest.mark.asvs("10.4.6")
def test_the_form_of_a_new_app_has_the_switch_for_pkce_and_it_is_on(
    browser: FlaskClient, db_session: Session
) -> None:
    switch = re.search(r'<input[^>]*id="pkce_required"[^>]*>', browser.get(NEW).text)
    assert switch
    assert "checked" in switch[0]
    # As browsers send it: the empty value of the page, and behind it the box where it is ticked.
    for number, (sent, required) in enumerate(((["", "y"], True), ([""], False), ([], True))):
        client_id, _page = register(browser, name=f"App {number}", pkce_required=sent)
        assert db_session.get_one(Client, client_id).pkce_required is required


def test_a_public_app_is_registered_with_pkce_whatever_the_switch_says(
    browser: FlaskClient, db_session: Session
) -> None:
    register(browser, client_type="public", redirect_uris="http://127.0.0.1/cb", pkce_required=[""])
    assert only_app(db_session).pkce_required


def test_a_refused_form_keeps_the_switch_as_it_was(browser: FlaskClient) -> None:
    for sent, checked in (([""], False), (["", "y"], True)):
        page = post(browser, NEW, **form_of_new_app(name="", pkce_required=sent))
        switch = re.search(r'<input[^>]*id="pkce_required"[^>]*>', page.text)
        assert switch
        assert ("checked" in switch[0]) is checked


def test_an_app_without_people_needs_no_redirect_uri(browser: FlaskClient) -> None:
    _id, page = register(browser, redirect_uris="", grant_types=["client_credentials"], scopes=[])
    assert "grant_type=client_credentials" in page
    assert "/oauth/authorize?" not in page


def test_a_refused_form_says_why_beside_each_field_and_keeps_what_was_typed(browser: FlaskClient) -> None:
    typed = "https://ok.example/cb\r\n\r\nhttp://plain.example/<cb>"
    page = post(browser, NEW, **form_of_new_app(name="Zap\u200bier", redirect_uris=typed, scopes=["phone"]))
    assert page.status_code == 422
    assert 'id="name-error"' in page.text
    assert "Line 3: “http://plain.example/&lt;cb&gt;”" in page.text
    assert "http://plain.example/&lt;cb&gt;</textarea>" in page.text
    assert "Says what it will be like." in page.text
    assert 'value="phone" checked' in page.text
    assert 'value="openid" checked' not in page.text


@pytest.mark.asvs("10.4.4", "10.4.11")
@pytest.mark.any_database
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grant_types": ["password"]}, "Only an administrator can switch on the grant “password”."),
        ({"scopes": ["users.read"]}, "Only an administrator can give the permission “users.read”."),
        ({"scopes": ["nonsense"]}, "There is no permission “nonsense”."),
        ({"client_type": "trusted"}, "Choose confidential or public."),
        ({"grant_types": [""]}, "Choose at least one grant."),
        ({"redirect_uris": ""}, "The grant authorization_code needs at least one redirect URI."),
        ({"client_type": "public", "grant_types": ["client_credentials"]}, "A public app has no secret"),
        ({"redirect_uris": "https://bücher.example/"}, "Punycode"),
        ({"redirect_uris": "https://a.example/\nhttps://a.example/"}, "is listed twice"),
        ({"redirect_uris": "https://a.example/" + "a" * 3000}, "is longer than 2000 characters"),
    ],
)
def test_a_form_cannot_ask_for_more_than_a_developer_may_have(
    browser: FlaskClient, db_session: Session, changes: dict[str, object], said: str
) -> None:
    page = post(browser, NEW, **form_of_new_app(**changes))
    assert page.status_code == 422
    assert said in page.text
    assert db_session.scalars(select(Client)).all() == []


@pytest.mark.parametrize("name", ["scopes", "scope"])
def test_a_program_may_send_scopes_in_one_value_and_leave_the_grants_out(
    browser: FlaskClient, db_session: Session, name: str
) -> None:
    fields = form_of_new_app(scopes=[], grant_types=[]) | {name: "openid  email profile"}
    assert post(browser, NEW, **fields).status_code == 302
    kept = only_app(db_session)
    assert kept.scopes.split() == ["openid", "email", "profile"]
    assert kept.grant_types == "authorization_code refresh_token"


def test_the_page_says_itself_when_every_grant_was_unticked(browser: FlaskClient) -> None:
    assert '<input type="hidden" name="grant_types" value="">' in browser.get(NEW).text


def test_a_restricted_permission_sent_by_hand_is_refused(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    make.make_scope(app, "reports.read", restricted=True)
    page = post(browser, NEW, **form_of_new_app(scopes=["openid", "reports.read"]))
    assert page.status_code == 422
    assert "Only an administrator can give the permission “reports.read”." in page.text
    assert 'value="Weather station"' in page.text
    assert db_session.scalars(select(Client)).all() == []


def test_the_scopes_on_offer_are_the_standard_and_the_defined_ones(
    browser: FlaskClient, db_session: Session
) -> None:
    db_session.add(
        Scope(name="weather.read", description_en="Read the weather", description_de="Das Wetter lesen")
    )
    texts = {"description_en": "Change the weather", "description_de": "Das Wetter ändern"}
    db_session.add(Scope(name="weather.change", restricted=True, **texts))
    db_session.commit()
    page = browser.get(NEW).text
    for name in ("openid", "profile", "email", "phone", "offline_access"):
        assert f'value="{name}"' in page
    assert 'value="users.read"' not in page
    assert 'value="weather.change"' not in page
    assert 'value="weather.read"' in page
    assert "Read the weather" in page


def test_localhost_works_and_comes_with_a_hint(browser: FlaskClient) -> None:
    _id, page = register(browser, redirect_uris="http://localhost:3000/cb")
    assert "127.0.0.1 is safer" in page


def test_what_a_developer_types_is_text_on_every_page(browser: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    client_id, _page = register(browser, name=evil, description=evil)
    for path in ("", f"/{client_id}", f"/{client_id}/edit", f"/{client_id}/secrets", f"/{client_id}/delete"):
        page = browser.get(f"/dashboard/apps{path}")
        assert page.status_code == 200
        assert evil not in page.text
        assert "&lt;script&gt;" in page.text


def test_where_secrets_are_shown_once_the_page_says_so(app_with: MakeApp) -> None:
    browser = developer(app_with(CLIENT_SECRETS_SHOWN_ONCE="true"))
    client_id, page = register(browser)
    assert 'id="client-secret">pf_secret_' in page
    assert "cannot show it again" in page
    assert '/reveal"' not in browser.get(f"/dashboard/apps/{client_id}/secrets").text
