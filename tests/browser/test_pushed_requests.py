"""A request that was pushed, in a real browser: signed out, through every page, to the app, and back by its button."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal
from tests.support.relying_party import RelyingParty


def push(app: walks.App) -> str:
    """The address to which the app sends the browser."""
    parameters = {name: values[0] for name, values in parse_qs(urlsplit(app.ask()).query).items()}
    answer = requests.post(
        f"{app.portal}/oauth/par", data=parameters, auth=(app.id, app.secret), timeout=walks.SECONDS
    )
    assert answer.status_code == 201, answer.text
    query = {"client_id": app.id, "request_uri": answer.json()["request_uri"]}
    return f"{app.portal}/oauth/authorize?{urlencode(query)}"


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
@pytest.mark.parametrize(
    ("dark", "size"), [(False, (1280, 900)), (True, (390, 844))], ids=["light", "small and dark"]
)
def test_a_visitor_signs_in_reloads_agrees_and_goes_back(
    open_page: OpenPage,
    sqlite_portal: Portal,
    relying_party: RelyingParty,
    javascript: bool,
    dark: bool,
    size: tuple[int, int],
) -> None:
    name = walks.register(open_page(), sqlite_portal.url)
    made = sqlite_portal.flask_json(
        *("client", "create", walks.new_name("Ledger"), "--redirect-uri", relying_party.callback),
        *("--par", "required"),
    )
    app = walks.App(sqlite_portal.url, relying_party, made["name"], made["client_id"], made["client_secret"])
    page = open_page(javascript=javascript, dark=dark, size=size)
    url = push(app)
    page.goto(url)
    assert urlsplit(page.url).path == "/login"
    page.reload()
    walks.sign_in(page, name)
    assert page.url == url
    page.reload()
    walks.decide(page, "allow")
    page.wait_for_selector("h1:has-text('Arrived')")
    assert app.person(app.tokens(relying_party.wait_for_call()))["preferred_username"] == name
    assert walks.complaints(page) == []
    page.goto(url)
    assert page.inner_text("h1") == "This sign-in is over"
    if javascript:
        assert walks.barriers(page) == []
    stranger = open_page(javascript=javascript)
    stranger.goto(url)
    assert stranger.inner_text("h1") == "This sign-in is over"
