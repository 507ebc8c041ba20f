from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import Event
from app.clients import disabling, registration
from app.clients.client_secrets import list_live
from app.clients.details import DEVELOPER_LIMITS, OPERATOR_LIMITS, details_of, numbered
from app.clients.refusals import ClientRefused, DisabledByAdministrator, Reason
from app.clients.wording import explain
from app.database.rows import db
from tests.authentication.visitors import make_user
from tests.clients.developers import make_client

KEY = '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"%s}'


@pytest.fixture(autouse=True)
def anna(app: Flask, app_context: Any) -> str:
    return make_user(app)


def problems_of(**changes: Any) -> list[tuple[str, Reason]]:
    with pytest.raises(ClientRefused) as refused:
        make_client("anna", **changes)
    assert all(explain(problem) for problem in refused.value.problems)
    return [(problem.field, problem.reason) for problem in refused.value.problems]


def test_a_confidential_app_gets_a_secret_and_a_public_one_none() -> None:
    confidential, secret = make_client("anna")
    public, none = make_client("anna", name="Phone", client_type="public")
    assert secret is not None
    assert secret.startswith("pf_secret_")
    assert (none, public.auth_method, public.pkce_required) == (None, "none", True)
    assert confidential.pkce_required


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "  "}, ("name", Reason.MISSING)),
        ({"name": "x" * 101}, ("name", Reason.TOO_LONG)),
        ({"name": "\ufdfa" * 100}, ("name", Reason.TOO_LONG)),
        ({"name": "Zap\u200bier"}, ("name", Reason.INVISIBLE)),
        ({"name": "Zap\u202eier"}, ("name", Reason.INVISIBLE)),
        ({"name": "Zapier\u3164"}, ("name", Reason.INVISIBLE)),
        ({"name": "Zapier\ufe0f"}, ("name", Reason.INVISIBLE)),
        ({"name": "Zap\nier"}, ("name", Reason.INVISIBLE)),
        ({"description": "x" * 1001}, ("description", Reason.TOO_LONG)),
        ({"homepage_url": "javascript:alert(1)"}, ("homepage_url", Reason.NOT_A_WEB_ADDRESS)),
        ({"homepage_url": "https://user@evil.example"}, ("homepage_url", Reason.NOT_A_WEB_ADDRESS)),
        ({"homepage_url": "example.com"}, ("homepage_url", Reason.NOT_A_WEB_ADDRESS)),
        ({"homepage_url": "https://[x"}, ("homepage_url", Reason.NOT_A_WEB_ADDRESS)),
        ({"homepage_url": "https://" + "x" * 2000}, ("homepage_url", Reason.NOT_A_WEB_ADDRESS)),
        ({"client_type": "secret"}, ("client_type", Reason.UNKNOWN)),
        ({"grant_types": ()}, ("grant_types", Reason.MISSING)),
        ({"grant_types": ("client-credentials",)}, ("grant_types", Reason.UNKNOWN)),
        (
            {"grant_types": ("urn:ietf:params:oauth:grant-type:token-exchange",)},
            ("grant_types", Reason.UNKNOWN),
        ),
        ({"grant_types": ("password",)}, ("grant_types", Reason.NOT_OFFERED)),
        ({"redirect_uris": []}, ("redirect_uris", Reason.REDIRECT_URI_NEEDED)),
        ({"redirect_uris": ["http://a.example"]}, ("redirect_uris", Reason.PLAIN_HTTP)),
        ({"post_logout_redirect_uris": ((1, "/bye"),)}, ("post_logout_redirect_uris", Reason.NOT_ABSOLUTE)),
        ({"scopes": ("nonsense",)}, ("scopes", Reason.UNKNOWN)),
        ({"scopes": ("users.read",)}, ("scopes", Reason.NOT_OFFERED)),
        ({"client_type": "public", "pkce_required": False}, ("pkce_required", Reason.PUBLIC_NEEDS_PKCE)),
        (
            {"client_type": "public", "grant_types": ("client_credentials",)},
            ("grant_types", Reason.PUBLIC_WITHOUT_SECRET),
        ),
        (
            {"client_type": "public", "auth_method": "client_secret_post"},
            ("auth_method", Reason.METHOD_DOES_NOT_FIT),
        ),
        ({"auth_method": "none"}, ("auth_method", Reason.METHOD_DOES_NOT_FIT)),
        ({"auth_method": "tls"}, ("auth_method", Reason.UNKNOWN)),
        ({"auth_method": "private_key_jwt"}, ("jwks", Reason.KEYS_NEEDED)),
        ({"jwks": "{}"}, ("jwks", Reason.KEYS_MALFORMED)),
        ({"jwks": '{"keys":[1]}'}, ("jwks", Reason.KEYS_MALFORMED)),
        ({"jwks": '{"keys":[' + KEY % ',"d":"x"' + "]}"}, ("jwks", Reason.KEYS_PRIVATE)),
        ({"jwks": "[" * 10_000}, ("jwks", Reason.KEYS_MALFORMED)),
        ({"jwks": "x" * 20_000}, ("jwks", Reason.TOO_LONG)),
        ({"alg": "none"}, ("alg", Reason.UNKNOWN)),
    ],
)
def test_what_is_wrong_with_an_app_is_named(changes: dict[str, Any], problem: tuple[str, Reason]) -> None:
    assert problems_of(**changes) == [problem]


