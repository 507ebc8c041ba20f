"""What crawlers, browsers and researchers ask for."""

from datetime import UTC, datetime

from flask.testing import FlaskClient

from tests.support.apps import MakeApp


def test_password_managers_are_led_to_the_password_page(client: FlaskClient) -> None:
    answer = client.get("/.well-known/change-password")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/account/security"
    probe = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(probe).status_code == 404


def test_security_txt_is_there_when_somebody_can_be_told(make_app: MakeApp) -> None:
    assert make_app().test_client().get("/.well-known/security.txt").status_code == 404
    text = (
        make_app(SECURITY_CONTACT="security@example.org").test_client().get("/.well-known/security.txt").text
    )
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Contact"] == "mailto:security@example.org"
    expires = datetime.fromisoformat(fields["Expires"])
    assert 0 < (expires - datetime.now(UTC)).days < 365


def test_crawlers_may_see_the_start_page_only(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    assert "Disallow: /\n" in text
    assert "Allow: /$" in text


def test_browsers_that_ask_at_the_old_address_find_the_mark(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
