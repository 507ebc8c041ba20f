"""A browser in which several people are signed in."""

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.authentication.visitors import csrf_token, make_user, sign_in

ADDING = "/login?another=1"
ACCOUNTS = "/login/accounts"
NAMES = ("anna", "bert", "carla", "dora", "emil")
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


def sign_all_in(app: Flask, browser: FlaskClient, *names: str, **fields: str) -> dict[str, str]:
    """Sign these people in, the last of them active; their ids by name."""
    ids = {name: make_user(app, name, f"{name}@example.org") for name in names}
    for number, name in enumerate(names):
        answer = sign_in(browser, name, path=ADDING if number else "/login", **fields)
        assert answer.status_code == 303, answer.text
    return ids


def active(browser: FlaskClient) -> str | None:
    """The username of the active account; None where nobody is signed in."""
    page = browser.get("/account/profile")
    found = re.search(r'class="menu__name">([^<]*)<', page.text)
    return found[1] if found else None


def switch(browser: FlaskClient, account: str, onward: str = "") -> TestResponse:
    """The answer to the button of an account on the page that lists them."""
    path = f"{ACCOUNTS}?next={onward}" if onward else ACCOUNTS
    return browser.post(path, data={"csrf_token": csrf_token(browser, ACCOUNTS), "account": account})


def listed(browser: FlaskClient) -> list[str]:
    """The ids of the accounts that the page offers, in its order."""
    page = browser.get(ACCOUNTS).text
    return re.findall(r'class="account account--button" type="submit" name="account" value="([^"]+)"', page)


def token_cookies(browser: FlaskClient) -> dict[str, str]:
    """The cookies that hold a token, by name."""
    return {
        cookie.key: cookie.value
        for cookie in browser._cookies.values()
        if cookie.key.startswith("pforte-8000-token")
    }
