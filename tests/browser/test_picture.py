"""Choosing a picture in a real Chromium: what a camera takes is made small before it is sent."""

from pathlib import Path

import pytest
from PIL import Image

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.picture_files import written
from tests.support.portals import Portal


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A picture of twelve million pixels that is far larger than a request may be."""
    path = tmp_path / "photograph.jpg"
    noise = Image.effect_noise((4000, 3000), 90).convert("RGB")
    path.write_bytes(written(noise, "JPEG", quality=95))
    assert path.stat().st_size > 3_000_000
    return path


def test_a_photograph_is_made_small_shown_and_kept(
    open_page: OpenPage, sqlite_portal: Portal, photograph: Path
) -> None:
    page = open_page()
    walks.register(page, sqlite_portal.url)
    page.goto(f"{sqlite_portal.url}/account/profile")
    assert page.is_visible("[data-picture-helped]")
    page.fill("[name=given_name]", "Anna")
    page.set_input_files("[name=picture]", photograph)
    page.wait_for_selector("#picture-shown canvas")
    walks.send(page)
    page.wait_for_selector("#picture-shown img")
    width = page.eval_on_selector(
        "#picture-shown img", "image => image.decode().then(() => image.naturalWidth)"
    )
    assert width == 256
    assert page.input_value("[name=given_name]") == "Anna"
    assert page.locator(".menu img.tile").count() == 1
    page.click("button[form=remove-picture]")
    page.wait_for_selector("#picture-shown span.tile")
    assert walks.complaints(page) == []


def test_a_large_file_that_the_browser_cannot_read_is_not_sent(
    open_page: OpenPage, sqlite_portal: Portal, tmp_path: Path
) -> None:
    page = open_page()
    walks.register(page, sqlite_portal.url)
    page.goto(f"{sqlite_portal.url}/account/profile")
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(900_000))
    page.set_input_files("[name=picture]", film)
    page.wait_for_selector("[data-picture-refused]:visible")
    assert page.input_value("[name=picture]") == ""
    walks.send(page)
    page.wait_for_selector(".notice--ok")
    assert walks.complaints(page) == []
