"""Registration tokens on the admin pages and from the command line, and what is told of apps that registered themselves."""

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.dynamic.models import RegistrationToken
from tests import factories as make
from tests.admin import acts, pages
from tests.oauth.registrations import ask, make_token, register

MakeApp = Callable[..., Flask]
PAGE = "/admin/apps/registration-tokens"


@pytest.fixture
def closed_app(app_with: MakeApp) -> Flask:
    """A portal where apps register themselves with a token."""
    return app_with(DYNAMIC_REGISTRATION="token")


def test_a_token_is_made_shown_once_used_and_ended(closed_app: Flask, db_session: Session) -> None:
    chief, browser = pages.administrator(closed_app)
    answer = pages.post(browser, PAGE, name="Build server", lifetime="30")
    assert answer.headers["Location"] == PAGE
    page = browser.get(PAGE)
    found = re.search(r'<code id="registration-token">(pf_initial_[\w-]{43})</code>', page.text)
    assert found
    assert "pf_initial_" not in browser.get(PAGE).text
    register(closed_app.test_client(), found[1])
    row = db_session.scalars(select(RegistrationToken)).one()
    assert (row.name, row.uses, row.created_by, (row.expires_at - row.created_at).days) == ("Build server", 1, chief.id, 30)  # fmt: skip
    ended = pages.post(browser, f"{PAGE}/{row.id}/end", on=PAGE)
    assert ended.headers["Location"] == PAGE
    assert ask(closed_app.test_client(), found[1]).status_code == 401
    assert "Ended" in browser.get(PAGE).text
    assert acts.events(db_session, "clients.registration_token.created") == [(chief.id, chief.id, {"name": "Build server"})]  # fmt: skip
    assert len(acts.events(db_session, "clients.registration_token.revoked")) == 1


def test_a_token_may_be_valid_until_somebody_ends_it(closed_app: Flask, db_session: Session) -> None:
    _chief, browser = pages.administrator(closed_app)
    pages.post(browser, PAGE, name="For good", lifetime="never")
    assert db_session.scalars(select(RegistrationToken)).one().expires_at is None
    assert "somebody ends it" in browser.get(PAGE).text


@pytest.mark.any_database
@pytest.mark.parametrize(
    "fields", [{"name": "", "lifetime": "7"}, {"name": "x" * 101, "lifetime": "7"}, {"name": "x", "lifetime": "99999999999"}]
)  # fmt: skip
def test_what_is_wrong_stands_beside_the_field(closed_app: Flask, fields: dict[str, str]) -> None:
    _chief, browser = pages.administrator(closed_app)
    answer = pages.post(browser, PAGE, **fields)
    assert answer.status_code == 422
    assert "field__error" in answer.text


@pytest.mark.any_database
@pytest.mark.parametrize("mode", ["off", "open"])
def test_the_page_says_that_nobody_is_asked_for_a_token_now(app_with: MakeApp, mode: str) -> None:
    _chief, browser = pages.administrator(app_with(DYNAMIC_REGISTRATION=mode))
    assert f"since DYNAMIC_REGISTRATION is “{mode}”" in browser.get(PAGE).text


def test_making_one_needs_a_fresh_password_check(closed_app: Flask, db_session: Session) -> None:
    chief, browser = pages.administrator(closed_app)
    acts.grow_stale(db_session, chief)
    db_session.commit()
    assert browser.get(PAGE).headers["Location"].startswith("/reauthenticate")


@pytest.mark.any_database
def test_administrators_read_how_an_app_registered_itself(closed_app: Flask) -> None:
    said = {
        "logo_uri": "https://app.example.org/logo.png", "policy_uri": "https://app.example.org/privacy",
        "contacts": ["mary@example.org"], "software_id": "weather-cli", "software_version": "1.2",
    }  # fmt: skip
    found = register(closed_app.test_client(), make_token(closed_app, "For the build"), **said)
    _chief, browser = pages.administrator(closed_app)
    page = browser.get(f"/admin/apps/{found.app.id}").text
    for words in (
        "Nobody: it registered itself",
        "For the build",
        "mary@example.org",
        "weather-cli",
        "never loaded",
    ):
        assert words in page
    assert 'src="https://app.example.org' not in page
    narrowed = browser.get("/admin/apps", query_string={"state": "registered"}).text
    assert f"/admin/apps/{found.app.id}" in narrowed
    assert (
        f"/admin/apps/{found.app.id}"
        not in browser.get("/admin/apps", query_string={"state": "ownerless"}).text
    )


def test_administrators_end_an_app_that_registered_itself(closed_app: Flask) -> None:
    found = register(closed_app.test_client(), make_token(closed_app))
    _chief, browser = pages.administrator(closed_app)
    acts.act(browser, f"/admin/apps/{found.app.id}/delete", confirm="Weather Station")
    assert found.read().status_code == 401


def test_people_read_the_rules_and_contacts_of_an_app_they_connected(closed_app: Flask) -> None:
    said = {"tos_uri": "https://app.example.org/terms", "contacts": ["mary@example.org"]}
    found = register(closed_app.test_client(), make_token(closed_app), **said)
    browser = make.browser_of(closed_app, make.make_user(closed_app))
    asked = make.ask(browser, found.app)
    assert "This portal has not checked the app." in asked.text
    assert "It registered itself" in asked.text
    assert "Terms of use (app.example.org)" in asked.text
    make.decide(browser, asked)
    page = browser.get("/account/apps").text
    assert 'href="https://app.example.org/terms"' in page
    assert "mary@example.org" in page


def test_commands_make_list_and_end_tokens(closed_app: Flask) -> None:
    run = closed_app.test_cli_runner().invoke
    made = run(args=["registration-token", "create", "--name", "Nightly", "--expires", "2 days", "--json"])
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert (told["name"], told["uses"], told["state"]) == ("Nightly", 0, "valid")
    register(closed_app.test_client(), told["token"])
    listed = json.loads(run(args=["registration-token", "list", "--json"]).stdout)
    assert [(each["id"], each["uses"]) for each in listed] == [(told["id"], 1)]
    assert "token" not in listed[0]
    assert "Nightly" in run(args=["registration-token", "list"]).stdout
    assert (
        json.loads(run(args=["registration-token", "revoke", "Nightly", "--json"]).stdout)["state"] == "ended"
    )
    assert ask(closed_app.test_client(), told["token"]).status_code == 401
    for wrong, code in (
        (["revoke", told["id"]], 1), (["revoke", "nobody's"], 1), (["create", "--expires", "soon"], 2), (["create", "--name", " "], 2),
    ):  # fmt: skip
        assert run(args=["registration-token", *wrong]).exit_code == code


def test_the_token_alone_is_printed_for_scripts(closed_app: Flask) -> None:
    made = closed_app.test_cli_runner().invoke(args=["registration-token", "create"])
    assert re.fullmatch(r"pf_initial_[\w-]{43}\n", made.stdout)
