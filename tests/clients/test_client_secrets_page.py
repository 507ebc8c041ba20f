from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import ClientSecret
from tests.authentication.visitors import PASSWORD, sign_in
from tests.clients.developers import developer, post, register, shown
from tests.support.apps import MakeApp

WRONG = "not the password"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return developer(app)


@pytest.fixture
def secrets(browser: FlaskClient) -> str:
    """The path of the secrets page of an app."""
    return f"/dashboard/apps/{register(browser)[0]}/secrets"


def rows(session: Session) -> list[ClientSecret]:
    session.expire_all()
    return list(session.scalars(select(ClientSecret).order_by(ClientSecret.id)))


def test_a_second_secret_beside_the_first_is_shown_right_after(
    browser: FlaskClient, secrets: str, db_session: Session
) -> None:
    answer = post(browser, f"{secrets}/new", name="production server", expires="30")
    assert answer.location == secrets.removesuffix("/secrets")
    secret = shown(browser.get(answer.location), "client-secret")
    assert secret is not None
    first, second = rows(db_session)
    assert first.revoked_at is None
    assert (second.name, second.last_four, second.created_by) == ("production server", secret[-4:], "anna")
    assert second.expires_at is not None
    page = browser.get(secrets).text
    assert f"pf_secret_••••••••{first.last_four}" in page
    assert secret not in page


@pytest.mark.any_database
@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "x" * 101}, {"name": "x", "expires": "9999"}])
def test_a_secret_needs_a_name_and_a_known_lifetime(
    browser: FlaskClient, secrets: str, db_session: Session, fields: dict[str, str]
) -> None:
    page = post(browser, f"{secrets}/new", **fields)
    assert page.status_code == 422
    assert "field__error" in page.text
    assert len(rows(db_session)) == 1


def test_an_eleventh_valid_secret_is_refused(browser: FlaskClient, secrets: str, db_session: Session) -> None:
    for number in range(9):
        assert post(browser, f"{secrets}/new", name=str(number)).status_code == 302
    page = post(browser, f"{secrets}/new", name="one more")
    assert page.status_code == 422
    assert "up to 10 valid secrets" in page.text
    assert len(rows(db_session)) == 10


def test_revoking_ends_a_secret_and_keeps_it_in_the_list(
    browser: FlaskClient, secrets: str, db_session: Session
) -> None:
    [secret] = rows(db_session)
    assert post(browser, f"{secrets}/{secret.id}/revoke").location == secrets
    assert rows(db_session)[0].revoked_at is not None
    page = browser.get(secrets).text
    assert "No longer valid" in page
    assert "No secret is valid" in page
    assert browser.get(f"{secrets}/{secret.id}/reveal").status_code == 404


def test_the_password_reveals_a_secret(browser: FlaskClient, secrets: str, db_session: Session) -> None:
    [secret] = rows(db_session)
    path = f"{secrets}/{secret.id}/reveal"
    assert shown(browser.get(path), "client-secret") is None
    app_page = secrets.removesuffix("/secrets")
    assert f'href="{path}"' in browser.get(app_page).text
    answer = post(browser, path, path, password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, app_page)
    page = browser.get(app_page)
    text = shown(page, "client-secret")
    assert text is not None
    assert text.endswith(secret.last_four)
    assert page.headers["Cache-Control"] == "no-store"
    assert shown(browser.get(app_page), "client-secret") is None


def test_the_page_says_which_secret_it_shows_and_whether_it_is_new(
    browser: FlaskClient, secrets: str, db_session: Session
) -> None:
    added = browser.get(post(browser, f"{secrets}/new", name="production server").location).text
    assert "The secret “production server” is added." in added
    assert "Client secret “production server”" in added
    assert "Copy the secret now" in added
    first, second = rows(db_session)
    for row, name in ((first, "default"), (second, "production server")):
        path = f"{secrets}/{row.id}/reveal"
        page = browser.get(post(browser, path, path, password=PASSWORD).location).text
        assert f"This is the secret “{name}”" in page
        assert "Copy the secret now" not in page


@pytest.mark.any_database
def test_the_name_that_the_portal_gave_a_secret_is_in_the_readers_language(
    browser: FlaskClient, secrets: str
) -> None:
    page = browser.get(f"{secrets}?locale=de").text
    assert "Standard" in page
    assert "default" not in page


@pytest.mark.any_database
@pytest.mark.parametrize("fields", [{}, {"password": ""}, {"password": WRONG}])
def test_without_the_password_nothing_is_revealed(
    browser: FlaskClient, secrets: str, db_session: Session, fields: dict[str, str]
) -> None:
    page = post(browser, f"{secrets}/{rows(db_session)[0].id}/reveal", **fields)
    assert page.status_code == 422
    assert "field__error" in page.text
    assert "pf_secret_" not in page.text
    assert WRONG not in page.text


def test_guessing_the_password_here_is_slowed_like_a_sign_in(
    app: Flask, browser: FlaskClient, secrets: str, db_session: Session
) -> None:
    path = f"{secrets}/{rows(db_session)[0].id}/reveal"
    for _try in range(5):
        assert post(browser, path, password=WRONG).status_code == 422
    refused = post(browser, path, password=PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert shown(refused, "client-secret") is None
    assert sign_in(app.test_client()).status_code == 303  # each session counts for itself
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=31)):
        assert shown(browser.get(post(browser, path, password=PASSWORD).location), "client-secret")


def test_tries_of_strangers_at_the_sign_in_do_not_count_here(
    app: Flask, browser: FlaskClient, secrets: str, db_session: Session
) -> None:
    for _try in range(5):
        sign_in(app.test_client(), password=WRONG)
    assert sign_in(app.test_client()).status_code == 429
    assert post(browser, f"{secrets}/{rows(db_session)[0].id}/reveal", password=PASSWORD).status_code == 303


def test_a_secret_of_another_app_of_the_same_person_is_a_404_here(
    browser: FlaskClient, secrets: str, db_session: Session
) -> None:
    register(browser, name="Other")
    other = rows(db_session)[1]
    assert post(browser, f"{secrets}/{other.id}/revoke").status_code == 404
    assert post(browser, f"{secrets}/{other.id}/reveal", password=PASSWORD).status_code == 404
    assert rows(db_session)[1].revoked_at is None


def test_a_public_app_gets_no_secret(browser: FlaskClient, db_session: Session) -> None:
    client_id, _page = register(browser, client_type="public")
    path = f"/dashboard/apps/{client_id}/secrets"
    assert "Public apps have no secrets" in browser.get(path).text
    assert post(browser, f"{path}/new", name="x").status_code == 422
    assert rows(db_session) == []


def test_where_secrets_are_shown_once_the_password_reveals_none(
    app_with: MakeApp, db_session: Session
) -> None:
    browser = developer(app_with(CLIENT_SECRETS_SHOWN_ONCE="true"))
    client_id, _page = register(browser)
    path = f"/dashboard/apps/{client_id}/secrets/{rows(db_session)[0].id}/reveal"
    assert post(browser, path, password=PASSWORD).status_code == 404
