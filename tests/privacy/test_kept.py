"""/privacy says what settings and tables do."""

import re
from datetime import timedelta

import pytest
from babel import Locale
from flask import Flask
from flask.testing import FlaskClient

from app.database.rows import Base
from app.extensions import settings
from app.operations.cleanup import expiring_tables
from app.privacy.durations import in_words
from app.privacy.retention import KEPT, NOTHING_OF_PEOPLE
from tests.support.apps import MakeApp


@pytest.mark.any_database
def test_every_table_is_told_once_or_holds_nothing_of_people() -> None:
    told = [name for each in KEPT for name in each.tables] + list(NOTHING_OF_PEOPLE)
    assert sorted(told) == sorted(table.name for table in Base.metadata.sorted_tables)


@pytest.mark.any_database
def test_what_expires_is_told_with_a_period(app: Flask) -> None:
    with app.app_context():
        periods = {name: each.periods(settings) for each in KEPT for name in each.tables}
    for model in expiring_tables():
        if model.__tablename__ in NOTHING_OF_PEOPLE:
            continue
        told = periods[model.__tablename__]
        assert told, f"{model.__tablename__} ends, and /privacy does not say when"
        assert model.__expiry__ is not None
        beyond = model.__expiry__.kept
        assert not beyond or beyond in told.values(), f"{model.__tablename__} is kept {beyond} more"


@pytest.mark.any_database
@pytest.mark.parametrize("locale", ["en", "de"])
def test_the_periods_are_those_that_are_set(app_with: MakeApp, locale: str) -> None:
    app = app_with(EVENT_RETENTION="17 days", SESSION_TTL="3 hours 20 minutes")
    page = app.test_client().get("/privacy", query_string={"locale": locale})
    assert page.status_code == 200
    for period in (
        ("17 days", "3 hours 20 minutes") if locale == "en" else ("17 Tage", "3 Stunden 20 Minuten")
    ):
        assert period in page.text
    assert not re.search(r"%\(\w+\)", page.text)


@pytest.mark.any_database
def test_the_policy_of_whoever_runs_it_is_linked(app_with: MakeApp, client: FlaskClient) -> None:
    with_policy = app_with(PRIVACY_URL="https://example.org/privacy").test_client().get("/privacy").text
    assert "Read their privacy policy." in with_policy
    assert "Read their privacy policy." not in client.get("/privacy").text


@pytest.mark.any_database
def test_every_page_links_it(client: FlaskClient) -> None:
    assert 'href="/privacy"' in client.get("/login").text


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("period", "words"),
    [
        (timedelta(days=90), "90 days"),
        (timedelta(days=365), "1 year"),
        (timedelta(days=800), "2 years 70 days"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(seconds=1), "1 second"),
    ],
)
def test_periods_are_said_exactly(period: timedelta, words: str) -> None:
    assert in_words(period, Locale("en")) == words
