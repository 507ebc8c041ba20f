import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories as make
from tests.admin import acts, pages
from tests.authentication.visitors import make_user
from tests.clients.developers import developer, form_of_new_app, only_app, post, register


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return developer(app)


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
    assert "Only administrators give or take" in browser.get(path).text
    assert post(browser, path, path, **form_of_new_app(name="Storm")).status_code == 302
    kept = only_app(db_session)
    assert "password" in kept.grant_type_list
    assert "users.read" in kept.scope_list


def test_a_permission_that_became_restricted_stays_with_the_app_until_an_administrator_takes_it(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    make.make_scope(app, "reports.read")
    client_id, _page = register(browser, scopes=["openid", "reports.read"])
    restrict(app, "reports.read")
    path = f"/dashboard/apps/{client_id}/edit"
    page = browser.get(path).text
    assert 'value="reports.read"' not in page
    assert "<code>reports.read</code>" in page
    assert "reports.read" in browser.get(f"/dashboard/apps/{client_id}").text
    assert post(browser, path, path, **form_of_new_app(name="Storm", scopes=["email"])).status_code == 302
    assert set(only_app(db_session).scope_list) == {"email", "reports.read"}
    _chief, administrator = pages.administrator(app)
    acts.act(administrator, f"/admin/apps/{client_id}/powers")
    db_session.expire_all()
    assert only_app(db_session).scope_list == ["email"]
    refused = post(browser, path, path, **form_of_new_app(name="Storm", scopes=["email", "reports.read"]))
    assert refused.status_code == 422
    assert "Only an administrator can give the permission “reports.read”." in refused.text
    acts.act(administrator, f"/admin/apps/{client_id}/powers", scopes="reports.read")
    db_session.expire_all()
    assert set(only_app(db_session).scope_list) == {"email", "reports.read"}


def restrict(app: Flask, name: str) -> None:
    """Make the scope restricted, as an administrator does."""
    assert app.test_cli_runner().invoke(args=["scope", "update", name, "--restricted"]).exit_code == 0


def test_where_people_go_after_signing_out_is_kept_checked_and_taken_back(
    browser: FlaskClient, db_session: Session
) -> None:
    client_id, _page = register(browser)
    path = f"/dashboard/apps/{client_id}/edit"
    uris = "https://app.example.com/bye\r\nhttps://app.example.com/see-you?from=pforte\r\n"
    assert post(browser, path, path, **form_of_new_app(post_logout_redirect_uris=uris)).status_code == 302
    assert only_app(db_session).post_logout_redirect_uris.split() == uris.split()
    assert "https://app.example.com/see-you?from=pforte</textarea>" in browser.get(path).text
    for wrong in ("http://app.example.com/bye", "javascript:alert(1)", "/bye", "https://a.example/#bye"):
        page = post(browser, path, path, **form_of_new_app(post_logout_redirect_uris=wrong))
        assert (page.status_code, 'id="post_logout_redirect_uris-error"' in page.text) == (422, True)
    assert post(browser, path, path, **form_of_new_app(name="Storm")).status_code == 302
    assert only_app(db_session).post_logout_redirect_uris.split() == uris.split()
    assert post(browser, path, path, **form_of_new_app(post_logout_redirect_uris="")).status_code == 302
    assert only_app(db_session).post_logout_redirect_uris == ""
