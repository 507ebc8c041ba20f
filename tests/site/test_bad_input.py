"""What no honest browser sends gets a clean refusal."""

import pytest
from flask.testing import FlaskClient

from app.authentication.access import public
from tests.support.apps import MakeApp

pytestmark = pytest.mark.any_database

NASTY_PATHS = [
    "/%ff%fe", "/%00", "/static/%00", "/static/../config.py", "/static/%2e%2e/config.py", "//evil.example/%2e%2e",
    "/?locale=%ff", "/?locale=de%00", "/?locale=de&locale=en", "/?locale=" + "x" * 5000, "/" + "a" * 5000,
    "/?%ff=%fe", "/?next=%2Foauth%2Fauthorize%3Fui_locales%3D%ff", "/?next=http://[", "/.well-known/%00",
]  # fmt: skip
HEADERS = [
    {"Accept-Language": "\xff" * 50},
    {"Accept-Language": "de;q=nonsense, *;q=-1"},
    {"Cookie": "locale=\xff; pforte=broken; locale"},
    {"Referer": "http://[broken"},
    {"Host": "evil.example"},
]


@pytest.mark.parametrize("path", NASTY_PATHS)
def test_broken_addresses_are_never_our_fault(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code < 500
    assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("headers", HEADERS)
def test_broken_headers_are_never_our_fault(client: FlaskClient, headers: dict[str, str]) -> None:
    for path in ("/", "/nowhere"):
        assert client.get(path, headers=headers).status_code < 500


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"name=%ff%fe", 200),
        (b"name=\xff\xfe", 200),
        (b"name=a%00b", 400),
        (b"na%00me=a", 400),
        (b"name=" + b"x" * 2_000_000, 413),
        (b"&".join(b"f%d=1" % number for number in range(100_000)), 413),
    ],
)
def test_broken_forms_are_refused(make_app: MakeApp, body: bytes, status: int) -> None:
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/probe/form", "probe_form", public(lambda: "read"), methods=["POST"])
    answer = app.test_client().post(
        "/probe/form", data=body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == status


def test_a_multipart_form_of_countless_parts_is_refused(make_app: MakeApp) -> None:
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/probe/form", "probe_form", public(lambda: "read"), methods=["POST"])
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    answer = app.test_client().post(
        "/probe/form", data=part * 2000 + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413


def test_what_a_stranger_puts_into_the_address_is_not_markup(client: FlaskClient) -> None:
    page = client.get('/nowhere"><script>alert(1)</script>?x="><img src=x onerror=alert(1)>').text
    assert "<script>alert" not in page
    assert "<img" not in page


def test_an_address_with_two_slashes_does_not_leave_the_portal(client: FlaskClient) -> None:
    page = client.get("//evil.example/nowhere").text
    assert 'href="//evil' not in page
