"""Somebody always administers the portal, whatever two administrators do to each other at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clock import now
from app.database.rows import db
from app.users import accounts, administrators
from app.users.models import User
from app.users.refusals import LastAdministrator, NotActive, OwnAccount
from tests import factories as make
from tests.account.visitor import mails
from tests.support.mailboxes import text_of

Rule = Callable[[User, str], None]
ENDINGS: dict[str, Rule] = {
    "dismiss": administrators.dismiss,
    "block": lambda user, by: accounts.block(user, by=by),
    "delete": lambda user, by: accounts.delete(user, by=by),
}
SECONDS = 60


@pytest.fixture(params=ENDINGS)
def end(request: pytest.FixtureRequest) -> Rule:
    """What takes an administrator away."""
    return ENDINGS[request.param]


def left(session: Session) -> int:
    """How many administrators can still act."""
    acting = User.is_admin, User.blocked_at.is_(None), User.deleted_at.is_(None)
    return session.scalar(select(func.count()).select_from(User).where(*acting)) or 0


def test_two_administrators_who_end_each_other_at_once_leave_one(
    app: Flask, db_session: Session, end: Rule
) -> None:
    pair = [make.make_user(app, is_admin=True).id for _ in range(2)]
    barrier = Barrier(2)

    def one(number: int) -> bool:
        with app.app_context():
            other = accounts.get_user(pair[1 - number])
            barrier.wait(timeout=SECONDS)
            try:
                end(other, pair[number])
            except LastAdministrator:
                db.session.rollback()
                return False
            db.session.commit()
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == [False, True]
    assert left(db_session) == 1


def test_the_last_one_who_can_act_stays(app: Flask, db_session: Session, end: Rule) -> None:
    last, blocked = make.make_user(app, is_admin=True), make.make_user(app, is_admin=True)
    make.make_user(app)
    with app.app_context():
        accounts.get_user(blocked.id).blocked_at = now()
        db.session.commit()
        with pytest.raises(LastAdministrator):
            end(accounts.get_user(last.id), blocked.id)
        db.session.rollback()
    assert left(db_session) == 1


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("name", ["dismiss", "block"])
def test_nobody_does_it_to_themselves(app: Flask, name: str) -> None:
    one, _other = make.make_user(app, is_admin=True), make.make_user(app, is_admin=True)
    user = accounts.get_user(one.id)
    with pytest.raises(OwnAccount):
        ENDINGS[name](user, user.id)
    assert user.is_admin
    assert user.is_active


@pytest.mark.usefixtures("app_context")
def test_the_command_line_may_block_everybody(app: Flask) -> None:
    user = accounts.get_user(make.make_user(app, is_admin=True).id)
    accounts.block(user)
    assert not user.is_active


@pytest.mark.usefixtures("app_context")
def test_nobody_blocked_is_appointed(app: Flask) -> None:
    chief = make.make_user(app, is_admin=True)
    user = accounts.get_user(make.make_user(app).id)
    accounts.block(user)
    with pytest.raises(NotActive):
        administrators.appoint(user, chief.id)
    accounts.unblock(user)
    administrators.appoint(user, chief.id)
    assert user.is_admin


@pytest.mark.parametrize("by_command", [False, True])
def test_all_administrators_are_told_of_a_new_one(app: Flask, db_session: Session, by_command: bool) -> None:
    chief = make.make_user(app, "chief", is_admin=True, email_verified=True)
    make.make_user(app, "deputy", is_admin=True, email_verified=True, locale="de")
    make.make_user(app, "unconfirmed", is_admin=True, email_verified=False)
    make.make_user(app, "somebody", email_verified=True)
    if by_command:
        create = ["user", "create", "newcomer", "newcomer@example.org", "--admin", "--verified"]
        assert app.test_cli_runner().invoke(args=create).exit_code == 0
    else:
        newcomer = make.make_user(app, "newcomer", email_verified=True)
        with app.app_context():
            administrators.appoint(accounts.get_user(newcomer.id), chief.id)
            db.session.commit()
    assert db_session.query(Event).filter_by(kind="account.administrator.appointed").count() == 1
    told = {mail["To"]: mail for mail in mails(app, "new_administrator")}
    assert set(told) == {"chief@example.org", "deputy@example.org", "newcomer@example.org"}
    assert told["deputy@example.org"]["Subject"].startswith("Ein neues Administrationskonto bei ")
    text = " ".join(text_of(told["chief@example.org"]).split())
    words = "newcomer was made an administrator" if by_command else "chief made newcomer an administrator"
    assert words in text
    assert "/admin/users/" in text


@pytest.mark.parametrize("gone", ["blocked_at", "deleted_at"])
def test_only_somebody_who_can_sign_in_administers_the_portal(app: Flask, gone: str) -> None:
    make.make_user(app)
    with app.app_context():
        assert not administrators.has_one()
        chief = accounts.get_user(make.make_user(app, is_admin=True).id)
        assert administrators.has_one()
        setattr(chief, gone, now())
        db.session.commit()
        assert not administrators.has_one()
