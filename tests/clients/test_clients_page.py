import base64
import logging
import zlib

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import Client
from app.scopes.models import Scope
from tests.authentication.visitors import make_user
from tests.clients.developers import developer, form_of_new_app, make_client, post, register, shown
from tests.support.apps import MakeApp

NEW = "/dashboard/apps/new"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return developer(app)


def only_app(session: Session) -> Client:
    session.expire_all()
    return session.scalars(select(Client)).one()


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
    cookie = browser.get_cookie("pforte")
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


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grant_types": ["password"]}, "Only an administrator can switch on the grant “password”."),
        ({"scopes": ["users.read"]}, "Only an administrator can give the permission “users.read”."),
        ({"scopes": ["nonsense"]}, "There is no permission “nonsense”."),
        ({"client_type": "trusted"}, "Choose confidential or public."),
        ({"grant_types": []}, "Choose at least one grant."),
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


def test_fields_that_the_form_does_not_have_change_nothing(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    ben = make_user(app, "ben", "ben@example.org")
    stolen = {
        "owner_id": ben,
        "trusted": "y",
        "id": "0" * 32,
        "pkce_required": "",
        "auth_method": "none",
        "retry_window": "9999",
        "registered_dynamically": "y",
        "disabled_by": "owner",
    }
    client_id, _page = register(browser, **stolen)
    assert (
        post(
            browser, f"/dashboard/apps/{client_id}/edit", **form_of_new_app(name="Else", **stolen)
        ).status_code
        == 302
    )
    kept = only_app(db_session)
    assert kept.owner_id != ben
    assert kept.id == client_id
    assert (kept.trusted, kept.registered_dynamically, kept.disabled_by) == (False, False, None)
    assert (kept.auth_method, kept.retry_window) == (None, None)


def test_the_scopes_on_offer_are_the_standard_and_the_defined_ones(
    browser: FlaskClient, db_session: Session
) -> None:
    db_session.add(
        Scope(name="weather.read", description_en="Read the weather", description_de="Das Wetter lesen")
    )
    db_session.commit()
    page = browser.get(NEW).text
    for name in ("openid", "profile", "email", "phone", "offline_access"):
        assert f'value="{name}" checked' in page
    assert 'value="users.read"' not in page
    assert 'value="weather.read"' in page
    assert "Read the weather" in page


def test_editing_changes_an_app_and_shows_what_is_kept(browser: FlaskClient, db_session: Session) -> None:
    client_id, _page = register(browser)
    path = f"/dashboard/apps/{client_id}/edit"
    form = browser.get(path).text
    assert 'value="Weather station"' in form
    assert "https://app.example.com/callback</textarea>" in form
    assert post(browser, path, path, **form_of_new_app(name="Storm", pkce_required="y")).status_code == 302
    assert (only_app(db_session).name, only_app(db_session).pkce_required) == ("Storm", True)
    assert post(browser, path, path, **form_of_new_app(name="Storm")).status_code == 302
    assert only_app(db_session).pkce_required is False


def test_a_public_app_cannot_switch_pkce_off(browser: FlaskClient, db_session: Session) -> None:
    client_id, _page = register(browser, client_type="public")
    path = f"/dashboard/apps/{client_id}/edit"
    assert post(browser, path, path, **form_of_new_app(client_type="public", name="Storm")).status_code == 302
    assert only_app(db_session).pkce_required is True


def test_a_refused_edit_changes_nothing(browser: FlaskClient, db_session: Session) -> None:
    client_id, _page = register(browser)
    path = f"/dashboard/apps/{client_id}/edit"
    page = post(browser, path, path, **form_of_new_app(name="Storm", redirect_uris="javascript:alert(1)"))
    assert page.status_code == 422
    assert "javascript:alert(1)</textarea>" in page.text
    assert only_app(db_session).name == "Weather station"


def test_what_administrators_gave_survives_an_edit(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    client_id, _page = register(browser)
    kept = only_app(db_session)
    kept.grant_types += " password"
    kept.scopes += " users.read"
    db_session.commit()
    path = f"/dashboard/apps/{client_id}/edit"
    assert "Given by an administrator" in browser.get(path).text
    assert post(browser, path, path, **form_of_new_app(name="Storm")).status_code == 302
    kept = only_app(db_session)
    assert "password" in kept.grant_type_list
    assert "users.read" in kept.scope_list


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


def test_where_secrets_are_shown_once_the_page_says_so(make_app: MakeApp) -> None:
    browser = developer(make_app(CLIENT_SECRETS_SHOWN_ONCE="true"))
    client_id, page = register(browser)
    assert 'id="client-secret">pf_secret_' in page
    assert "cannot show it again" in page
    assert '/reveal"' not in browser.get(f"/dashboard/apps/{client_id}/secrets").text


def test_the_pages_speak_german(browser: FlaskClient) -> None:
    client_id, _page = register(browser)
    for path in (
        "",
        "/new",
        f"/{client_id}",
        f"/{client_id}/edit",
        f"/{client_id}/secrets",
        f"/{client_id}/delete",
    ):
        page = browser.get(f"/dashboard/apps{path}", headers={"Accept-Language": "de"})
        assert page.status_code == 200
        assert '<html lang="de"' in page.text
