"""TLS straight from gunicorn, with a certificate made by the line in docs/operations.md."""

from pathlib import Path

import pytest
import requests

from tests.support.databases import Databases
from tests.support.documented_certificates import make_certificate
from tests.support.people import SECONDS, Person
from tests.support.portals import running_portal
from tests.support.ports import free_port


@pytest.mark.slow
def test_people_sign_in_over_tls_and_plain_http_is_not_spoken(databases: Databases, tmp_path: Path) -> None:
    cert, key = make_certificate(tmp_path, "127.0.0.1")
    port = free_port()
    own = {
        "TLS_CERT": str(cert),
        "TLS_KEY": str(key),
        "SERVER_PORT": str(port),
        "ISSUER": f"https://127.0.0.1:{port}",
    }
    with running_portal(databases.new_url("sqlite"), workers=1, **own) as portal:
        person = Person(portal.url)
        person.browser.verify, person.browser.trust_env = str(cert), False
        person.register().sign_out().sign_in()
        assert {cookie.secure for cookie in person.browser.cookies} == {True}
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{portal.url}/login", timeout=SECONDS)
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/login", timeout=SECONDS)
