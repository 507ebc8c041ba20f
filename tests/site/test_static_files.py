"""Static files: one stylesheet for every page, kept for ever by browsers and by caches between."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.site import static_files
from config import CHECKOUT
from tests import factories as make

pytestmark = pytest.mark.any_database


def addresses(client: FlaskClient, path: str = "/") -> list[str]:
    """What a page tells the browser to fetch."""
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(path).text)


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere"])
def test_a_page_loads_one_stylesheet(client: FlaskClient, path: str) -> None:
    assert len([address for address in addresses(client, path) if ".css" in address]) == 1


def test_the_stylesheet_holds_every_part_in_its_order(app: Flask, client: FlaskClient) -> None:
    folder = Path(str(app.static_folder)) / "css"
    assert {path.stem for path in folder.glob("*.css")} == set(static_files.PARTS)
    joined = client.get("/static/pforte.css")
    assert joined.mimetype == "text/css"
    places = [joined.text.index((folder / f"{part}.css").read_text()) for part in static_files.PARTS]
    assert places == sorted(places)


def test_static_files_are_kept_for_ever_under_the_digest_of_their_content_only(client: FlaskClient) -> None:
    for address in addresses(client):
        assert "immutable" in client.get(address).headers["Cache-Control"], address
        plain = address.partition("?")[0]
        for other in (plain, f"{plain}?v=0123456789ab"):
            assert "immutable" not in client.get(other).headers.get("Cache-Control", ""), other


def test_a_stylesheet_that_the_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/static/pforte.css")
    again = client.get("/static/pforte.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_static_files_are_the_same_for_everybody_so_shared_caches_may_keep_them(app: Flask) -> None:
    for browser in (app.test_client(), make.browser_of(app, make.make_user(app))):
        for address in (*addresses(browser), "/static/nothing.css"):
            answer = browser.get(address)
            assert "Cookie" not in answer.headers.get("Vary", ""), address
            assert "Set-Cookie" not in answer.headers, address


def test_the_pattern_of_the_addresses_is_no_address(client: FlaskClient) -> None:
    assert client.get("/static/%3Cpath:filename%3E").status_code == 404


def test_all_scripts_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in (CHECKOUT / "static" / "js").iterdir()) <= 10_000
