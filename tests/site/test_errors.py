"""Failures are pages for people and JSON for programs."""

import logging
import re
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.exceptions import TooManyRequests

from app import create_app
from app.authentication.access import public
from app.database.rows import db
from app.extensions import metrics
from tests.support.apps import MakeApp
from tests.support.databases import make_settings

pytestmark = pytest.mark.any_database

STATUSES = (400, 403, 404, 405, 413, 429, 500, 503)
UNREACHABLE = (
    "sqlite:////nowhere/at/all/pforte.sqlite3",
    "mysql+pymysql://pforte:secret-of-the-database@127.0.0.1:1/pforte",
)


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application of the test's own, which gets routes more."""
    return make_app()


def failing(status: int) -> str:
    abort(status)


def asking() -> str:
    return str(db.session.execute(text("SELECT 1 WHERE 'what a person typed' IS NOT NULL")).scalar())


def with_probes(app: Flask) -> FlaskClient:
    app.add_url_rule("/probe/<int:status>", view_func=public(failing))
    app.add_url_rule("/api/probe/<int:status>", "api_probe", public(failing))
    app.add_url_rule("/oauth/probe/<int:status>", "oauth_probe", public(failing))
    app.add_url_rule("/probe/database", view_func=public(asking))
    return app.test_client()


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_page_of_its_own(app: Flask, status: int) -> None:
    answer = with_probes(app).get(f"/probe/{status}")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert answer.text.count("<h1") == 1
    assert f"<code>{status}</code>" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("query", "accepted"), [("?locale=de", "en"), ("", "de-AT,en;q=0.5")])
def test_every_error_is_told_in_the_readers_language(
    app: Flask, status: int, query: str, accepted: str
) -> None:
    client = with_probes(app)
    german = client.get(f"/probe/{status}{query}", headers={"Accept-Language": accepted}).text
    english = client.get(f"/probe/{status}?locale=en").text
    assert '<html lang="de">' in german
    assert '<html lang="en">' in english
    headings = [re.findall(r"<h1[^>]*>(.*?)</h1>", page) for page in (german, english)]
    assert headings[0] != headings[1]


@pytest.mark.parametrize("status", STATUSES)
def test_programs_get_their_errors_as_json(app: Flask, status: int) -> None:
    client = with_probes(app)
    plain = client.get(f"/api/probe/{status}")
    assert plain.status_code == status
    assert set(plain.json or {}) == {"error", "message"}
    oauth = client.get(f"/oauth/probe/{status}")
    assert oauth.status_code == status
    told = oauth.json or {}
    assert set(told) - {"error_uri"} == {"error", "error_description"}
    assert ("error_uri" in told) is (status not in (400, 403, 404))  # in no log: there is no page about them


@pytest.mark.parametrize(
    ("status", "error"), [(429, "temporarily_unavailable"), (503, "temporarily_unavailable")]
)
def test_trouble_of_ours_tells_integrations_to_come_back(app: Flask, status: int, error: str) -> None:
    answer = with_probes(app).get(f"/oauth/probe/{status}")
    assert (answer.json or {})["error"] == error
    assert int(answer.headers["Retry-After"]) > 0


def test_the_wait_that_a_page_names_is_kept(app: Flask) -> None:
    @public
    def wait() -> str:
        raise TooManyRequests(retry_after=77)

    app.add_url_rule("/probe/wait", view_func=wait)
    assert app.test_client().get("/probe/wait").headers["Retry-After"] == "77"


def test_a_method_that_a_page_does_not_know_is_told_which_ones_it_knows(client: FlaskClient) -> None:
    answer = client.open("/robots.txt", method="PROPFIND")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_form_without_its_token_says_that_the_page_was_open_too_long(app: Flask) -> None:
    app.add_url_rule("/probe/form", "probe_form", public(lambda: "sent"), methods=["GET", "POST"])
    answer = app.test_client().post("/probe/form?next=%2Faccount", data={"name": "Ada"})
    assert answer.status_code == 400
    assert "This page was open too long" in answer.text
    assert 'href="/probe/form?next=%2Faccount"' in answer.text


@pytest.mark.parametrize(
    ("referrer", "offered"),
    [
        ("http://localhost/account/sessions", True),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_pages_of_our_own_are_offered_as_the_way_back(app: Flask, referrer: str, offered: bool) -> None:
    app.add_url_rule("/probe/post", "probe_post", public(lambda: "sent"), methods=["POST"])
    answer = app.test_client().post("/probe/post", headers={"Referer": referrer})
    assert answer.status_code == 400
    assert (f'href="{referrer}"' in answer.text) is offered


@pytest.mark.parametrize("url", UNREACHABLE)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_lost_database_is_a_503_that_says_when_to_come_back(
    url: str, language: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(make_settings(url, tmp_path))
    with caplog.at_level(logging.ERROR, app.logger.name):
        answer = with_probes(app).get("/probe/database", headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert f'<html lang="{language}">' in answer.text
    assert {record.request_id for record in caplog.records} == {answer.headers["X-Request-Id"]}  # type: ignore[attr-defined]
    for secret in ("what a person typed", "secret-of-the-database"):
        assert secret not in caplog.text + answer.text


@pytest.mark.parametrize("url", UNREACHABLE)
def test_the_start_page_needs_no_database(url: str, tmp_path: Path) -> None:
    app = create_app(make_settings(url, tmp_path))
    assert app.test_client().get("/").status_code == 200


def test_forms_of_other_sites_are_counted(client: FlaskClient) -> None:
    metrics._noted.clear()  # of the tests before
    sent = {"username": "anna", "csrf_token": "forged"}
    for path in ("/login", "/forgot-password"):
        answer = client.post(
            path, data=sent, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        )
        assert answer.status_code == 400
    metrics.flush()
    assert ("pforte_forms_refused_total", "", 2.0) in metrics.read()
