"""A client as hot paths read it: one SELECT brings the app, its secrets and what it presents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, Select, bindparam, select

from ..clients import redirect_uris
from ..clients.models import Client, ClientSecret
from ..consents.models import Consent
from ..crypto import digest
from ..database import read_connection
from ..users.models import User
from .models import AuthorizationCode, TokenFamily

_CLIENT = [
    column.label(f"client_{column.name}") for column in Client.__table__.c if column.name != "description"
]
_SECRET = [
    ClientSecret.id.label("secret_id"),
    ClientSecret.name.label("secret_name"),
    ClientSecret.digest.label("secret_digest"),
    ClientSecret.last_four.label("secret_last_four"),
    ClientSecret.created_at.label("secret_created_at"),
    ClientSecret.expires_at.label("secret_expires_at"),
    ClientSecret.revoked_at.label("secret_revoked_at"),
]
PERSON = [
    User.username.label("person_username"),
    User.blocked_at.label("person_blocked_at"),
    User.deleted_at.label("person_deleted_at"),
    Consent.withdrawn_at.label("consent_withdrawn_at"),
]


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One of a client's secrets, as far as checking needs it."""

    id: str
    name: str
    digest: str
    last_four: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client as Authlib's grants ask for it (its ``ClientMixin``), without an ORM object."""

    id: str
    name: str
    owner_id: str | None
    homepage_url: str
    client_type: str
    auth_method: str | None
    redirect_uris: tuple[str, ...]
    grant_types: frozenset[str]
    scopes: tuple[str, ...]
    pkce_required: bool
    alg: str | None
    jwks: str | None
    retry_window: int | None
    disabled_at: datetime | None
    disabled_by: str | None
    registered_dynamically: bool
    secrets: tuple[SecretRow, ...]

    @classmethod
    def from_rows(cls, rows: list[Row[Any]]) -> Self:
        """The client that all ``rows`` speak of, one row a secret."""
        row = rows[0]
        secrets = tuple(
            SecretRow(
                id=each.secret_id,
                name=each.secret_name,
                digest=each.secret_digest,
                last_four=each.secret_last_four,
                created_at=each.secret_created_at,
                expires_at=each.secret_expires_at,
                revoked_at=each.secret_revoked_at,
            )
            for each in rows
            if each.secret_id is not None
        )
        return cls(
            id=row.client_id,
            name=row.client_name,
            owner_id=row.client_owner_id,
            homepage_url=row.client_homepage_url,
            client_type=row.client_client_type,
            auth_method=row.client_auth_method,
            redirect_uris=tuple(row.client_redirect_uris.split("\n")) if row.client_redirect_uris else (),
            grant_types=frozenset(row.client_grant_types.split()),
            scopes=tuple(row.client_scopes.split()),
            pkce_required=row.client_pkce_required or row.client_client_type == "public",
            alg=row.client_alg,
            jwks=row.client_jwks,
            retry_window=row.client_retry_window,
            disabled_at=row.client_disabled_at,
            disabled_by=row.client_disabled_by,
            registered_dynamically=row.client_registered_dynamically,
            secrets=secrets,
        )

    @property
    def is_public(self) -> bool:
        """Whether this client can keep no secret (:rfc:`6749#section-2.1`)."""
        return self.client_type == "public"

    def get_client_id(self) -> str:
        """The ``client_id``."""
        return self.id

    def get_default_redirect_uri(self) -> str | None:
        """The redirect URI of a request that names none: the only registered one (:rfc:`6749#section-3.1.2.3`)."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether ``redirect_uri`` is registered, loopback ports aside."""
        return redirect_uris.matches(list(self.redirect_uris), redirect_uri) is not None

    def check_response_type(self, response_type: str) -> bool:
        """Whether the client may use the authorization endpoint that way."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the grant is switched on."""
        return grant_type in self.grant_types

    def get_allowed_scope(self, scope: str) -> str:
        """``scope`` unchanged: the portal has refused what is not allowed before Authlib asks."""
        return scope


def _statement(*extra: Any) -> Select[Any]:
    return (
        select(*_CLIENT, *_SECRET, *extra)
        .select_from(Client.__table__)
        .outerjoin(ClientSecret, ClientSecret.client_id == Client.id)
        .where(Client.id == bindparam("client_id"))
        .order_by(ClientSecret.id)
    )


_ALONE = _statement()
_WITH_CODE = (
    _statement(*(column.label(f"code_{column.name}") for column in AuthorizationCode.__table__.c), *PERSON)
    .outerjoin(AuthorizationCode, AuthorizationCode.code_digest == bindparam("code_digest"))
    .outerjoin(User, User.id == AuthorizationCode.user_id)
    .outerjoin(Consent, Consent.id == AuthorizationCode.consent_id)
)
_WITH_FAMILY = (
    _statement(*(column.label(f"family_{column.name}") for column in TokenFamily.__table__.c), *PERSON)
    .outerjoin(TokenFamily, TokenFamily.id == bindparam("family_id"))
    .outerjoin(User, User.id == TokenFamily.user_id)
    .outerjoin(Consent, Consent.id == TokenFamily.consent_id)
)


def find_client(client_id: str) -> ClientRow | None:
    """The client of that id."""
    return _read(_ALONE, client_id=client_id)[0]


def find_client_and_code(client_id: str, code: str) -> tuple[ClientRow | None, Row[Any] | None]:
    """The client, and the row of ``code`` (columns ``code_…`` and those of :data:`PERSON`), whosever it is."""
    client, row = _read(_WITH_CODE, client_id=client_id, code_digest=digest(code))
    return client, row if row is not None and row.code_id is not None else None


def find_client_and_family(client_id: str, family_id: str) -> tuple[ClientRow | None, Row[Any] | None]:
    """The client, and the row of the family (columns ``family_…`` and those of :data:`PERSON`)."""
    client, row = _read(_WITH_FAMILY, client_id=client_id, family_id=family_id)
    return client, row if row is not None and row.family_id is not None else None


def _read(statement: Select[Any], **parameters: str) -> tuple[ClientRow | None, Row[Any] | None]:
    if not parameters["client_id"].isascii() or len(parameters["client_id"]) > 64:
        return None, None  # no id looks like that, and an ASCII column must not be asked for it
    with read_connection() as connection:
        rows = list(connection.execute(statement, parameters))
    return (ClientRow.from_rows(rows), rows[0]) if rows else (None, None)
