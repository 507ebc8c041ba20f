"""Every route of the portal, found from its URL map, with an address that leads somewhere."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from app import ENDPOINTS as BLUEPRINTS
from app.account import email_links
from app.account.models import EmailLink
from app.authentication.access import is_public
from app.authentication.models import Passkey
from app.clients.dynamic import initial_tokens
from app.clients.models import Client
from app.clock import now
from app.consents.decisions import give_consent
from app.database.rows import db
from app.notifications.mail import queue_mail
from app.teams.inviting import invite
from app.teams.models import Role, TeamInvitation
from app.teams.teams import find_team
from app.users.accounts import get_user
from app.users.pictures import replace_picture
from tests import factories as make

ENDPOINTS = tuple(blueprint.name for blueprint in BLUEPRINTS)


@dataclass(frozen=True)
class World:
    """A person, their app, and what the placeholders of addresses stand for."""

    person: make.Person
    client: make.App
    values: dict[str, str]


def world(app: Flask) -> World:
    """An administrator with an app that they use, a secret, a session and links in the post; somebody else to look after."""
    person = make.make_user(app, locale=None, is_admin=True)
    other = make.make_user(app)
    client = make.make_client(app, owner=person)
    team = make.make_team(app, person, developer=other)
    with app.app_context():
        found = db.session.get(Client, client.id)
        assert found is not None
        secret_id = found.secrets[0].id
        replace_picture(get_user(person.id), b"RIFF")
        picture_id = str(get_user(person.id).picture_id)
        token = email_links.create_link(email_links.Purpose.VERIFY_EMAIL, get_user(person.id), person.email)
        email_links.create_link(email_links.Purpose.INVITE, email="invited@example.org")
        invitation_id = db.session.scalars(select(EmailLink.id).order_by(EmailLink.id.desc())).first()
        invitation = _invitation_to(team.id, person.id)
        mail = queue_mail(person.email, None, "verify_email")
        mail.next_try_at = now() + timedelta(hours=1)
        passkey_id = _passkey_of(person.id)
        give_consent(person.id, client.id, ["openid", "phone"])
        registration_token_id = initial_tokens.create_token("Build server", by=person.id)[0].id
        db.session.commit()
        mail_id = mail.id
    values = {
        "client_id": client.id,
        "secret_id": secret_id,
        "session_id": "0" * 32,
        "request_id": "a" * 20,
        "user_id": other.id,
        "mail_id": mail_id,
        "picture_id": picture_id,
        "passkey_id": passkey_id,
        "choice": "off",
        "registration_token_id": registration_token_id,
        "group_id": make.make_group(app, None, other).id,
        "invitation_id": invitation_id or "",
        "team_id": team.id,
        "team_invitation_id": invitation,
    }
    values |= {"token": token, "filename": "css/tokens.css", "username": person.username}
    return World(person, client, values)


def _invitation_to(team_id: str, user_id: str) -> str:
    team = find_team(team_id)
    assert team is not None
    invite(team, "asked@example.org", Role.READER, by=get_user(user_id), locale="en")
    return db.session.scalars(select(TeamInvitation.id)).one()


def _passkey_of(user_id: str) -> str:
    passkey = Passkey(
        user_id=user_id, credential_id="abcd", public_key="abcd", aaguid="", device="Firefox, Linux"
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey.id


def address(rule: Rule, values: dict[str, str]) -> str:
    """The path of ``rule`` with its placeholders filled."""
    path = rule.rule
    for name in rule.arguments:
        for placeholder in (f"<{name}>", f"<path:{name}>"):
            path = path.replace(placeholder, values[name])
    return path


def rules(app: Flask, method: str) -> list[Rule]:
    """The routes that answer ``method``."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def is_page(rule: Rule) -> bool:
    """Whether people open it, rather than programs."""
    return rule.endpoint != "static" and rule.endpoint.partition(".")[0] not in ENDPOINTS


def is_open(app: Flask, rule: Rule) -> bool:
    """Whether its view says that everybody may see it."""
    return is_public(app.view_functions[rule.endpoint])
