"""Which language a page is in."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.apps import MakeApp

pytestmark = pytest.mark.any_database


def language(client: FlaskClient, path: str = "/", **headers: str) -> str:
    """What `<html lang>` says."""
    found = re.search(r'<html lang="([a-z]+)">', client.get(path, headers=headers).text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("de", "de"), ("de-AT,en;q=0.5", "de"), ("en-GB,de;q=0.9", "en"), ("fr,de;q=0.4", "de"),
        ("fr", "en"), ("*", "en"), ("", "en"), ("de_DE", "de"),
    ],
)  # fmt: skip
def test_the_browser_says_which_language(client: FlaskClient, accepted: str, expected: str) -> None:
    assert language(client, **{"Accept-Language": accepted}) == expected


def test_the_portal_has_a_language_of_its_own_where_nobody_says_one(app_with: MakeApp) -> None:
    client = app_with(DEFAULT_LOCALE="de").test_client()
    assert language(client) == "de"
    assert language(client, **{"Accept-Language": "fr"}) == "de"
    assert language(client, **{"Accept-Language": "en"}) == "en"


def test_a_choice_is_remembered_and_wins_over_the_browser(client: FlaskClient) -> None:
    assert language(client, "/?locale=de", **{"Accept-Language": "en"}) == "de"
    assert language(client, "/nowhere", **{"Accept-Language": "en"}) == "de"
    assert language(client, "/?locale=en") == "en"
    assert language(client) == "en"


@pytest.mark.parametrize("choice", ["fr", "", "../de", "xx-DE", "de\r\nSet-Cookie: a=b"])
def test_a_language_that_is_not_spoken_here_changes_nothing(client: FlaskClient, choice: str) -> None:
    answer = client.get("/", query_string={"locale": choice})
    assert '<html lang="en">' in answer.text or choice.startswith("de")
    assert "a=b" not in str(answer.headers)


def test_the_choice_is_kept_in_a_cookie_that_scripts_cannot_read(client: FlaskClient) -> None:
    cookie = client.get("/?locale=de").headers["Set-Cookie"]
    assert cookie.startswith("pforte-8000-locale=de;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_attack_no_neighbour_of_the_host_writes_the_cookie_of_the_language(app_with: MakeApp) -> None:
    """``__Host-``: only this host over TLS sets it, for all its paths (ASVS 3.3.3)."""
    client = app_with(ISSUER="https://id.example").test_client()
    asked = {"base_url": "https://id.example"}
    cookie = client.get("/?locale=de", **asked).headers["Set-Cookie"]
    assert cookie.startswith("__Host-pforte-locale=de;")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert '<html lang="de">' in client.get("/", **asked).text
    other = app_with(ISSUER="https://id.example").test_client()
    other.set_cookie("locale", "de", domain="id.example")
    assert '<html lang="en">' in other.get("/", **asked).text


@pytest.mark.parametrize(
    ("wanted", "expected"), [("de", "de"), ("fr de-AT", "de"), ("fr", "en"), ("de en", "de"), ("", "en")]
)
def test_the_pages_on_the_way_to_an_app_speak_the_language_it_asks_for(
    client: FlaskClient, wanted: str, expected: str
) -> None:
    waiting = f"/oauth/authorize?client_id=x&ui_locales={wanted.replace(' ', '%20')}"
    answer = client.get("/login", query_string={"next": waiting})
    assert f'<html lang="{expected}">' in answer.text


def test_another_address_in_next_says_nothing_about_the_language(client: FlaskClient) -> None:
    answer = client.get("/login", query_string={"next": "/account?ui_locales=de"})
    assert '<html lang="en">' in answer.text


def test_the_language_switch_keeps_the_address(client: FlaskClient) -> None:
    page = client.get("/login?next=%2Faccount%3Fa%3D1&locale=en").text
    assert 'href="?next=%2Faccount%3Fa%3D1&amp;locale=de"' in page
    assert 'lang="de" hreflang="de"' in page


@pytest.mark.parametrize(
    ("before", "switch"),
    [
        (None, "/?locale=de"),
        ("https://elsewhere.example/account", "/?locale=de"),
        ("http://localhost.elsewhere.example/", "/?locale=de"),
        ("http://localhost/account?page=2&locale=en", "http://localhost/account?page=2&amp;locale=de"),
        ("http://localhost//elsewhere.example", "http://localhost//elsewhere.example?locale=de"),
    ],
)
def test_the_language_switch_of_a_page_that_only_a_form_leads_to_goes_to_the_page_before_or_to_the_start(
    app: Flask, before: str | None, switch: str
) -> None:
    answer = app.test_client().post("/logout", headers={"Referer": before} if before else {})
    assert answer.status_code == 400
    assert f'href="{switch}"' in answer.text


def test_the_language_switch_of_an_apps_posted_request_keeps_the_request(client: FlaskClient) -> None:
    answer = client.post("/oauth/authorize", data={"client_id": "a&b", "state": "1"})
    assert answer.status_code == 400
    assert 'href="?client_id=a%26b&amp;state=1&amp;locale=de"' in answer.text
