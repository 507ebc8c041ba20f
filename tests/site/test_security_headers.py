"""What browsers are told with every answer."""

import re

import pytest
from flask import g
from flask.testing import FlaskClient

from app.authentication.access import public
from tests.support.apps import MakeApp

pytestmark = pytest.mark.any_database

ANSWERS = [
    "/",
    "/nowhere",
    "/health/live",
    "/robots.txt",
    "/static/css/tokens.css",
    "/oauth/nowhere",
    "/x%00y",
]


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy


def test_forms_end_at_the_portal_unless_a_page_names_an_origin(make_app: MakeApp) -> None:
    app = make_app()

    @public
    def consent() -> str:
        g.form_action = ["https://app.example"]
        return "a page on the way of an authorization request"

    app.add_url_rule("/probe/consent", view_func=consent)
    client = app.test_client()
    assert (
        "form-action 'self' https://app.example"
        in client.get("/probe/consent").headers["Content-Security-Policy"]
    )
    assert client.get("/").headers["Content-Security-Policy"].endswith("form-action 'self'")


def test_https_is_kept_only_where_the_issuer_has_it(make_app: MakeApp) -> None:
    plain = make_app().test_client().get("/")
    assert "Strict-Transport-Security" not in plain.headers
    secure = make_app(ISSUER="https://id.example").test_client().get("/", base_url="https://id.example")
    assert "max-age=63072000" in secure.headers["Strict-Transport-Security"]


def test_pages_are_not_stored_and_a_view_that_says_otherwise_is_left_alone(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-store"
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"
    assert client.get("/robots.txt").headers["Cache-Control"] == "public, max-age=86400"


def test_pages_have_no_inline_style_script_or_handler(client: FlaskClient) -> None:
    for path in ("/", "/nowhere"):
        page = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", page)
