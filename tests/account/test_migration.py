"""Addresses that older versions took although some mail servers take them for others: unconfirmed, links ended."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app import create_app
from app.account.email_links import Purpose, create_link
from app.account.models import EmailLink
from app.clients.models import Client
from app.consents.decisions import give_consent
from app.consents.models import Consent
from app.database.rows import db
from app.oauth.tokens.persons import find_person
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0003_restricted_scopes"
ATTACK = "=?x?q?attacker=40evil.example=3e=20?=x@corp.example"
ROUTE = "attacker%evil.example@corp.example"
KEPT = ["o'neil@corp.example", "ä@bücher.example", "+1@corp.example", "a=b?c@corp.example"]


@pytest.mark.parametrize("kind", KINDS)
def test_addresses_that_are_taken_for_others_lose_their_confirmation(
    databases: Databases, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    people = {
        email: make.make_user(app, f"person{number}", email=f"p{number}@example.org", email_verified=True)
        for number, email in enumerate([ATTACK, ROUTE, *KEPT])
    }
    with app.app_context():
        for email, person in people.items():
            _write_address(person.id, email)
        before = {user.email: user.updated_at for user in db.session.scalars(select(User))}
        for email, person in people.items():
            find_person(person.id, before[email])  # as a running worker remembers the person
        create_link(Purpose.INVITE, email=ATTACK)
        create_link(Purpose.INVITE, email="berta@corp.example")
        db.session.commit()
        downgrade(revision=BEFORE)
        upgrade()
        told = capsys.readouterr().out
        db.session.remove()
        after = {user.email: user for user in db.session.scalars(select(User))}
        assert {email for email, user in after.items() if user.email_verified_at} == set(KEPT)
        for email in (ATTACK, ROUTE):
            assert f"The address {email!r} of {people[email].username!r} is taken for another one" in told
            claimed = find_person(people[email].id, after[email].updated_at)
            assert claimed is not None
            assert claimed.email_verified_at is None
        assert all(after[email].updated_at == before[email] for email in KEPT)
        links = db.session.scalars(select(EmailLink)).all()
        assert {link.email for link in links if link.used_at is None} == {*KEPT, "berta@corp.example"}
        assert f"The invitation to {ATTACK!r} has ended" in told
        assert told.count("\n") == 3
        upgrade()
        assert capsys.readouterr().out == ""
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _write_address(user_id: str, email: str) -> None:
    """Give a person an address as an older version took it, with a link on its way there."""
    values = {"id": user_id, "email": email}
    db.session.execute(text("UPDATE users SET email = :email, email_key = :email WHERE id = :id"), values)
    db.session.commit()
    create_link(Purpose.VERIFY_EMAIL, accounts.get_user(user_id), email=email)
    db.session.commit()


@pytest.mark.parametrize("kind", KINDS)
def test_addresses_at_domains_that_folding_took_for_others_are_found_again_and_nothing_is_lost(
    databases: Databases, kind: str
) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    person = make.make_user(app, "straße", email="jan@example.org")
    client = make.make_client(app, owner=person)
    with app.app_context():
        give_consent(person.id, client.id, ["email"])
        db.session.commit()
        downgrade(revision="0009_unconfirmed_emails")
        older = {"id": person.id, "email": "jan@straße.example", "key": "jan@strasse.example"}
        change = text("UPDATE users SET email = :email, email_key = :key WHERE id = :id")
        db.session.execute(change, older)
        db.session.commit()
        upgrade()
        db.session.remove()
        found = accounts.find_user("jan@xn--strae-oqa.example")
        assert found is not None
        assert found.id == person.id
        assert accounts.find_user("jan@strasse.example") is None
        assert found.username_key == "strasse"
        assert [consent.scope for consent in db.session.scalars(select(Consent))] == ["email"]
        kept = db.session.get_one(Client, client.id)
        assert (len(kept.secrets), kept.unconfirmed_emails) == (1, False)
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
