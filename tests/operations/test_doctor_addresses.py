"""`flask doctor` names addresses that older versions took although some mail servers take them for others."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.account.email_links import Purpose, create_link
from app.database.rows import db
from app.notifications import delivery
from app.notifications.mail import queue_mail
from app.operations.doctor import addresses
from app.users.models import User
from tests import factories as make
from tests.operations.test_doctor import findings, wrong

ATTACK = "=?x?q?attacker=40evil.example=3e=20?=x@corp.example"


def write_addresses(session: Session, people: list[make.Person], pattern: str) -> None:
    for number, person in enumerate(people):
        user = session.get_one(User, person.id)
        user.email = user.email_key = pattern.format(number)
    session.commit()


def test_a_person_whose_address_is_taken_for_another_one_is_named(app: Flask, db_session: Session) -> None:
    make.make_user(app, "anna", email="o'neil+1@bücher.example")
    mallory = make.make_user(app, "mallory", email_verified=True)
    other = make.make_user(app, "other", email_verified=False)
    assert wrong(app, "addresses") == ""
    write_addresses(db_session, [mallory, other], "attacker%evil{}.example@corp.example")
    (finding,) = findings(app, "addresses")
    assert finding.says == (
        "people whose address some mail servers take for another one (2): "
        "'mallory' with 'attacker%evil0.example@corp.example', which counts as confirmed, "
        "'other' with 'attacker%evil1.example@corp.example'"
    )
    assert "/account/email" in finding.mend
    assert app.test_cli_runner().invoke(args=["doctor"]).exit_code == 1
    for person in (mallory, other):  # as the finding advises
        assert app.test_cli_runner().invoke(args=["user", "block", person.username]).exit_code == 0
    assert wrong(app, "addresses") == ""


def test_many_are_counted_and_some_named(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "MOST_NAMED", 2)
    monkeypatch.setattr(addresses, "ROWS_AT_ONCE", 2)
    write_addresses(db_session, [make.make_user(app) for _number in range(5)], "x!{}@corp.example")
    told = wrong(app, "addresses")
    assert told.startswith("people whose address some mail servers take for another one (5): ")
    assert "x!1@corp.example" in told
    assert "x!2@corp.example and" not in told
    assert "and 3 more" in told


def test_invitations_and_mails_to_such_an_address_are_told(app: Flask, db_session: Session) -> None:
    with app.app_context():
        create_link(Purpose.INVITE, email=ATTACK)
        create_link(Purpose.INVITE, email="berta@corp.example")
        queue_mail(ATTACK, "en", "verify_email", link="https://x.example/y", host="x")
        db.session.commit()
        delivery.deliver_due()
    told = wrong(app, "addresses")
    assert f"invitations to such addresses (1): {ATTACK!r}: " in told
    assert "flask invite create EMAIL" in told
    assert "mails that wait and can never leave: 1" in told
