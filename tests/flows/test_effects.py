"""What changes, spends or deletes is ticked by the person; what was ticked once stays."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories as make
from tests.flows import devices

EFFECTS = {"books.read": "reads", "books.write": "changes", "books.delete": "spends"}
ALL = " ".join(["openid", *EFFECTS])


@pytest.fixture
def library(app: Flask) -> make.App:
    """An app that may ask for all of it."""
    names = [make.make_scope(app, name, effect=effect) for name, effect in EFFECTS.items()]
    return make.make_client(app, scopes=("openid", *names))


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return make.browser_of(app, make.make_user(app, locale="en"))


def ticked(page: TestResponse) -> set[str]:
    """The boxes that are ticked."""
    return set(re.findall(r'name="scope" value="([^"]+)" checked', page.text))


def test_only_what_reads_is_ticked_at_first(browser: FlaskClient, library: make.App) -> None:
    page = make.ask(browser, library, scope=ALL)
    assert make.offered(page) == ["openid", *EFFECTS]
    assert ticked(page) == {"books.read"}
    marks = re.findall(r"badge--warn[^>]*>.*?(Changes|Spends or deletes)</span>", page.text, re.DOTALL)
    assert marks == ["Changes", "Spends or deletes"]
    answer = make.decide(browser, page, ticked=["openid", *ticked(page)])
    told = make.redeem(browser, library, make.answer_of(answer)["code"]).json
    assert set(told["scope"].split()) == {"openid", "books.read"}


def test_who_asks_for_more_later_shows_only_that_and_what_was_ticked_stays(
    browser: FlaskClient, library: make.App
) -> None:
    first = make.ask(browser, library, scope="openid books.write")
    make.decide(browser, first, ticked=["openid", "books.write"])
    more = make.ask(browser, library, scope=ALL)
    assert make.offered(more) == ["books.read", "books.delete"]
    assert ticked(more) == {"books.read"}
    make.decide(browser, more, ticked=["books.read"])
    again = make.ask(browser, library, scope=ALL, prompt="consent")
    assert ticked(again) == {"books.read", "books.write"}


def test_a_slip_keeps_the_boxes_as_they_were(browser: FlaskClient, library: make.App) -> None:
    page = make.ask(browser, library, scope="books.write books.delete")
    assert ticked(page) == set()
    empty = make.decide(browser, page, ticked=[])
    assert empty.status_code == 422
    assert "tick at least one permission" in empty.text


def test_a_device_is_asked_in_the_same_way(app: Flask, browser: FlaskClient, library: make.App) -> None:
    television = devices.make_app(app, scopes=("openid", *EFFECTS))
    device = devices.begin(app, television, scope=ALL)
    assert ticked(devices.enter(browser, device.user_code)) == {"books.read"}
