"""Doors that a careful reader found ajar."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.account import email_links
from app.account.resetting import reset_password
from app.database.rows import db
from app.operations.doctor import examine
from app.users.accounts import get_user
from tests import factories as make
from tests.support.apps import MakeApp


def test_spaces_behind_a_client_id_make_it_another_one(app: Flask, client: FlaskClient) -> None:
    asking = make.make_client(app)
    for spaces in (" ", "   "):
        auth = (asking.id + spaces, asking.secret or "")
        refused = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=auth)
        assert refused.status_code == 401


def test_what_a_squatter_allowed_ends_when_the_owner_of_the_mailbox_comes(app: Flask) -> None:
    person = make.make_user(app, email_verified=False)
    browser = make.browser_of(app, person)
    tokens = make.tokens_for(make.make_client(app), browser)
    headers = make.with_token(tokens["access_token"])
    assert browser.get("/oauth/userinfo", headers=headers).status_code == 200
    with app.app_context():
        link = email_links.create_link(email_links.Purpose.RESET_PASSWORD, get_user(person.id), person.email)
        db.session.commit()
        reset_password(link, "seven quiet herons at dusk")
        db.session.commit()
    assert browser.get("/oauth/userinfo", headers=headers).status_code == 401


@pytest.mark.parametrize(("proxies", "well"), [("0", False), ("1", True)])
def test_the_doctor_sees_a_proxy_that_nobody_believes(app_with: MakeApp, proxies: str, well: bool) -> None:
    app = app_with(ISSUER="https://id.example.org", TRUSTED_PROXIES=proxies)
    with app.app_context():
        findings = [each for each in examine(app.config["SETTINGS"]) if each.check == "configuration"]
    assert all(finding.well for finding in findings) is well
