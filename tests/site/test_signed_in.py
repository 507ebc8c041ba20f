"""The frame of pages for somebody who is signed in."""

from flask import Flask
from flask.testing import FlaskClient

from tests.authentication.visitors import make_user, post, sign_in
from tests.support.statements import count_statements

GERMAN = {"Accept-Language": "de"}


def signed_in(app: Flask, **more: str) -> FlaskClient:
    make_user(app, **more)
    browser = app.test_client()
    assert sign_in(browser).status_code in (302, 303)
    return browser


def test_the_header_names_the_person_and_offers_to_sign_out(app: Flask) -> None:
    browser = signed_in(app)
    post(browser, "/account/profile", form_on="/account/profile", name="Anna <b>Muster</b>")
    page = browser.get("/account").text
    assert "Anna &lt;b&gt;Muster&lt;/b&gt;" in page
    assert 'action="/logout"' in page
    assert 'href="/account"' in page


def test_only_administrators_are_shown_the_way_to_their_pages(app: Flask) -> None:
    page = signed_in(app).get("/account").text
    assert 'href="/admin' not in page


def test_the_choice_of_the_person_wins_over_their_browser(app: Flask) -> None:
    browser = signed_in(app, locale="de")
    assert '<html lang="de">' in browser.get("/account", headers={"Accept-Language": "en"}).text


def test_what_is_picked_in_the_footer_wins_over_the_choice_of_the_person(app: Flask) -> None:
    browser = signed_in(app, locale="de")
    browser.get("/?locale=en")
    assert '<html lang="en">' in browser.get("/account").text


def test_the_language_saved_in_the_profile_replaces_what_was_picked_before(app: Flask) -> None:
    browser = signed_in(app)
    browser.get("/?locale=en")
    post(browser, "/account/profile", form_on="/account/profile", locale="de")
    assert '<html lang="de">' in browser.get("/account").text
    post(browser, "/account/profile", form_on="/account/profile", locale="")
    assert '<html lang="de">' in browser.get("/account", headers=GERMAN).text
    assert '<html lang="en">' in browser.get("/account", headers={"Accept-Language": "en"}).text


def test_static_files_health_and_small_documents_ask_the_database_nothing(app: Flask) -> None:
    browser = signed_in(app)
    with count_statements() as statements:
        for path in ("/static/css/base.css", "/health/live", "/robots.txt", "/.well-known/change-password"):
            browser.get(path)
    assert statements == []


def test_navigation_leaves_out_pages_that_do_not_exist_and_marks_this_one(app: Flask) -> None:
    page = signed_in(app).get("/account/profile").text
    assert page.count('aria-current="page"') == 1
    assert 'href="/account/profile" aria-current="page"' in page
    for path in ("/account/security", "/account/sessions"):
        assert f'href="{path}"' in page
