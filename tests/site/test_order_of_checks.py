"""What is refused early costs nothing: in what order a request is looked at before its view."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import hull
from app.extensions import limiter
from tests import factories as make
from tests.support.apps import MakeApp
from tests.support.statements import count_statements

WAITING = (
    "?next=/oauth/authorize%3Fclient_id%3D{id}%26redirect_uri%3Dhttps%253A%252F%252Fapp.example.com%252Fcb"
)
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Somebody signed in, whose every page asks the database who they are."""
    return make.browser_of(app, make.make_user(app, is_admin=True))


@pytest.fixture
def limited(make_app: MakeApp) -> Iterator[Callable[[], Flask]]:
    """An application that takes one request an hour; the limiter is one a process."""
    manager = limiter.limit_manager
    before = manager.application_limits
    groups = manager._application_limits

    def make_limited() -> Flask:
        manager.set_application_limits([])
        return make_app(RATE_LIMIT_REQUESTS_NUMBER="1", RATE_LIMIT_DURATION_SECONDS="1 hour")

    yield make_limited
    manager.set_application_limits(groups)
    assert manager.application_limits == before


@pytest.mark.parametrize(
    ("method", "url", "form"),
    [
        ("GET", "/account%00", None),
        ("GET", "/account?locale=de%00", None),
        ("GET", "/login" + WAITING.format(id="x") + "%00", None),
        ("POST", "/login", {"username": "a\0b"}),
        ("POST", "/dashboard/apps/new", {"na\0me": "a"}),
    ],
)
def test_unreadable_input_gets_a_request_id_and_asks_no_database(
    app: Flask, browser: FlaskClient, method: str, url: str, form: dict[str, str] | None
) -> None:
    with app.app_context(), count_statements() as statements:
        answer = browser.open(url, method=method, data=form, headers=FROM_HERE)
    assert answer.status_code == 400
    assert re.fullmatch("[a-z2-7]{20}", answer.headers["X-Request-Id"])
    assert answer.headers["X-Request-Id"] in answer.text
    assert statements == []


def test_unreadable_input_is_not_taken_for_a_form_that_came_too_late(browser: FlaskClient) -> None:
    page = browser.post("/dashboard/apps/new", data={"name": "a\0b"}, headers=FROM_HERE)
    assert page.status_code == 400
    assert "open too long" not in page.text
    assert "open for too long" not in page.text


def test_too_many_requests_ask_no_database(limited: Callable[[], Flask]) -> None:
    app = limited()
    browser = make.browser_of(app, make.make_user(app))
    waiting = "/login" + WAITING.format(id=make.make_client(app).id)
    assert browser.get("/robots.txt", environ_overrides=STRANGER).status_code == 200
    for method, url in [("GET", "/account"), ("GET", waiting), ("POST", "/login"), ("POST", "/oauth/token")]:
        with app.app_context(), count_statements() as statements:
            answer = browser.open(url, method=method, environ_overrides=STRANGER)
        assert answer.status_code == 429, url
        assert int(answer.headers["Retry-After"]) > 60
        assert answer.headers["X-Request-Id"] in answer.text
        assert statements == [], url


def test_a_forged_form_asks_no_database_before_it_is_refused(app: Flask) -> None:
    waiting = "/login" + WAITING.format(id=make.make_client(app).id)
    with app.app_context(), count_statements() as statements:
        answer = app.test_client().post(
            waiting, data={"username": "a"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
    assert answer.status_code == 400
    assert statements == []


def test_of_an_administrators_page_strangers_learn_nothing_before_their_form_is_checked(app: Flask) -> None:
    order = hull.BEFORE_PAGES
    steps = [hull.csrf.check, hull.access.require_sign_in, hull.admin_pages.hide_from_others]
    assert [order.index(step) for step in steps] == sorted(order.index(step) for step in steps)
    other = make.browser_of(app, make.make_user(app))
    assert other.get("/admin/users").status_code == 404
    assert app.test_client().get("/admin/users").location == "/login?next=/admin/users"
