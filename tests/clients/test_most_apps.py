"""Nobody has endless apps, but administrators and commands may."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.clients import registration
from app.clients.details import DEVELOPER_LIMITS, Details, numbered
from app.clients.models import Client
from app.clients.pages import new_app as page
from app.clients.refusals import ClientRefused, Reason
from app.database.rows import db
from tests import factories as make

MOST = replace(DEVELOPER_LIMITS, most_apps=2)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "DEVELOPER_LIMITS", MOST)


def send_new(browser: FlaskClient, name: str) -> tuple[int, str]:
    form = browser.get("/dashboard/apps/new")
    fields = {"csrf_token": make.csrf_token(form), "name": name, "redirect_uris": make.CALLBACK}
    fields |= {"client_type": "confidential", "grant_types": "authorization_code", "scopes": "openid"}
    answer = browser.post("/dashboard/apps/new", data=fields)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("locale", "told"),
    [("en", "You have 2 apps, as many as one person may have."), ("de", "Sie haben 2 Apps, so viele")],
)
def test_one_app_too_many_is_refused_in_words(app: Flask, locale: str, told: str) -> None:
    developer = make.browser_of(app, make.make_user(app))
    developer.get(f"/?locale={locale}")
    assert [send_new(developer, f"App of mine {number}")[0] for number in range(2)] == [302, 302]
    status, text = send_new(developer, "One more")
    assert status == 422
    assert told in text
    assert 'value="One more"' in text  # nothing typed is lost


def test_a_deleted_app_makes_room(app: Flask) -> None:
    developer = make.browser_of(app, make.make_user(app))
    for number in range(3):
        send_new(developer, f"App of mine {number}")
    with app.app_context():
        registration.delete_client(db.session.scalars(select(Client)).first(), actor_id=None)
        db.session.commit()
    assert send_new(developer, "Room for one")[0] == 302


def test_administrators_and_commands_are_not_limited(app: Flask) -> None:
    root = make.make_user(app, "root", is_admin=True)
    administrator = make.browser_of(app, root)
    assert {send_new(administrator, f"App {number}")[0] for number in range(4)} == {302}
    developer = make.make_user(app, "developer")
    run = app.test_cli_runner().invoke
    for number in range(4):
        made = run(args=["client", "create", f"Given {number}", "--owner", "developer"])
        assert made.exit_code == 0, made.output
    assert send_new(make.browser_of(app, developer), "One more")[0] == 422


def test_apps_registered_at_the_same_moment_are_no_more(app: Flask) -> None:
    person = make.make_user(app)

    def register(number: int) -> bool:
        details = Details(name=f"Racing {number}", redirect_uris=numbered([make.CALLBACK]))
        with app.app_context():
            try:
                registration.register_client(details, owner_id=person.id, actor_id=person.id, limits=MOST)
            except ClientRefused as refused:
                return [problem.reason for problem in refused.problems] != [Reason.TOO_MANY]
            db.session.commit()
            return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(register, range(6))) == 2
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Client)) == 2


def test_an_app_can_be_edited_when_there_are_as_many_as_may_be(app: Flask) -> None:
    person = make.make_user(app)
    clients = [make.make_client(app, person) for _ in range(3)]
    developer = make.browser_of(app, person)
    form = developer.get(f"/dashboard/apps/{clients[0].id}/edit")
    fields = {"csrf_token": make.csrf_token(form), "name": "Renamed", "client_type": "confidential"}
    fields |= {"grant_types": "authorization_code", "scopes": "openid", "redirect_uris": make.CALLBACK}
    assert developer.post(f"/dashboard/apps/{clients[0].id}/edit", data=fields).status_code == 302
