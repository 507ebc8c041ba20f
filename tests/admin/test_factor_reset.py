"""Second factors that somebody has lost: taken away by an administrator, who says why."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.authentication.models import BrowserSession, RecoveryCode, TotpSecret
from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.account.visitor import mails
from tests.admin import acts, pages
from tests.authentication.phones import give_codes, give_phone, queued
from tests.support.mailboxes import text_of

WHY = "Lost the phone; we met in person"


@pytest.fixture
def chief(app: Flask) -> tuple[make.Person, FlaskClient]:
    return pages.administrator(app)


@pytest.fixture
def anna(app: Flask) -> make.Person:
    """Somebody with an app, recovery codes, and a browser that is signed in."""
    anna = make.make_user(app, "anna")
    give_phone(app, anna.id)
    give_codes(app, anna.id)
    make.browser_of(app, anna)
    return anna


def nothing_is_left(session: Session, anna: make.Person) -> bool:
    rows = [session.scalars(select(model)).all() for model in (TotpSecret, RecoveryCode)]
    sessions = session.scalars(select(BrowserSession).where(BrowserSession.user_id == anna.id)).all()
    return rows == [[], []] and sessions == [] and acts.state(session, anna).totp_at is None


def test_an_administrator_takes_lost_factors_away_and_the_person_reads_why(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    person, browser = chief
    path = f"/admin/users/{anna.id}/reset-factors"
    assert f'href="{path}"' in browser.get(f"/admin/users/{anna.id}").text
    answer = acts.act(browser, path, reason=f"  {WHY} ")
    assert answer.location == f"/admin/users/{anna.id}"
    assert nothing_is_left(db_session, anna)
    recorded = acts.events(db_session, "authentication.factors.reset")
    assert recorded == [(anna.id, person.id, {"reason": WHY})]
    assert WHY in text_of(mails(app, "factors_reset")[-1])


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_without_a_reason_of_a_sensible_length_nothing_is_taken_away(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session, reason: str
) -> None:
    answer = acts.act(chief[1], f"/admin/users/{anna.id}/reset-factors", reason=reason)
    assert (answer.status_code, 'id="reason-error"' in answer.text) == (422, True)
    assert acts.state(db_session, anna).totp_at is not None
    assert queued(app, "factors_reset") == 0


def test_nobody_takes_away_their_own_or_without_being_an_administrator(
    app: Flask, chief: tuple[make.Person, FlaskClient], anna: make.Person
) -> None:
    person, browser = chief
    assert browser.get(f"/admin/users/{person.id}/reset-factors").status_code == 404
    assert make.browser_of(app, anna).get(f"/admin/users/{anna.id}/reset-factors").status_code == 404


def test_taking_factors_away_asks_for_a_fresh_sign_in(
    chief: tuple[make.Person, FlaskClient], anna: make.Person, db_session: Session
) -> None:
    acts.grow_stale(db_session)
    answer = chief[1].get(f"/admin/users/{anna.id}/reset-factors")
    assert answer.location.startswith("/reauthenticate?next=")


def test_the_operator_takes_lost_factors_away(app: Flask, anna: make.Person, db_session: Session) -> None:
    runner = app.test_cli_runner()
    answer = runner.invoke(args=["user", "reset-factors", "anna", "--reason", WHY])
    assert (answer.exit_code, answer.output) == (
        0, "anna signs in with the password alone now, and is signed out everywhere.\n"
    )  # fmt: skip
    assert nothing_is_left(db_session, anna)
    assert queued(app, "factors_reset") == 1
    again = runner.invoke(args=["user", "reset-factors", "anna", "--reason", WHY])
    assert (again.exit_code, "anna has no second factor" in again.output) == (1, True)


@pytest.mark.parametrize("arguments", [["anna"], ["anna", "--reason", " "], ["anna", "--reason", "x" * 201]])
def test_the_operator_says_why_too(app: Flask, anna: make.Person, arguments: list[str]) -> None:
    answer = app.test_cli_runner().invoke(args=["user", "reset-factors", *arguments])
    assert (answer.exit_code, "--reason" in answer.output) == (2, True)


def test_the_reason_goes_with_the_person(app: Flask, anna: make.Person, db_session: Session) -> None:
    """It is free text, and may say who they were."""
    app.test_cli_runner().invoke(args=["user", "reset-factors", "anna", "--reason", "Anna Muster called"])
    with app.app_context():
        accounts.delete(accounts.get_user(anna.id))
        db.session.commit()
    assert acts.events(db_session, "authentication.factors.reset") == [(anna.id, None, {"reason": None})]
