"""A connection as Zapier's platform makes it: what it sends, and where it comes back to."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from tests.foreign_clients.registered import RegisteredApp
from tests.support.people import Person
from tests.support.portals import Portal

RETURN = "https://zapier.com/dashboard/auth/oauth/return/App123456CLIAPI/"
# Zapier's states are long and full of characters that are escaped in a query.
STATE = "1700000000000::abc+/=%20~.-_&x=y ü"
# The 4xx that do not make Zapier call a connection stale.
STALE_UNLESS = {408, 409, 423, 425, 429}


@dataclass
class Zap:
    """A connection that Zapier makes for a person."""

    portal: Portal
    app: RegisteredApp

    def authorize_url(self, **more: str) -> str:
        """Where Zapier sends the browser."""
        parameters = {
            "client_id": self.app.client_id,
            "state": STATE,
            "redirect_uri": RETURN,
            "response_type": "code",
            **more,
        }
        return f"{self.portal.url}/oauth/authorize?{urlencode(parameters)}"

    def exchange(self, callback: str, **more: str) -> requests.Response:
        """The code exchange of its command-line template: everything in the body, without redirect_uri."""
        return self.post(grant_type="authorization_code", code=arrived(callback)["code"], **more)

    def refresh(self, refresh_token: str) -> requests.Response:
        """A refresh, with the credentials in the body."""
        return self.post(grant_type="refresh_token", refresh_token=refresh_token)

    def post(self, **form: str) -> requests.Response:
        """A form at the token endpoint."""
        credentials = {"client_id": self.app.client_id, "client_secret": str(self.app.client_secret)}
        return requests.post(f"{self.portal.url}/oauth/token", data={**credentials, **form}, timeout=30)

    def me(self, access_token: str) -> requests.Response:
        """The test call that labels the connection."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.portal.url}/oauth/me", headers=headers, timeout=30)


def arrived(callback: str) -> dict[str, str]:
    """The parameters that came to the return address."""
    assert callback.startswith(f"{RETURN}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}


def causes_in_log(person: Person, app: RegisteredApp) -> list[str]:
    """The causes in the app's request log, newest first."""
    person.open(f"/dashboard/apps/{app.client_id}/log")
    return re.findall(r'data-cause="([^"]+)"', person.text)


def connect(zap: Zap, person: Person) -> Any:
    """The tokens of a new connection."""
    answer = zap.exchange(person.allow(zap.authorize_url(scope="openid profile email")), redirect_uri=RETURN)
    assert answer.status_code == 200, answer.text
    return answer.json()