def test_everything_wrong_is_named_at_once() -> None:
    assert problems_of(name="", redirect_uris=["x"], scopes=("nope",)) == [
        ("name", Reason.MISSING),
        ("redirect_uris", Reason.NOT_ABSOLUTE),
        ("scopes", Reason.UNKNOWN),
    ]


@pytest.mark.parametrize(
    "name", ["weather station", "WEATHER  STATION", " Weather station ", "Ｗｅａｔｈｅｒ station"]
)
def test_names_are_unique_in_the_portal_without_regard_to_case(app: Flask, name: str) -> None:
    make_client("anna")
    make_user(app, "ben", "ben@example.org")
    with pytest.raises(ClientRefused) as refused:
        make_client("ben", name=name)
    assert [problem.reason for problem in refused.value.problems] == [Reason.TAKEN]


def test_of_two_apps_registered_under_one_name_at_once_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_client("anna")
    monkeypatch.setattr("app.clients.naming._is_taken", lambda *_: False)  # the other one was not there yet
    assert problems_of() == [("name", Reason.TAKEN)]
    assert len(registration.list_clients()) == 1


def test_operators_give_what_developers_cannot() -> None:
    client, _secret = make_client(
        "anna", OPERATOR_LIMITS, grant_types=("password",), scopes=("users.read",), redirect_uris=[]
    )
    assert client.grant_type_list == ["password"]
    assert client.scope_list == ["users.read"]


def test_editing_keeps_what_only_administrators_give() -> None:
    grants = ("authorization_code", "password")
    client, _secret = make_client(
        "anna", OPERATOR_LIMITS, grant_types=grants, scopes=("openid", "users.read")
    )
    wanted = replace(details_of(client), grant_types=("authorization_code",), scopes=("email",))
    registration.edit_client(client, wanted, actor_id=None, limits=DEVELOPER_LIMITS)
    assert set(client.grant_type_list) == set(grants)
    assert set(client.scope_list) == {"email", "users.read"}


def test_an_edit_that_changes_nothing_is_no_event(anna: str) -> None:
    client, _secret = make_client("anna")
    assert registration.edit_client(client, details_of(client), actor_id=anna) == []
    kinds = list(db.session.scalars(select(Event.kind).where(Event.kind == "clients.client.changed")))
    assert kinds == []


def test_an_app_that_becomes_public_loses_its_secrets_and_may_become_confidential_again(anna: str) -> None:
    client, _secret = make_client("anna")
    registration.edit_client(client, replace(details_of(client), client_type="public"), actor_id=anna)
    assert (client.auth_method, list_live(client)) == ("none", [])
    registration.edit_client(client, replace(details_of(client), client_type="confidential"), actor_id=anna)
    assert client.auth_method is None


def test_an_owner_enables_only_what_no_administrator_disabled(anna: str) -> None:
    client, _secret = make_client("anna")
    disabling.disable_client(client, disabling.OWNER, actor_id=anna)
    disabling.enable_client(client, disabling.OWNER, actor_id=anna)
    assert client.disabled_at is None
    disabling.disable_client(client, disabling.OWNER, actor_id=anna)
    disabling.disable_client(client, disabling.ADMINISTRATOR, actor_id=None)
    disabling.disable_client(client, disabling.OWNER, actor_id=anna)
    with pytest.raises(DisabledByAdministrator):
        disabling.enable_client(client, disabling.OWNER, actor_id=anna)
    assert client.disabled_at is not None
    disabling.enable_client(client, disabling.ADMINISTRATOR, actor_id=None)
    assert client.disabled_at is None


def test_every_act_is_an_event_of_the_owner_without_any_secret(anna: str) -> None:
    client, secret = make_client("anna")
    registration.edit_client(
        client, replace(details_of(client), redirect_uris=numbered(["https://b.example"])), actor_id=anna
    )
    disabling.disable_client(client, disabling.OWNER, actor_id=anna)
    disabling.enable_client(client, disabling.OWNER, actor_id=anna)
    registration.delete_client(client, actor_id=anna)
    db.session.commit()
    events = db.session.scalars(select(Event).where(Event.kind.startswith("clients."))).all()
    assert {event.kind for event in events} == {
        "clients.client.registered",
        "clients.secret.added",
        "clients.client.changed",
        "clients.client.disabled",
        "clients.client.enabled",
        "clients.client.deleted",
    }
    assert {event.user_id for event in events} == {anna}
    assert secret not in "".join(event.details for event in events)
