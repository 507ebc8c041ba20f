"""Whatever page a form is answered with, its title tells of an error, and its language switch leads to that form again."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.forms import REFUSED
from tests import factories as make
from tests.every import routes
from tests.every.test_bad_forms import ENDING, forgive_wrong_passwords
from tests.support.html_forms import Form, forms_of

HERE = "http://localhost"
ENDS_THE_SESSION = (*ENDING, "/account/sessions/")
WRONG = {"password": "not the password", "current_password": "not the password"}

pytestmark = pytest.mark.any_database


@dataclass
class Sent:
    """A form that was sent from a page, and the answer."""

    page: str
    form: Form
    answer: TestResponse


def german(answer: TestResponse) -> str:
    """Where the switch of a page leads."""
    found = re.findall(r'class="languages__choice" href="([^"]*)" lang="de"', answer.text)
    assert len(found) == 1
    return urljoin(HERE + answer.request.full_path, html.unescape(found[0]))


def path_of(form: Form, page: str) -> str:
    return urljoin(HERE + page, form.action).removeprefix(HERE).partition("?")[0]


def send_everything(app: Flask, browser: FlaskClient, pages: list[str], token: str | None) -> Iterator[Sent]:
    """Send each form of each page with boxes unticked and nothing right in it but its token, or not even that."""
    for page in pages:
        for form in forms_of(browser.get(page).text):
            if form.method != "post" or path_of(form, page).startswith(ENDS_THE_SESSION):
                continue
            fields = {name: WRONG.get(name, "") for name in form.names} | dict(form.buttons[:1])
            fields["csrf_token"] = token or dict(form.fields)["csrf_token"]
            headers = {"Referer": HERE + page, "Sec-Fetch-Site": "same-origin"}
            yield Sent(
                page, form, browser.post(urljoin(HERE + page, form.action), data=fields, headers=headers)
            )
            forgive_wrong_passwords(app)


def pages(app: Flask, world: routes.World) -> list[str]:
    found = [routes.address(rule, world.values) for rule in routes.rules(app, "GET") if routes.is_page(rule)]
    query = "&".join(
        f"{name}={value}" for name, value in make.request_of(world.client, scope="email").items()
    )
    return [f"/oauth/authorize?{query}&prompt=select_account", f"/oauth/authorize?{query}", *found]


@pytest.mark.parametrize("token", [None, "stale"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_refused_form_says_so_in_its_title_and_its_language_switch_leads_to_the_same_form(
    app: Flask, browser: FlaskClient, world: routes.World, signed_in: bool, token: str | None
) -> None:
    visitor = browser if signed_in else app.test_client()
    seen = set()
    for sent in send_everything(app, visitor, pages(app, world), token):
        if sent.answer.status_code in (302, 303) or sent.answer.mimetype != "text/html":
            continue
        if sent.answer.status_code == 404:  # another form of the page has just ended what this one is about
            assert sent.form.action.endswith("/take-back")
            continue
        titles = re.findall("<title>(Error: )?", sent.answer.text)
        assert titles == ["Error: " if sent.answer.status_code == REFUSED else ""], sent.form.action
        there = visitor.get(german(sent.answer), follow_redirects=True)
        where = f"{sent.page}: {sent.form.action}: {sent.answer.status_code}, {german(sent.answer)}"
        assert there.status_code == 200, where
        assert '<html lang="de"' in there.text, where
        wanted = path_of(sent.form, sent.page)
        assert wanted in {path_of(form, there.request.path) for form in forms_of(there.text)}, where
        seen.add(wanted)
        visitor.get("/?locale=en")
    assert ({"/oauth/consent", "/dashboard/apps/new"} if signed_in else {"/login", "/register"}) <= seen
