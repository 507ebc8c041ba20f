"""The page that an answer names tells about its failure, or why it cannot."""

from typing import Any

import pytest
from flask import Flask
from limits import RateLimitItemPerMinute

from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.diagnostics.request_log import cap
from app.extensions import background, limiter
from tests import factories as make
from tests.oauth.world import World
from tests.support.apps import MakeApp
from tests.support.statements import count_statements

STRANGER = {"REMOTE_ADDR": "203.0.113.7"}
PROGRAMS = (
    "/oauth/par",
    "/oauth/token",
    "/v1/token",
    "/oauth/introspect",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/oauth/me",
)


def path_of(answer: Any) -> str:
    """The path of the page that ``error_uri`` names."""
    return str(answer["error_uri"]).removeprefix("http://127.0.0.1:8000")


def page_of(app: Flask, answer: Any, reader: make.Person | None = None) -> str:
    """The page that ``error_uri`` names, as a stranger or as ``reader`` sees it."""
    browser = make.browser_of(app, reader) if reader else app.test_client()
    page = browser.get(path_of(answer.json))
    assert page.status_code == 200
    return page.text


def flush(app: Flask) -> None:
    background.init_app(app)
    background.run_once()


@pytest.mark.parametrize("path", PROGRAMS)
def test_a_method_that_is_not_answered_has_its_page(app: Flask, path: str) -> None:
    answer = app.test_client().delete(path)
    assert answer.status_code == 405
    page_of(app, answer)
    told = page_of(app, answer, make.make_user(app, "root", is_admin=True))
    assert "method_not_allowed" in told
    assert "the method DELETE" in told


def test_the_owner_reads_that_a_token_was_asked_for_by_get(app: Flask) -> None:
    world = World(app)
    answer = world.http.get("/oauth/token", query_string={"client_id": world.client.id})
    assert "the method GET" in page_of(app, answer, world.owner)


def test_a_limit_has_its_page_and_costs_no_statement(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter.limit_manager, "_application_limits", [])  # one a process
    app = make_app(RATE_LIMIT_REQUESTS_NUMBER="3", RATE_LIMIT_DURATION_SECONDS="1 hour")
    client = app.test_client()
    for _ in range(3):
        client.get("/robots.txt", environ_overrides=STRANGER)
    with count_statements() as statements:
        answer = client.post("/oauth/token", environ_overrides=STRANGER)
    assert answer.status_code == 429
    assert statements == []
    flush(app)
    assert "too many requests" in page_of(app, answer)
    told = page_of(app, answer, make.make_user(app, "root", is_admin=True))
    assert "more than 3 requests in 3600 seconds" in told


def test_attack_a_stranger_fills_the_log_with_refusals_beyond_the_cap(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cap, "OF_NO_APP", RateLimitItemPerMinute(4))
    client = app.test_client()
    answers = [client.delete("/oauth/token") for _ in range(20)]
    answers += [client.get("/oauth/userinfo") for _ in range(20)]
    pages = [client.get(path_of(answer.json)) for answer in answers]
    with app.app_context():
        kept = db.session.query(LoggedRequest).count()
    assert kept <= 5
    assert [page.status_code for page in pages] == [200] * kept + [404] * (len(pages) - kept)
    assert "only for some of them" in pages[-1].text


def test_beyond_the_cap_an_app_is_told_where_to_read_why_there_is_no_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cap, "PER_MINUTE", 1)
    world = World(app)
    pages = [world.http.get(path_of(make.answer_of(world.ask(prompt="enter")))) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 404]
    assert "only for some of them" in pages[1].text


def test_what_is_in_no_log_names_no_page(app: Flask) -> None:
    answer = app.test_client().get("/oauth/nowhere")
    assert answer.status_code == 404
    assert set(answer.json or {}) == {"error", "error_description"}


def test_an_unknown_client_id_is_explained_where_no_owner_could_read_its_log(app: Flask) -> None:
    page = app.test_client().get("/oauth/authorize", query_string={"client_id": "0" * 32})
    assert page.status_code == 400
    assert "in its log" not in page.text
    told = app.test_client().get(f"/failures/{page.headers['X-Request-Id']}").text
    assert "No app here has the client ID that was sent." in told


def test_a_page_for_the_person_leads_the_owner_of_an_app_to_its_log(app: Flask) -> None:
    world = World(app)
    query = {"client_id": world.client.id, "redirect_uri": "https://elsewhere.example.org/"}
    assert "in its log" in app.test_client().get("/oauth/authorize", query_string=query).text
