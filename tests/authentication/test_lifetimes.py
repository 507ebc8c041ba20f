"""How long a sign-in lasts however much it is used."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.authentication.sessions import list_sessions
from app.extensions import background
from tests.authentication.visitors import NOON, is_signed_in, make_user, sign_in
from tests.support.apps import MakeApp


@pytest.mark.parametrize(
    ("fields", "every", "lasts"),
    [
        ({}, timedelta(hours=11), timedelta(days=30)),
        ({"remember": "y"}, timedelta(days=20), timedelta(days=90)),
    ],
)
def test_a_session_in_use_ends_some_time_after_the_sign_in(
    app: Flask, client: FlaskClient, fields: dict[str, str], every: timedelta, lasts: timedelta
) -> None:
    anna = make_user(app)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, **fields)
        used = NOON
        while used + every < NOON + lasts:
            used += every
            clock.move_to(used)
            assert is_signed_in(client)
            background.run_once()
        clock.move_to(NOON + lasts - timedelta(seconds=1))
        assert is_signed_in(client)
        background.run_once()
        clock.move_to(NOON + lasts)
        assert not is_signed_in(client)
        with app.app_context():
            assert list_sessions(anna) == []


def test_the_list_of_devices_says_when_each_ends_at_the_latest(app: Flask, client: FlaskClient) -> None:
    make_user(app)
    with time_machine.travel(NOON, tick=False):
        sign_in(app.test_client())
        sign_in(client, remember="y")
        page = client.get("/account/sessions").text
    assert page.count("Ends at the latest") == 2
    for end in (NOON + timedelta(days=30), NOON + timedelta(days=90)):
        assert f'datetime="{end.isoformat()}"' in page


def test_the_settings_say_how_long_and_count_for_sessions_that_are_on(app: Flask, app_with: MakeApp) -> None:
    make_user(app)
    with time_machine.travel(NOON, tick=False) as clock:
        browser = app.test_client()
        sign_in(browser)
        shorter = app_with(SESSION_TTL="1 hour", REMEMBERED_SESSION_TTL="2 hours")
        make_user(shorter, "bert", "bert@example.org")
        ordinary, remembered = shorter.test_client(), shorter.test_client()
        sign_in(ordinary, "bert")
        sign_in(remembered, "bert", remember="y")
        clock.shift(timedelta(hours=1))
        assert not is_signed_in(ordinary)
        assert is_signed_in(remembered)
        clock.shift(timedelta(hours=1))
        assert not is_signed_in(remembered)
