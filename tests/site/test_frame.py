"""What every page has around it: the ways in, the ways on, and who runs the portal."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make
from tests.support.apps import MakeApp

pytestmark = pytest.mark.any_database

LEGAL = {
    "IMPRINT_URL": "https://example.org/imprint",
    "PRIVACY_URL": "https://example.org/privacy",
    "TERMS_URL": "http://example.org/terms",
}


def title(browser: FlaskClient, path: str) -> str:
    found = re.search("<title>(.*?)</title>", browser.get(path).text)
    assert found
    return found[1]


@pytest.mark.parametrize("mode", ["open", "invite", "closed"])
def test_an_account_is_offered_only_where_one_can_be_made(app_with: MakeApp, mode: str) -> None:
    client = app_with(REGISTRATION=mode).test_client()
    for path in ("/", "/login", "/nowhere", "/.well-known/nothing.html"):
        assert ('href="/register' in client.get(path).text) is (mode == "open" and path in ("/", "/login")), (
            path
        )


@pytest.mark.parametrize("locale", ["en", "de"])
def test_who_runs_the_portal_is_linked_at_the_foot_of_every_page(app_with: MakeApp, locale: str) -> None:
    app = app_with(**LEGAL)
    for browser in (app.test_client(), make.browser_of(app, make.make_user(app))):
        for path in ("/", "/login", "/nowhere", "/account/profile"):
            page = browser.get(f"{path}?locale={locale}", follow_redirects=True).text
            links = re.findall(r'href="(https?://[^"]+)"', page.split("<footer", 1)[1])
            assert links == list(LEGAL.values()), path


def test_without_pages_of_the_operator_nothing_is_linked(client: FlaskClient) -> None:
    assert "https://" not in client.get("/").text.split("<footer", 1)[1]


def test_strangers_read_what_there_is_for_developers_before_they_are_asked_to_sign_in(
    app: Flask, client: FlaskClient
) -> None:
    page = client.get("/").text
    assert 'href="/#developers"' in page
    assert 'id="developers"' in page
    own = make.browser_of(app, make.make_user(app)).get("/account").text
    assert 'href="/dashboard/apps"' in own.split("<footer")[1]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Sign in to register apps and see why requests fail."),
        ("de", "Melden Sie sich an, um Apps zu registrieren und zu sehen, warum Anfragen scheitern."),
    ],
)
def test_the_sign_in_page_before_the_dashboard_says_what_it_is_for(
    app: Flask, language: str, told: str
) -> None:
    browser = app.test_client()
    browser.get(f"/?locale={language}")
    for path in ("/dashboard/apps", "/dashboard/apps/new"):
        assert told in browser.get(path, follow_redirects=True).text
        assert told in browser.post("/login", query_string={"next": path}, data={"username": "x"}).text
    for path in ("/account", "/dashboards", "//dashboard/apps"):
        assert told not in browser.get("/login", query_string={"next": path}).text


@pytest.mark.parametrize("path", ["/nowhere", "/failures/unknown"])
def test_a_page_that_is_not_there_keeps_the_header_of_people_who_are_signed_in(app: Flask, path: str) -> None:
    own, strangers = make.browser_of(app, make.make_user(app)).get(path), app.test_client().get(path)
    assert (own.text.count('class="header"'), own.text.count("brand--above")) == (1, 0)
    assert (strangers.text.count('class="header"'), strangers.text.count("brand--above")) == (0, 1)


def test_titles_tell_pages_apart(app: Flask) -> None:
    person = make.make_user(app, is_admin=True)
    client = make.make_client(app, owner=person, name="Ledger")
    browser = make.browser_of(app, person)
    home = f"/dashboard/apps/{client.id}"
    paths = (
        *(
            "/account",
            "/dashboard/apps",
            "/admin",
            "/admin/apps",
            "/admin/failures",
            f"/admin/apps/{client.id}",
        ),
        *(home, f"{home}/edit", f"{home}/log", f"{home}/secrets", f"{home}/secrets/new", f"{home}/delete"),
    )
    titles = [title(browser, path) for path in paths]
    assert len(set(titles)) == len(titles), titles
    assert title(browser, f"{home}/log") == "Request log · Ledger · Pforte"
    assert title(browser, "/admin") == "Administration · Pforte"


def test_what_the_menu_is_called_begins_with_words_and_holds_the_name_that_is_seen(app: Flask) -> None:
    page = make.browser_of(app, make.make_user(app, "anna")).get("/account").text
    summary = page.split("<summary", 1)[1].split("</summary>")[0]
    assert "aria-label" not in summary
    assert '<span class="visually-hidden">Menu of</span> <span class="menu__name">anna</span>' in summary
