"""Failures across all apps: narrowed, opened to cause and advice, secrets masked, the same as owners see."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make
from tests.admin import pages
from tests.support.statements import count_statements

SECRET = "pf_secret_that_nobody_shows"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return pages.administrator(app)[1]


def fail(app: Flask, client: make.App | None = None, **fields: str) -> str:
    """The cause-less answer's request id of a refused token request."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client.id if client else "unknown",
        "client_secret": SECRET,
    }
    answer = app.test_client().post("/oauth/token", data={**form, **fields})
    assert answer.status_code in (400, 401)
    return answer.headers["X-Request-Id"]


def listed(browser: FlaskClient, **query: str) -> list[str]:
    page = browser.get("/admin/failures", query_string=query)
    assert page.status_code == 200
    return causes(page.text)


def causes(page: str) -> list[str]:
    return re.findall(r'log__cause"><code data-cause="(\w+)"', page)


def test_requests_of_all_apps_and_of_none_are_there(app: Flask, browser: FlaskClient) -> None:
    ledger, other = make.make_client(app, name="Ledger"), make.make_client(app)
    fail(app)
    fail(app, ledger)
    fail(app, other, **other.form, grant_type="nonsense")
    grant, secret, unknown = listed(browser)
    assert unknown == "client_unknown"
    assert listed(browser, unknown="y") == [unknown]
    assert listed(browser, app="ledger") == listed(browser, app=ledger.id) == [secret]
    assert listed(browser, cause=grant) == [grant]
    assert listed(browser, app=other.id, cause=secret) == []
    assert listed(browser, endpoint="token") == [grant, secret, unknown]
    assert listed(browser, endpoint="token", cause=secret, app="Ledger") == [secret]


def test_a_row_opens_to_why_and_what_to_do_and_never_to_a_secret(app: Flask, browser: FlaskClient) -> None:
    request_id = fail(app, make.make_client(app, name="Ledger"))
    page = browser.get("/admin/failures").text
    for text in ("Why", "What to do", "The request as received", "Ledger", f"/failures/{request_id}"):
        assert text in page
    assert SECRET not in page
    own = browser.get(f"/failures/{request_id}")
    assert 'id="cause"' in own.text
    assert SECRET not in own.text


def test_what_went_well_is_no_failure(app: Flask, browser: FlaskClient) -> None:
    client = make.make_client(app)
    answer = app.test_client().post("/oauth/token", data={"grant_type": "client_credentials", **client.form})
    assert answer.status_code == 200
    assert listed(browser) == []


def test_an_app_nobody_has_is_said_beside_the_field(browser: FlaskClient) -> None:
    page = browser.get("/admin/failures?app=Nothing&cause=client_unknown")
    assert page.status_code == 422
    assert 'id="app-error"' in page.text
    assert '<option selected value="client_unknown">' in page.text


@pytest.mark.parametrize("name", ["app", "cause", "endpoint", "unknown", "after", "before"])
def test_nasty_filters_break_nothing(app: Flask, browser: FlaskClient, name: str) -> None:
    fail(app)
    for nasty in ("%", "' OR 1=1 --", "<script>alert(1)</script>", "\u202e", "x" * 9000, "none"):
        page = browser.get("/admin/failures", query_string={name: nasty})
        assert page.status_code in (200, 404, 422), ascii(nasty[:40])
        assert "<script>alert" not in page.text, ascii(nasty[:40])


def test_pages_show_every_failure_once_while_others_come(app: Flask, browser: FlaskClient) -> None:
    client = make.make_client(app)
    made = [fail(app, client) for _ in range(30)]
    first = browser.get(f"/admin/failures?app={client.id}").text
    for _ in range(3):
        fail(app, client)
    following = re.search(r'rel="next" href="\?([^"]+)"', first)
    assert following is not None
    second = browser.get("/admin/failures?" + following[1].replace("&amp;", "&")).text
    found = re.findall(r'href="/failures/(\w+)"', first + second)
    assert found == made[::-1]


def test_a_page_costs_as_many_statements_for_many_apps_as_for_few(app: Flask, browser: FlaskClient) -> None:
    fail(app, make.make_client(app))
    browser.get("/admin/failures")
    with count_statements() as few:
        browser.get("/admin/failures")
    for _ in range(9):
        fail(app, make.make_client(app))
    with count_statements() as many:
        assert len(listed(browser)) == 10
    assert len(many) == len(few)


def test_an_administrator_is_not_sent_to_pages_that_only_the_owner_has(
    app: Flask, browser: FlaskClient
) -> None:
    owner = make.make_user(app)
    client = make.make_client(app, owner, redirect_uris=["https://app.example.org/callback"])
    answer = make.ask(app.test_client(), client, redirect_uri="https://elsewhere.example/")
    page = f"/failures/{answer.headers['X-Request-Id']}"
    edit = f'href="/dashboard/apps/{client.id}/edit'
    assert edit in make.browser_of(app, owner).get(page).text
    for path in (page, f"/dashboard/apps/{client.id}/log"):
        seen = browser.get(path)
        assert seen.status_code == 200
        assert edit not in seen.text


def test_a_request_is_found_by_its_id_or_by_the_address_of_its_page(app: Flask, browser: FlaskClient) -> None:
    sought, other = fail(app), fail(app)
    for typed in (sought, f"https://id.example.org/failures/{sought}"):
        page = browser.get("/admin/failures", query_string={"request": typed}).text
        assert (page.count("log__row"), sought in page, other in page) == (1, True, False)
    assert "No request has this ID" in browser.get(f"/admin/failures?request={'a' * 20}").text


@pytest.mark.parametrize("query", ["cause=nothing", "request=what", "endpoint=nowhere"])
def test_a_filter_that_cannot_be_understood_is_told_beside_its_field(
    browser: FlaskClient, query: str
) -> None:
    page = browser.get(f"/admin/failures?{query}")
    assert page.status_code == 422
    assert f'id="{query.partition("=")[0]}-error"' in page.text
