import pytest
from flask import Flask

from app.authentication import devices
from app.authentication.models import BrowserSession
from tests.authentication.visitors import FIREFOX, SAFARI

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "kept", "shown"),
    [
        (FIREFOX, "Firefox, Windows", "Firefox on Windows"),
        (SAFARI, "Safari, iOS", "Safari on iOS"),
        (CHROME, "Chrome, Linux", "Chrome on Linux"),
        (
            CHROME.replace("X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7"),
            "Chrome, macOS",
            "Chrome on macOS",
        ),
        ("curl/8.5.0", "curl", "curl"),
        ("", None, "Unknown device"),
        ("\x7f<script>alert(1)</script>", None, "Unknown device"),
    ],
)
def test_a_browser_is_named_as_people_know_it(
    app: Flask, user_agent: str, kept: str | None, shown: str
) -> None:
    assert devices.recognise(user_agent) == kept
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert devices.describe(BrowserSession(device=kept)) == shown


def test_a_row_of_an_older_version_is_named_as_people_know_it(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert devices.describe(BrowserSession(device="Mobile Safari, Mac OS X")) == "Safari on macOS"


def test_an_endless_user_agent_fits_the_column() -> None:
    assert len(devices.recognise(FIREFOX * 500) or "") <= 120
