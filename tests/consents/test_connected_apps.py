from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consents.decisions import give_consent
from app.consents.models import Consent
from app.database.rows import db
from app.users.accounts import find_user
from tests import factories as make
from tests.clients.developers import developer, make_client, post

PAGE = "/account/apps"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return developer(app)


def connect(app: Flask, username: str = "anna", name: str = "Weather station") -> str:
    """The client_id of a new app that this person lets in."""
    with app.app_context():
        user = find_user(username)
        assert user is not None
        client, _secret = make_client(name=name, homepage_url="https://weather.example")
        give_consent(user.id, client.id, ["openid", "email"])
        db.session.commit()
        return client.id


def test_an_empty_page_says_what_it_is_for(browser: FlaskClient) -> None:
    assert "No app has access to your account" in browser.get(PAGE).text


@pytest.mark.asvs("10.7.3")
def test_connected_apps_are_shown_with_what_they_may_do_and_since_when(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    connect(app)
    page = browser.get(PAGE).text
    assert "Weather station" in page
    assert "https://weather.example" in page
    assert "See your email address" in page
    assert "never" in page
    consent = db_session.scalars(select(Consent)).one()
    consent.granted_at = datetime.now(UTC) - timedelta(days=3)
    consent.last_used_at = datetime.now(UTC) - timedelta(hours=2)
    db_session.commit()
    page = browser.get(PAGE).text
    assert "3 days ago" in page
    assert "2 hours ago" in page


@pytest.mark.asvs("10.4.9", "10.7.3")
def test_disconnecting_ends_the_consent_and_leaves_the_others(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    client_id, other = connect(app), connect(app, name="Other")
    answer = post(browser, f"{PAGE}/{client_id}/disconnect", PAGE)
    assert answer.location == PAGE
    assert "Weather station no longer has access" in browser.get(PAGE).text
    ended = {each.client_id: each.withdrawn_at is not None for each in db_session.scalars(select(Consent))}
    assert ended == {client_id: True, other: False}
    assert post(browser, f"{PAGE}/{client_id}/disconnect", PAGE).status_code == 404


def test_nobody_disconnects_another_persons_apps(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    developer(app, "ben")
    client_id = connect(app, "ben")
    assert "Weather station" not in browser.get(PAGE).text
    assert post(browser, f"{PAGE}/{client_id}/disconnect").status_code == 404
    assert db_session.scalars(select(Consent.withdrawn_at)).one() is None


def test_an_unknown_app_is_a_404(browser: FlaskClient) -> None:
    assert post(browser, f"{PAGE}/unknown/disconnect").status_code == 404


def test_disconnecting_needs_the_csrf_token(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    client_id = connect(app)
    assert browser.post(f"{PAGE}/{client_id}/disconnect").status_code == 400
    assert browser.get(f"{PAGE}/{client_id}/disconnect").status_code == 405
    assert db_session.scalars(select(Consent.withdrawn_at)).one() is None


def test_an_app_that_is_closed_to_ones_groups_is_said_to_have_no_access(app: Flask) -> None:
    anna = make.make_user(app)
    sales, closed, still_open = (
        make.make_group(app, "Sales", anna),
        make.make_client(app),
        make.make_client(app),
    )
    browser = make.browser_of(app, anna)
    make.restrict(app, closed, sales)
    for client in (closed, still_open):
        make.tokens_for(client, browser, scope="profile")
    said = "Only certain groups may use this app now"
    assert said not in browser.get("/account/apps").text
    make.leave(app, sales, anna)
    assert browser.get("/account/apps").text.count(said) == 1
