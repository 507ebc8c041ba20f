"""What one network may ask for in bulk: accounts, links for new passwords, confirmations, text messages."""

import re
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import network_limits
from app.extensions import limiter
from app.network_limits import (
    CONFIRMATION_MAILS,
    FORGOTTEN_PASSWORDS,
    REGISTRATION_FORMS,
    REGISTRATIONS,
    TEXT_MESSAGES,
)
from app.notifications.models import OutgoingMail
from app.users.models import User
from tests import factories as make
from tests.account.test_setup import setup_path
from tests.account.visitor import PASSWORD, csrf_token, mails, sign_up, submit
from tests.authentication.visitors import THERE, browser_at
from tests.support.apps import MakeApp
from tests.support.gateways import Gateway


def spend(app: Flask, limit: network_limits.NetworkLimit, address: str = THERE) -> None:
    """Use the share of a network up, but for one."""
    with app.app_context():
        for _ in range(limit.item.amount - 1):
            network_limits.count(limit, address)


def register_by_api(app: Flask, name: str, address: str = THERE) -> Any:
    fields = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return browser_at(app, address).post("/api/register", json=fields)


def people(session: Session) -> int:
    return session.scalar(select(func.count(User.id))) or 0


def test_attack_accounts_in_bulk(app: Flask, db_session: Session) -> None:
    """The page and the API share the count, and what is refused keeps what was typed."""
    spend(app, REGISTRATIONS)
    assert sign_up(browser_at(app), "anna").status_code == 303
    page, answer = sign_up(browser_at(app), "berta"), register_by_api(app, "carla")
    assert page.status_code == answer.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 3601
    assert "This has been done too often from the network you use" in page.text
    assert 'value="berta"' in page.text
    assert 'value="berta@example.org"' in page.text
    assert answer.json["error"] == "too_many_requests"
    assert "too often" in answer.json["message"]
    assert "Retry-After" in answer.headers
    assert people(db_session) == 1
    assert sign_up(browser_at(app, "203.0.113.8"), "berta").status_code == 303, "others register as before"


def test_attack_asking_which_names_are_taken(app: Flask) -> None:
    sign_up(app.test_client(), "anna")
    asked = Counter(register_by_api(app, "anna").status_code for _ in range(REGISTRATIONS.item.amount + 10))
    assert asked == {409: REGISTRATIONS.item.amount, 429: 10}


def test_attack_asking_which_names_are_taken_with_forms_that_cannot_register(app: Flask) -> None:
    """A form that names all its faults tells of taken names as well, whatever else is wrong with it."""
    sign_up(app.test_client(), "anna")
    browser, taken = browser_at(app), "This username is taken"
    for _ in range(REGISTRATION_FORMS.item.amount):
        page = sign_up(browser, "anna", password="short")
        assert (page.status_code, taken in page.text) == (422, True)
    page = sign_up(browser, "anna", password="short")
    assert page.status_code == 429
    assert "This has been done too often from the network you use" in page.text
    assert taken not in page.text
    assert "This email address is taken" not in page.text
    assert 'value="anna"' in page.text
    assert sign_up(browser_at(app, "203.0.113.8"), "berta").status_code == 303


def test_attack_asking_which_names_are_taken_with_the_link_of_the_first_start(app: Flask) -> None:
    sign_up(app.test_client(), "anna")
    path, browser = setup_path(app), browser_at(app)
    spend(app, REGISTRATION_FORMS)
    assert "This username is taken" in sign_up(browser, "anna", path, password="short").text
    page = sign_up(browser, "anna", path, password="short")
    assert page.status_code == 429
    assert "Retry-After" in page.headers
    assert "This username is taken" not in page.text


def test_attack_asking_which_addresses_are_taken_by_changing_ones_own(app: Flask) -> None:
    sign_up(app.test_client(), "anna")
    browser, asked = browser_at(app), Counter[tuple[int, bool]]()
    sign_up(browser, "eve")
    for _ in range(CONFIRMATION_MAILS.item.amount + 3):
        page = submit(browser, "/account/email", email="anna@example.org", current_password=PASSWORD)
        asked[page.status_code, "This email address is taken" in page.text] += 1
    assert asked == {(422, True): CONFIRMATION_MAILS.item.amount, (429, False): 3}


def test_a_class_that_mistypes_its_passwords_registers_all_the_same(app: Flask) -> None:
    for pupil in range(REGISTRATIONS.item.amount):
        browser = browser_at(app)
        assert sign_up(browser, f"pupil{pupil}", password="short").status_code == 422
        assert sign_up(browser, f"pupil{pupil}").status_code == 303


