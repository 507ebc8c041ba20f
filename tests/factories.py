"""People, apps, codes and tokens for tests: made by the rules, changed by keywords, without slow hashes."""

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.authentication import sessions
from app.authentication.models import BrowserSession
from app.clients import group_limits
from app.clients.details import OPERATOR_LIMITS, Details, numbered
from app.clients.models import Client
from app.clients.registration import register_client
from app.clock import now
from app.database.rows import db
from app.extensions import settings
from app.groups import groups, members
from app.groups.models import Group as GroupRow
from app.scopes.definitions import create_scope
from app.scopes.models import READS
from app.teams import teams
from app.teams.models import Role, TeamMember
from app.users import accounts
from app.users.passwords import hash_password

CALLBACK = "https://app.example.org/callback"
PASSWORD = "violet kettle under seven bridges"
ALL_GRANTS = ("authorization_code", "refresh_token", "client_credentials")
_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: str
    username: str
    email: str


@dataclass(frozen=True)
class App:
    """A registered app, and how it asks."""

    id: str
    secret: str | None
    callback: str = CALLBACK

    @property
    def auth(self) -> tuple[str, str] | None:
        """Its Basic credentials."""
        return (self.id, self.secret) if self.secret else None

    @property
    def form(self) -> dict[str, str]:
        """Its credentials as fields of a body."""
        return {"client_id": self.id, **({"client_secret": self.secret} if self.secret else {})}


@dataclass(frozen=True)
class Team:
    """A team of people."""

    id: str
    name: str


@dataclass(frozen=True)
class Group:
    """A group of people."""

    id: str
    name: str


@dataclass(frozen=True)
class Proof:
    """A PKCE verifier and its challenge."""

    verifier: str
    challenge: str


@cache
def password_hash(hasher: str) -> str:
    """The hash of :data:`PASSWORD` that this hasher makes, made once."""
    return hash_password(PASSWORD)


def make_user(app: Flask, username: str | None = None, **changes: Any) -> Person:
    """A new person, who has confirmed the address; further keywords are those of ``accounts.register``."""
    username = username or f"person{next(_numbers)}"
    email = changes.pop("email", f"{username}@example.org")
    changes.setdefault("email_verified", True)
    with app.app_context():
        changes.setdefault("password_hash", password_hash(settings.password_hasher))
        user = accounts.register(username, email, **changes)
        db.session.commit()
        return Person(user.id, username, email)


def make_team(app: Flask, maker: Person, name: str | None = None, /, **others: Person) -> Team:
    """A new team of ``maker``, an owner; keywords are the roles of ``others``."""
    name = name or f"Team {next(_numbers)}"
    with app.app_context():
        team = teams.create_team(name, owner_id=maker.id)
        for role, person in others.items():
            db.session.add(TeamMember(team_id=team.id, user_id=person.id, role=Role(role), added_by=maker.id))
        db.session.commit()
        return Team(team.id, name)


def make_group(app: Flask, name: str | None = None, *people: Person) -> Group:
    """A new group with these people in it."""
    with app.app_context():
        group = groups.create_group(name or f"Group {next(_numbers)}", actor_id=None)
        if people:
            members.add_members(group, [person.id for person in people], actor_id=None)
        db.session.commit()
        return Group(group.id, group.name)


def restrict(app: Flask, client: App, *only: Group) -> None:
    """Let only people of these groups use the app."""
    with app.app_context():
        row = db.session.get_one(Client, client.id)
        found = [db.session.get_one(GroupRow, group.id) for group in only]
        group_limits.restrict_to(row, found, actor_id=None)
        db.session.commit()


def join(app: Flask, group: Group, *people: Person) -> None:
    """Put these people into the group."""
    _change(app, group, people, members.add_members)


def leave(app: Flask, group: Group, *people: Person) -> None:
    """Take these people out of the group."""
    _change(app, group, people, members.remove_members)


def _change(app: Flask, group: Group, people: tuple[Person, ...], rule: Any) -> None:
    with app.app_context():
        rule(db.session.get_one(GroupRow, group.id), [person.id for person in people], actor_id=None)
        db.session.commit()


