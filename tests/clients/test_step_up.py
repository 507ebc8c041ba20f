"""An open browser is not enough to take an app over: the password is asked, and the owner gets a mail."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.clients.models import ClientSecret
from app.clients.redirect_uris import place_of
from app.clock import now
from app.database.rows import db
from app.diagnostics import causes
from app.users import accounts
from app.users.accounts import find_user
from tests.account.visitor import mails
from tests.admin import acts
from tests.authentication.visitors import PASSWORD, csrf_token
from tests.clients.developers import (
    developer,
    form_of_new_app,
    only_app,
    post,
    register,
    run_flask_client,
    shown,
)
from tests.diagnostics.answers import answer as write_failure
from tests.support.mailboxes import text_of

ELSEWHERE = "https://evil.example/callback"
FILLED_IN = 'value="build server"'


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    browser = developer(app)
    with app.app_context():
        anna = find_user("anna")
        assert anna is not None
        anna.email_verified_at = now()
        db.session.commit()
    return browser


@pytest.fixture
def path(browser: FlaskClient) -> str:
    """The page of an app."""
    return f"/dashboard/apps/{register(browser)[0]}"


@pytest.fixture
def stale(path: str, db_session: Session) -> None:
    """The last password check was long ago."""
    acts.grow_stale(db_session)


def give_password(browser: FlaskClient, asked: TestResponse) -> TestResponse:
    """The page that the question for the password leads back to."""
    assert asked.status_code == 302
    assert asked.location.startswith("/reauthenticate?next=")
    back = post(browser, asked.location, asked.location, password=PASSWORD)
    assert back.status_code == 303
    return browser.get(back.location)


@pytest.mark.usefixtures("stale")
def test_a_new_secret_asks_for_the_password_and_keeps_what_was_typed(
    app: Flask, browser: FlaskClient, path: str, db_session: Session
) -> None:
    typed = {"name": "build server", "expires": "90"}
    page = give_password(browser, post(browser, f"{path}/secrets/new", f"{path}/secrets", **typed))
    assert FILLED_IN in page.text
    assert 'value="90" selected' in page.text or 'selected value="90"' in page.text
    assert len(only_app(db_session).secrets) == 1
    assert post(browser, f"{path}/secrets/new", f"{path}/secrets", **typed).location == path
    assert len(only_app(db_session).secrets) == 2


@pytest.mark.usefixtures("stale")
@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": ELSEWHERE},
        {"redirect_uris": f"https://app.example.com/callback\n{ELSEWHERE}"},
        {"client_type": "public"},
        {"grant_types": ["authorization_code", "refresh_token", "client_credentials"]},
        {"pkce_required": ""},
    ],
)
def test_what_decides_who_gets_codes_and_tokens_asks_for_the_password(
    browser: FlaskClient, path: str, db_session: Session, changes: dict[str, object]
) -> None:
    before = only_app(db_session).redirect_uri_list, only_app(db_session).revision
    form = form_of_new_app(**{"name": "Storm", "pkce_required": "y", **changes})
    page = give_password(browser, post(browser, f"{path}/edit", f"{path}/edit", **form))
    assert 'value="Storm"' in page.text
    assert (only_app(db_session).redirect_uri_list, only_app(db_session).revision) == before
    assert post(browser, f"{path}/edit", f"{path}/edit", **form).location == path
    assert only_app(db_session).name == "Storm"


@pytest.mark.usefixtures("stale")
def test_a_new_name_asks_for_no_password(browser: FlaskClient, path: str, db_session: Session) -> None:
    form = form_of_new_app(name="Storm", pkce_required="y")
    assert post(browser, f"{path}/edit", f"{path}/edit", **form).location == path
    assert only_app(db_session).name == "Storm"


def failure(app: Flask, session: Session, sent: str) -> str:
    """The page of a request that came with this redirect URI."""
    client = only_app(session)
    parameters = {"client_id": client.id, "redirect_uri": sent}
    return "/failures/" + write_failure(
        app,
        client.id,
        causes.REDIRECT_URI_UNREGISTERED,
        endpoint="authorize",
        parameters=parameters,
        sent=sent,
        nearest=client.redirect_uri_list[0],
        differs=["path"],
    )


@pytest.mark.usefixtures("stale")
def test_one_click_registers_what_leads_to_a_host_that_is_registered(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    sent = "https://app.example.com/other"
    page = failure(app, db_session, sent)
    assert post(browser, f"{page}/repair", page).location == page
    assert sent in only_app(db_session).redirect_uri_list


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_redirect_uri_of_another_host_stands_alone_and_asks_for_the_password(
    app: Flask, browser: FlaskClient, path: str, db_session: Session, language: str
) -> None:
    page = failure(app, db_session, ELSEWHERE)
    assert f'action="{page}/repair"' not in browser.get(page).text
    own_page = f"{page}/repair/elsewhere"
    assert post(browser, f"{page}/repair", "/account/sessions").location == own_page
    shown_page = browser.get(own_page, headers={"Accept-Language": language})
    assert '<p class="failure__place"><code>evil.example</code></p>' in shown_page.text
    assert ELSEWHERE in shown_page.text
    for wrong in ("", "not the password"):
        refused = post(browser, own_page, own_page, password=wrong)
        assert refused.status_code == 422
        assert "field__error" in refused.text
    assert ELSEWHERE not in only_app(db_session).redirect_uri_list
    assert post(browser, own_page, own_page, password=PASSWORD).location == page
    assert ELSEWHERE in only_app(db_session).redirect_uri_list
    assert browser.get(own_page).location == page  # once is enough


def test_guessing_the_password_of_a_repair_is_limited(
    app: Flask, browser: FlaskClient, path: str, db_session: Session
) -> None:
    own_page = failure(app, db_session, ELSEWHERE) + "/repair/elsewhere"
    tries = [post(browser, own_page, own_page, password="not it").status_code for _ in range(6)]
    assert tries == [422] * 5 + [429]
    assert post(browser, own_page, own_page, password=PASSWORD).headers["Retry-After"]
    assert ELSEWHERE not in only_app(db_session).redirect_uri_list


def test_the_page_of_another_host_is_the_owners(
    app: Flask, browser: FlaskClient, path: str, db_session: Session
) -> None:
    own_page = failure(app, db_session, ELSEWHERE) + "/repair/elsewhere"
    ben = developer(app, "ben")
    assert ben.get(own_page).status_code == 404
    assert ben.post(own_page, data={"csrf_token": csrf_token(ben, "/account/sessions")}).status_code == 404


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://app.example.org/a", "https://APP.example.org/b?c", True),
        ("https://app.example.org/a", "https://app.example.org:8443/a", False),
        ("https://app.example.org/a", "https://app.example.org.evil.example/a", False),
        ("http://127.0.0.1/a", "http://127.0.0.1:8000/b", True),
        ("http://127.0.0.1/a", "http://[::1]/a", False),
        ("com.example.app:/a", "com.example.app:/b", True),
        ("com.example.app:/a", "org.example.app:/a", False),
        ("http://localhost:3000/a", "https://localhost/a", True),
    ],
)
def test_what_leads_to_the_same_place(one: str, other: str, same: bool) -> None:
    assert (place_of(one) == place_of(other)) is same


def test_registering_an_app_sends_no_mail(app: Flask, browser: FlaskClient, path: str) -> None:
    assert mails(app) == []


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "A new secret for “Weather station”"), ("de", "Ein neues Secret für „Weather station“")],
)
def test_the_owner_is_told_of_a_new_secret_in_the_language_of_the_page(
    app: Flask, browser: FlaskClient, path: str, language: str, subject: str
) -> None:
    browser.get(f"/?locale={language}")
    answer = post(browser, f"{path}/secrets/new", f"{path}/secrets", name="build server")
    secret = shown(browser.get(answer.location), "client-secret")
    assert secret is not None
    (mail,) = mails(app, "secret_added")
    assert mail["Subject"] == subject
    assert "build server" in text_of(mail)
    assert f"{path}/secrets" in text_of(mail)
    assert secret not in mail.as_string()
    assert secret[-4:] not in text_of(mail)


def test_the_owner_is_told_that_a_secret_was_shown(
    app: Flask, browser: FlaskClient, path: str, db_session: Session
) -> None:
    [secret] = db_session.scalars(select(ClientSecret))
    reveal = f"{path}/secrets/{secret.id}/reveal"
    text = shown(browser.get(post(browser, reveal, reveal, password=PASSWORD).location), "client-secret")
    assert text is not None
    (mail,) = mails(app, "secret_revealed")
    assert text not in mail.as_string()


def test_the_owner_is_told_that_the_secrets_were_replaced(app: Flask, path: str) -> None:
    client_id = path.rpartition("/")[2]
    assert run_flask_client(app)("rotate-secret", client_id).exit_code == 0
    (mail,) = mails(app, "secrets_replaced")
    assert mail["Subject"] == "The secrets of “Weather station” were replaced"


def test_the_owner_is_told_which_redirect_uris_came_and_went(
    app: Flask, browser: FlaskClient, path: str
) -> None:
    form = form_of_new_app(redirect_uris=f"{ELSEWHERE}\nhttps://evil.example/two")
    assert post(browser, f"{path}/edit", f"{path}/edit", **form).location == path
    (mail,) = mails(app, "redirect_uris_changed")
    added, _, removed = text_of(mail).partition("Removed:")
    assert added.splitlines()[-3:-1] == [ELSEWHERE, "https://evil.example/two"]
    assert removed.splitlines()[1] == "https://app.example.com/callback"


def test_a_mail_about_many_long_redirect_uris_fits_into_the_outbox(
    app: Flask, browser: FlaskClient, path: str
) -> None:
    uris = [f"https://app.example.com/{number}/".ljust(1990, "x") for number in range(30)]
    for last in ("a", "b"):
        form = form_of_new_app(redirect_uris="\n".join(uri + last for uri in uris))
        assert post(browser, f"{path}/edit", f"{path}/edit", **form).location == path
    assert len(mails(app, "redirect_uris_changed")) == 2


@pytest.mark.usefixtures("stale")
def test_attack_a_copied_cookie_deletes_an_app(browser: FlaskClient, path: str, db_session: Session) -> None:
    """The password is asked before the page, and once more where it was given too long ago; the name stays typed."""
    delete = f"{path}/delete"
    assert browser.get(delete).location.startswith("/reauthenticate?next=")
    page = give_password(browser, post(browser, delete, path, confirm="Weather station"))
    assert 'value="Weather station"' in page.text
    assert only_app(db_session)
    assert post(browser, delete, confirm="Weather station").location == "/dashboard/apps"


def test_disabling_an_app_asks_for_no_password_since_it_can_be_enabled_again(
    browser: FlaskClient, path: str, db_session: Session
) -> None:
    acts.grow_stale(db_session)
    assert post(browser, f"{path}/disable", path).location == path


def test_the_owner_is_told_that_the_app_was_deleted(app: Flask, browser: FlaskClient, path: str) -> None:
    post(browser, f"{path}/delete", confirm="Weather station")
    (mail,) = mails(app, "app_deleted")
    assert mail["Subject"] == "Your app “Weather station” was deleted"
    assert "/account/security" in text_of(mail)


def test_the_owner_is_told_that_somebody_else_deleted_the_app(app: Flask, path: str) -> None:
    assert run_flask_client(app)("delete", path.rpartition("/")[2]).exit_code == 0
    (mail,) = mails(app, "app_deleted")
    assert "If you did not expect it, please ask them." in " ".join(text_of(mail).split())
    assert "/account/security" not in text_of(mail)


def test_apps_that_go_with_their_account_send_no_mail(app: Flask, path: str) -> None:
    with app.app_context():
        anna = find_user("anna")
        assert anna is not None
        accounts.delete(anna)
        db.session.commit()
    assert mails(app, "app_deleted") == []


def test_an_address_that_is_not_confirmed_gets_no_mail_about_an_app(app: Flask) -> None:
    browser = developer(app)
    client_id, _page = register(browser)
    secrets = f"/dashboard/apps/{client_id}/secrets"
    assert post(browser, f"{secrets}/new", secrets, name="build server").status_code == 302
    assert mails(app) == []