def test_forms_that_are_refused_for_what_was_typed_do_not_count(app: Flask) -> None:
    spend(app, REGISTRATIONS)
    for _ in range(5):
        assert sign_up(browser_at(app), "anna", password="short").status_code == 422
    assert sign_up(browser_at(app), "anna").status_code == 303


def test_attack_links_for_new_passwords_in_bulk(app: Flask, db_session: Session) -> None:
    spend(app, FORGOTTEN_PASSWORDS)
    browser = browser_at(app)
    assert submit(browser, "/forgot-password", email="anna@example.org").status_code == 200
    page = submit(browser, "/forgot-password", email="berta@example.org")
    assert page.status_code == 429
    assert "This has been done too often from the network you use" in page.text
    assert 'value="berta@example.org"' in page.text
    assert "Retry-After" in page.headers
    waiting = select(func.count(OutgoingMail.id)).where(OutgoingMail.template == "answer_reset_request")
    assert db_session.scalar(waiting) == 1


def test_attack_confirmation_mails_in_bulk(app: Flask) -> None:
    """By asking again, and by giving one address after the other."""
    browser = browser_at(app)
    sign_up(browser)
    spend(app, CONFIRMATION_MAILS)
    assert submit(browser, "/account/verification", page="/account").status_code == 303
    refused = submit(browser, "/account/verification", page="/account")
    assert refused.status_code == 429
    assert "Please wait a moment" in refused.text
    changed = submit(browser, "/account/email", email="victim@example.org", current_password=PASSWORD)
    assert changed.status_code == 429
    assert 'value="victim@example.org"' in changed.text
    assert "Retry-After" in changed.headers
    assert not [mail for mail in mails(app) if mail["To"] == "victim@example.org"]


def test_attack_text_messages_from_one_ipv6_network(app_with: MakeApp, sms_gateway: Gateway) -> None:
    app = app_with(SMS_WEBHOOK_URL=sms_gateway.url)
    sent: Counter[int] = Counter()
    for number in range(TEXT_MESSAGES.item.amount + 6):
        user = make.make_user(app, email_verified=True)
        browser = make.browser_of(app, user)
        browser.environ_base["REMOTE_ADDR"] = f"2001:db8:1:1::{number + 1:x}"
        mobile = f"+4917012345{number:02}"
        assert (
            submit(browser, "/account/profile", email=user.email, locale="en", mobile=mobile).status_code
            == 303
        )
        sent[submit(browser, "/account/profile/mobile/code", page="/account/profile").status_code] += 1
    assert sent == {303: TEXT_MESSAGES.item.amount, 429: 6}


def test_listed_addresses_are_exempt(app_with: MakeApp) -> None:
    app = app_with(RATE_LIMIT_WHITE_LIST="", RATE_LIMIT_WHITE_LIST_REGEXP=r"203\.0\.113\.\d+")
    with app.app_context():
        for _ in range(100):
            network_limits.count(REGISTRATIONS, THERE)
        spend(app, REGISTRATIONS, "127.0.0.1")
        network_limits.count(REGISTRATIONS, "127.0.0.1")
        with pytest.raises(network_limits.LimitReached):
            network_limits.count(REGISTRATIONS, "127.0.0.1")


def test_counters_in_trouble_keep_nobody_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> int:
        raise OSError("no room left")

    monkeypatch.setattr(limiter.storage, "incr", broken)
    assert sign_up(browser_at(app)).status_code == 303


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("path", ["/register", "/forgot-password"])
def test_the_page_says_it_in_the_readers_language(app: Flask, language: str, path: str) -> None:
    limit = {"/register": REGISTRATIONS, "/forgot-password": FORGOTTEN_PASSWORDS}[path]
    spend(app, limit)
    with app.app_context():
        network_limits.count(limit, THERE)
    browser = browser_at(app)
    token = csrf_token(browser.get(f"{path}?locale={language}"))
    fields = {"username": "anna", "email": "anna@example.org", "password": PASSWORD, "csrf_token": token}
    page = browser.post(path, data=fields)
    assert page.status_code == 429
    assert {"en": "the network you use", "de": "dem Netz, das Sie benutzen"}[language] in page.text
    assert re.search(r"\d+ (minutes|Minuten)|1 (hour|Stunde)", page.text)
