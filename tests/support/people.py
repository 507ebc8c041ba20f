"""People with browsers of their own that keep cookies, follow redirects and send forms, over real HTTP."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from tests.support.html_forms import Fields, Form, forms_of
from tests.support.mailboxes import kept_link

PASSWORD = "plenty of amber lighthouses 27"
SECONDS = 30
BUSY = "Many people are signing in"


class FromAddress(HTTPAdapter):
    """Lets a session connect from another address of this machine: `session.mount("http://", FromAddress("127.0.0.9"))`."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, source_address=(self._address, 0), **options)


class Person:
    """Somebody at a running portal: `Person(portal.url)` has a name nobody else has, and no account yet."""

    def __init__(self, portal: str, name: str = "person") -> None:
        self.portal = portal
        self.username = f"{name}-{secrets.token_hex(5)}"
        self.email = f"{self.username}@example.org"
        self.password = PASSWORD
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "en"
        self.page: requests.Response | None = None
        self.posted: dict[str, str] = {}
        """What the last page on the way back to an app sends by POST (response_mode=form_post)."""

    def register(self) -> Person:
        """Make the account, which signs in at once."""
        self.open("/register")
        self.send(username=self.username, email=self.email, password=self.password)
        return self

    def confirm(self, instance: Path) -> Person:
        """Confirm the address by the mail that the portal with this folder keeps there."""
        link = kept_link(instance, "verify_email", self.email)
        self.open(link)
        self.press("")
        return self

    def sign_in(self, next_page: str = "") -> Person:
        """Sign in by the form of /login."""
        self.open("/login" + (f"?next={quote(next_page, safe='')}" if next_page else ""))
        self.send(username=self.username, password=self.password)
        return self

    def sign_out(self) -> Person:
        """Lose the browser's cookies, as at another machine."""
        self.browser.cookies.clear()
        return self

    def allow(self, authorize_url: str, untick: tuple[str, ...] = ()) -> str:
        """The callback URL after “Allow” with these permissions unticked; signs in first where that is asked for."""
        return self.decide(authorize_url, "allow", untick)

    def deny(self, authorize_url: str) -> str:
        """The callback URL after “Deny”."""
        return self.decide(authorize_url, "deny")

    def decide(self, authorize_url: str, decision: str, untick: tuple[str, ...] = ()) -> str:
        """The callback URL after pressing that button of the consent page; what was allowed before needs none."""
        back = self.open(authorize_url)
        if back is None and self._asks_for("password"):
            back = self.send(username=self.username, password=self.password)
        if back is None:
            form = self.form("decision")
            back = self._submit(form, form.pressed("decision", decision, untick))
        assert back is not None, f"no way back to the app from {self._where}"
        return back

    def open(self, url: str) -> str | None:
        """Open a page of the portal. Returns the address where it leads out of the portal, if it does."""
        return self._follow(self.browser.get(self._full(url), allow_redirects=False, timeout=SECONDS))

    def send(self, **fields: str) -> str | None:
        """Fill these fields of the form that has them and send it; otherwise as `open`."""
        form = self.form(*fields)
        return self._submit(form, form.filled(**fields))

    def press(self, action: str) -> str | None:
        """Send the form that goes to this path as it is, by its only button; otherwise as `open`."""
        found = [form for form in self._forms if form.action == action]
        assert found, f"no form to {action} on {self._where}: {self.text[:3000]}"
        return self._submit(found[0], found[0].fields)

    def choose(self, name: str, value: str) -> str | None:
        """Send the form that has this button by it, as it is otherwise; returns what `open` does."""
        form = self.form(name)
        return self._submit(form, form.pressed(name, value))

    def form(self, *names: str) -> Form:
        """The form of the open page that has these fields."""
        found = [form for form in self._forms if form.names.issuperset(names)]
        assert found, f"no form with {names} on {self._where}: {self.text[:3000]}"
        return found[0]

    @property
    def text(self) -> str:
        """The HTML of the open page."""
        assert self.page is not None
        return self.page.text

    @property
    def _forms(self) -> list[Form]:
        return forms_of(self.text)

    @property
    def _where(self) -> str:
        assert self.page is not None
        return f"{self.page.url} ({self.page.status_code})"

    def _asks_for(self, field: str) -> bool:
        return any(field in form.names for form in self._forms)

    def _submit(self, form: Form, fields: Fields) -> str | None:
        assert form.method == "post"
        assert self.page is not None
        url = urljoin(self.page.url, form.action) if form.action else self.page.url
        headers = {"Referer": self.page.url, "Origin": self.portal}
        answer = self._post(url, fields, headers)
        while answer.status_code == 503 and BUSY in answer.text:  # who is told to come back does
            time.sleep(0.1)
            answer = self._post(url, fields, headers)
        return self._follow(answer)

    def _post(self, url: str, fields: Fields, headers: dict[str, str]) -> requests.Response:
        return self.browser.post(url, data=fields, headers=headers, allow_redirects=False, timeout=SECONDS)

    def _follow(self, answer: requests.Response) -> str | None:
        for _hop in range(10):
            if not answer.is_redirect:
                break
            target = urljoin(answer.url, answer.headers["Location"])
            if not self._inside(target):
                return target
            answer = self.browser.get(target, allow_redirects=False, timeout=SECONDS)
        self.page = answer
        assert answer.status_code == 200, f"{self._where}: {self.text[:3000]}"
        return self._posted_outside()

    def _posted_outside(self) -> str | None:
        outside = [form for form in self._forms if not self._inside(form.action)]
        if not outside:
            return None
        self.posted = dict(outside[0].fields)
        return outside[0].action

    def _inside(self, url: str) -> bool:
        parts = urlsplit(urljoin(f"{self.portal}/", url))
        return f"{parts.scheme}://{parts.netloc}" == self.portal

    def _full(self, url: str) -> str:
        return urljoin(f"{self.portal}/", url)
