"""What somebody does at the account's pages: fill in forms, read mails, follow links."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.extensions import background
from app.users.models import User
from tests.support.mailboxes import link_in

PASSWORD = "violet kettle under seven bridges"
ANOTHER_PASSWORD = "nine quiet lanterns by the harbour"


def submit(client: FlaskClient, path: str, page: str | None = None, **fields: str) -> TestResponse:
    """Open ``page`` (or ``path`` itself) and send its form to ``path``."""
    return client.post(path, data={"csrf_token": csrf_token(client.get(page or path)), **fields})


def csrf_token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, f"{page.status_code} without a form: {page.text[:300]}"
    return found[1]


def sign_up(client: FlaskClient, name: str = "anna", path: str = "/register", **changes: str) -> TestResponse:
    """Create the account of ``name`` and be signed in to it."""
    fields = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, **changes}
    return submit(client, path, **fields)


def sign_in(client: FlaskClient, name: str = "anna", password: str = PASSWORD) -> TestResponse:
    return submit(client, "/login", username=name, password=password)


def sign_out(client: FlaskClient) -> None:
    assert submit(client, "/logout", page="/account").status_code in (302, 303)


def person(session: Session, name: str = "anna") -> User:
    """The row as it is now."""
    session.expire_all()
    return session.scalars(select(User).where(User.username_key == name)).one()


def mails(app: Flask, template: str = "*") -> list[EmailMessage]:
    """The mails of this template that have left so far, the oldest first."""
    background.init_app(app)  # the application made last has the jobs; here it is this one
    for _turn in ("what asks for a mail", "the mail"):
        background.run_once()
    folder = app.config["SETTINGS"].instance / "mail"
    return [read_mail(path.read_bytes()) for path in sorted(folder.glob(f"*-{template}.eml"))]


def read_mail(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def link_of(mail: EmailMessage) -> str:
    """Path and query of the link in a mail."""
    parts = urlsplit(link_in(mail))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def last_link(app: Flask, template: str) -> str:
    """Path and query of the link in the newest mail of this template."""
    return link_of(mails(app, template)[-1])


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def values(page: TestResponse) -> dict[str, Any]:
    """What the inputs of a page hold."""
    inputs = re.findall(r"<input[^>]+>", page.text)
    named = ((re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in inputs)
    return {name[1]: value[1] if value else "" for name, value in named if name}
