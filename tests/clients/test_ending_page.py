from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import Client
from app.consents.decisions import give_consent
from app.database.rows import db
from tests.authentication.visitors import make_user
from tests.clients.developers import developer, post, register


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return developer(app)


@pytest.fixture
def path(browser: FlaskClient) -> str:
    return f"/dashboard/apps/{register(browser)[0]}"


def apps(session: Session) -> list[Client]:
    session.expire_all()
    return list(session.scalars(select(Client)))


def connect(app: Flask, path: str, *names: str) -> None:
    for name in names:
        user_id = make_user(app, name, f"{name}@example.org")
        with app.app_context():
            give_consent(user_id, path.rsplit("/", 1)[1], ["openid"])
            db.session.commit()


def test_disabling_and_enabling_an_app(browser: FlaskClient, path: str, db_session: Session) -> None:
    assert post(browser, f"{path}/disable").location == path
    assert apps(db_session)[0].disabled_by == "owner"
    assert "This app is disabled" in browser.get(path).text
    assert post(browser, f"{path}/enable").location == path
    assert apps(db_session)[0].disabled_at is None


def test_what_an_administrator_disabled_its_owner_cannot_enable(
    browser: FlaskClient, path: str, db_session: Session
) -> None:
    [client] = apps(db_session)
    client.disabled_at, client.disabled_by = datetime.now(UTC), "administrator"
    db_session.commit()
    page = browser.get(path).text
    assert "An administrator disabled this app" in page
    assert f'action="{path}/enable"' not in page
    assert "only an administrator can enable it" in browser.get(post(browser, f"{path}/enable").location).text
    post(browser, f"{path}/disable")
    post(browser, f"{path}/enable")
    assert apps(db_session)[0].disabled_by == "administrator"


def test_the_confirmation_says_how_many_people_lose_access(
    app: Flask, browser: FlaskClient, path: str
) -> None:
    assert "Nobody uses this app at present." in browser.get(f"{path}/delete").text
    connect(app, path, "ben")
    assert "1 person loses access." in browser.get(f"{path}/delete").text
    connect(app, path, "carla", "dora")
    assert "3 people lose access." in browser.get(f"{path}/delete").text


@pytest.mark.any_database
@pytest.mark.parametrize("typed", ["", "weather", "weather station", "Weather station 2"])
def test_without_the_exact_name_nothing_is_deleted(
    browser: FlaskClient, path: str, db_session: Session, typed: str
) -> None:
    page = post(browser, f"{path}/delete", confirm=typed)
    assert page.status_code == 422
    assert 'id="confirm-error"' in page.text
    assert len(apps(db_session)) == 1


def test_the_name_deletes_the_app_and_its_pages(browser: FlaskClient, path: str, db_session: Session) -> None:
    assert post(browser, f"{path}/delete", confirm=" Weather station ").location == "/dashboard/apps"
    assert apps(db_session) == []
    assert browser.get(path).status_code == 404