def make_client(app: Flask, owner: Person | None = None, **changes: Any) -> App:
    """A new app with all grants and without the duty of PKCE; keywords are those of ``Details``, ``introspects_all`` and ``team``."""
    introspects_all = changes.pop("introspects_all", False)
    team: Team | None = changes.pop("team", None)
    uris = changes.pop("redirect_uris", [CALLBACK])
    defaults: dict[str, Any] = {
        "name": f"App {next(_numbers)}",
        "grant_types": ALL_GRANTS,
        "pkce_required": False,
    }
    if changes.get("client_type") == "public":
        defaults |= {"grant_types": ALL_GRANTS[:2], "pkce_required": True}
    details = Details(**{**defaults, **changes, "redirect_uris": numbered(uris)})
    owner_id = owner.id if owner and not team else None
    with app.app_context():
        client, secret = register_client(
            details,
            owner_id=owner_id,
            team_id=team.id if team else None,
            actor_id=owner.id if owner else None,
            limits=OPERATOR_LIMITS,
        )
        client.introspects_all = introspects_all
        db.session.commit()
        return App(client.id, secret, uris[0] if uris else "")


def make_scope(
    app: Flask,
    name: str = "reports.read",
    audience: str | None = None,
    restricted: bool = False,
    effect: str = READS,
) -> str:
    """A scope of the portal's own."""
    texts = ("Read your reports", "Ihre Berichte lesen")
    with app.app_context():
        create_scope(name, *texts, audience, restricted=restricted, effect=effect)
        db.session.commit()
    return name


def browser_of(app: Flask, person: Person, methods: str = "pwd") -> FlaskClient:
    """A browser in which this person has just signed in, by these methods."""
    return sign_in(app, app.test_client(), person, methods)


def sign_in(app: Flask, browser: FlaskClient, person: Person, methods: str = "pwd") -> FlaskClient:
    """The same browser, in which this person has just signed in."""
    with app.app_context():
        _row, token = sessions.start_session(
            accounts.get_user(person.id), methods=methods, ip=None, device=None
        )
        db.session.commit()
    with browser.session_transaction() as session:
        session["_user_id"] = token
    return browser


def give_second_factor(app: Flask, person: Person) -> None:
    """Let this person have an authenticator app, as far as the rest of the portal can see."""
    with app.app_context():
        accounts.get_user(person.id).totp_at = now()
        db.session.commit()


def give_passkey(app: Flask, person: Person) -> None:
    """Let this person have a passkey, as far as the rest of the portal can see."""
    with app.app_context():
        accounts.get_user(person.id).passkey_at = now()
        db.session.commit()


def prove_second_factor(app: Flask, person: Person) -> None:
    """What the page of the step-up does, in every session of this person: a code was right just now."""
    proved = {"methods": "pwd otp mfa", "authenticated_at": now(), "second_factor_at": now()}
    with app.app_context():
        db.session.execute(update(BrowserSession).where(BrowserSession.user_id == person.id).values(proved))
        db.session.commit()


def make_proof() -> Proof:
    """A fresh PKCE pair."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return Proof(verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


def request_of(client: App, proof: Proof | None = None, **changes: str | None) -> dict[str, str]:
    """The parameters of an authorization request; ``None`` leaves one out."""
    parameters: dict[str, str | None] = {
        "client_id": client.id,
        "redirect_uri": client.callback,
        "response_type": "code",
        "scope": "openid profile email",
        "state": "st-1234567",
        "nonce": "no-1234567",
        **({"code_challenge": proof.challenge, "code_challenge_method": "S256"} if proof else {}),
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}


def ask(browser: FlaskClient, client: App, proof: Proof | None = None, **changes: str | None) -> TestResponse:
    """What the authorization endpoint answers."""
    return browser.get("/oauth/authorize", query_string=request_of(client, proof, **changes))


def push(http: FlaskClient, client: App, proof: Proof | None = None, **changes: str | None) -> TestResponse:
    """What the endpoint for pushed requests answers to this authorization request."""
    return http.post("/oauth/par", data=request_of(client, proof, **changes) | client.form)


def pushed(
    client: App, http: FlaskClient, proof: Proof | None = None, **changes: str | None
) -> dict[str, str]:
    """The query that refers to a request which the app has just pushed."""
    response = push(http, client, proof, **changes)
    assert response.status_code == 201, response.text
    return {"client_id": client.id, "request_uri": response.json["request_uri"]}  # type: ignore[index]


def csrf_token(page: TestResponse) -> str:
    """What the forms of this page send along."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, f"{page.status_code} without a form: {page.text[:500]}"
    return found[1]


