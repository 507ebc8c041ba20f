"""A real Chromium, driven by playwright."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.servers import program

# The shell is the same engine without what only people see of a browser, for a third of the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SECONDS = 15
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The running Chromium of this process; tests open pages by `open_page`."""
    path = program(*PROGRAMS)
    if path is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=60_000)
        yield running
        running.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Opens an empty page in a profile of its own.

    `open_page(locale="de-DE", javascript=False, dark=True, size=(360, 800))`; further keywords go to playwright.
    What the page's console says and what it violates of the CSP is in `page.complaints`.
    """
    contexts = []

    def open_one(
        locale: str = "en-GB",
        *,
        javascript: bool = True,
        dark: bool = False,
        size: tuple[int, int] = (1280, 900),
        **options: Any,
    ) -> Page:
        context = chromium.new_context(
            locale=locale,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            viewport={"width": size[0], "height": size[1]},
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        complaints: list[str] = []
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints  # type: ignore[attr-defined]
        return page

    yield open_one
    for context in contexts:
        context.close()
