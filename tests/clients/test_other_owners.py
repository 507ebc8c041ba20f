"""Nobody learns, sees or changes anything of another person's app."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import Client, ClientSecret
from tests.authentication.visitors import PASSWORD, csrf_token
from tests.clients.developers import developer, form_of_new_app, register

PREFIX = "/dashboard/apps/<client_id>"


def routes(app: Flask) -> list[tuple[str, str]]:
    """Method and path of every page about one app."""
    found = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    assert len(found) >= 8
    return [(method, rule.rule) for rule in found for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]


def addresses(app: Flask, session: Session) -> list[tuple[str, str]]:
    client, secret = session.scalars(select(Client.id)).one(), session.scalars(select(ClientSecret.id)).one()
    values = {"<client_id>": client, "<secret_id>": secret}
    result = []
    for method, path in routes(app):
        for name, value in values.items():
            path = path.replace(name, value)  # noqa: PLW2901
        result.append((method, path))
    return result


def everything_sent(browser: FlaskClient) -> dict[str, object]:
    """Right answers to every form there is."""
    return {
        **form_of_new_app(name="Taken over"),
        "csrf_token": csrf_token(browser, "/dashboard/apps/new"),
        "confirm": "Weather station",
        "password": PASSWORD,
    }


def test_another_persons_app_is_a_404_at_every_address(app: Flask, db_session: Session) -> None:
    register(developer(app))
    ben = developer(app, "ben")
    for method, path in addresses(app, db_session):
        answer = ben.open(path, method=method, data=everything_sent(ben) if method == "POST" else None)
        assert answer.status_code == 404, f"{method} {path}"
        assert "Weather station" not in answer.text
    db_session.expire_all()
    client = db_session.scalars(select(Client)).one()
    assert (client.name, client.disabled_at) == ("Weather station", None)
    assert [secret.revoked_at for secret in client.secrets] == [None]


def test_an_app_of_the_portal_itself_is_nobodys(app: Flask, db_session: Session) -> None:
    anna = developer(app)
    client_id, _page = register(anna)
    db_session.execute(Client.__table__.update().values(owner_id=None))
    db_session.commit()
    assert anna.get(f"/dashboard/apps/{client_id}").status_code == 404


def test_every_page_about_an_app_asks_strangers_to_sign_in(app: Flask, db_session: Session) -> None:
    register(developer(app))
    stranger = app.test_client()
    token = csrf_token(stranger)
    for method, path in addresses(app, db_session):
        answer = stranger.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login"), f"{method} {path}"


@pytest.mark.any_database
@pytest.mark.parametrize("token", [{}, {"csrf_token": "forged"}])
def test_no_form_works_without_its_csrf_token(app: Flask, db_session: Session, token: dict[str, str]) -> None:
    anna = developer(app)
    register(anna)
    posts = [path for method, path in addresses(app, db_session) if method == "POST"]
    assert len(posts) >= 7
    for path in [*posts, "/dashboard/apps/new"]:
        answer = anna.post(path, data={**everything_sent(anna), "csrf_token": "", **token})
        assert answer.status_code == 400, path
    db_session.expire_all()
    client = db_session.scalars(select(Client)).one()
    assert (client.name, client.disabled_at, len(client.secrets)) == ("Weather station", None, 1)