def action_of(page: TestResponse, path: str = "/oauth/consent") -> str:
    """Where the form of this page goes, with its query."""
    found = re.search(rf'action="({re.escape(path)}[^"]*)"', page.text)
    assert found, (
        f"{page.status_code} {page.headers.get('Location')} without a form to {path}: {page.text[:1500]}"
    )
    return html.unescape(found[1])


def offered(page: TestResponse) -> list[str]:
    """The permissions a consent page lets the person tick."""
    return re.findall(r'name="scope" value="([^"]+)"', page.text)


def decide(
    browser: FlaskClient,
    page: TestResponse,
    decision: str = "allow",
    ticked: list[str] | None = None,
    **answers: str,
) -> TestResponse:
    """Send the consent form of ``page``, all boxes ticked unless told otherwise; ``answers`` such as the ``team``."""
    fields = {"csrf_token": csrf_token(page), "decision": decision, **answers}
    chosen = offered(page) if ticked is None else ticked
    return browser.post(action_of(page), data={**fields, "scope": chosen})


def answer_of(response: TestResponse) -> dict[str, str]:
    """The parameters a redirect carries to the app."""
    assert response.status_code in (302, 303), f"{response.status_code} {response.text[:1500]}"
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query, keep_blank_values=True))


def authorize(client: App, browser: FlaskClient, proof: Proof | None = None, **changes: str | None) -> str:
    """A fresh code for what the person at this browser allows: everything that is asked for."""
    response = ask(browser, client, proof, **changes)
    if response.status_code == 200:
        response = decide(browser, response)
    answer = answer_of(response)
    assert "code" in answer, answer
    return answer["code"]


def redeem(
    browser: FlaskClient, client: App, code: str, proof: Proof | None = None, **changes: Any
) -> TestResponse:
    """What the token endpoint answers to the code; ``None`` leaves a parameter out."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.callback,
        **client.form,
    }
    fields |= {"code_verifier": proof.verifier} if proof else {}
    fields |= changes
    return browser.post(
        "/oauth/token", data={name: value for name, value in fields.items() if value is not None}
    )


def tokens_for(client: App, browser: FlaskClient, **changes: str | None) -> dict[str, Any]:
    """The token answer of a whole authorization, with PKCE."""
    proof = make_proof()
    response = redeem(browser, client, authorize(client, browser, proof, **changes), proof)
    assert response.status_code == 200, response.text
    return dict(response.json or {})


def refresh(browser: FlaskClient, client: App, token: str, **changes: str) -> TestResponse:
    """What the token endpoint answers to the refresh token."""
    fields = {"grant_type": "refresh_token", "refresh_token": token, **client.form, **changes}
    return browser.post("/oauth/token", data=fields)


def introspect(browser: FlaskClient, client: App, token: str) -> dict[str, Any]:
    """What introspection says of ``token``."""
    response = browser.post("/oauth/introspect", data={"token": token}, auth=client.auth)
    assert response.status_code == 200, response.text
    return dict(response.json or {})


def with_token(token: str) -> dict[str, str]:
    """The header of a request with an access token."""
    return {"Authorization": f"Bearer {token}"}


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, not verified."""
    return _part(token, 1)


def header_of(token: str) -> dict[str, Any]:
    """The header of a JWT."""
    return _part(token, 0)


def query_of(url: str) -> dict[str, list[str]]:
    """The query of an address."""
    return parse_qs(urlsplit(url).query)


def _part(token: str, number: int) -> dict[str, Any]:
    import json

    part = token.split(".")[number]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))
