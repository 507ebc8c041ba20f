"""Two clicks on one button without JavaScript: the form is sent twice, and the browser drops the first answer."""

from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.html_forms import Fields, forms_of


class Clicks(NamedTuple):
    """Both answers, and the browser, which has got the second only."""

    first: TestResponse
    second: TestResponse
    browser: FlaskClient

    def page(self) -> str:
        """Where the browser ends; fails where the first click would have led elsewhere."""
        assert self.first.status_code in (302, 303), self.first.text[:3000]
        assert (self.second.status_code, self.second.location) == (
            self.first.status_code,
            self.first.location,
        )
        return self.browser.get(self.second.location, follow_redirects=True).text


def twice(app: Flask, browser: FlaskClient, page: str, action: str = "", **fields: str) -> Clicks:
    """Open ``page``, fill its form to ``action``, and press its button twice."""
    return send_twice(app, browser, action or page, filled(browser, page, action, **fields))


def filled(browser: FlaskClient, page: str, action: str = "", **fields: str) -> Fields:
    """What the form on ``page`` sends to ``action``, or to itself, with these fields filled in."""
    opened = browser.get(page)
    (form,) = [
        form
        for form in forms_of(opened.text)
        if form.action in ([action] if action else ["", page])
        and form.method == "post"
        and form.names >= fields.keys()
    ]
    return form.filled(**fields)


def send_twice(app: Flask, browser: FlaskClient, path: str, form: Fields) -> Clicks:
    """Send ``form`` twice with the cookies that the browser has now."""
    second = copy_of(app, browser)
    answers = [each.post(path, data=MultiDict(form)) for each in (browser, second)]
    return Clicks(*answers, second)


def copy_of(app: Flask, browser: FlaskClient) -> FlaskClient:
    """The same browser, with all its cookies as they are now."""
    copy = app.test_client()
    copy._cookies = dict(browser._cookies)  # type: ignore[arg-type]
    return copy
