"""What a request presents, found in one narrow SELECT beside the client's revision.

A driver in Python pays for every column, so a client's own columns are read only when its revision changed:
each process keeps the clients it has met, and the database says with every request whether they still hold.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, String, bindparam, case, func, literal_column, or_, select

from ..clients.authentic_secrets import is_mac
from ..clients.models import Client, ClientSecret
from ..clients.verified import learns_unconfirmed_emails
from ..consents.models import Consent
from ..crypto import digest
from ..database.engines import read_connection
from ..database.hot_reads import HotRead, constant
from ..diagnostics import causes
from ..process.cache import Cache
from ..teams.models import Team
from ..users.models import User
from ..users.person_fields import CLAIMED
from .client_rows import ClientRow, SecretRow
from .models import AuthorizationCode, DeviceCode, PushedRequest, TokenFamily

MOST_CLIENTS = 1_000  # a process keeps

_known: Cache[str, ClientRow] = Cache(MOST_CLIENTS)

# Why tokens about this person do not count: the name of a cause, or null.
_PERSON_STATE = case(
    (or_(User.id.is_(None), User.deleted_at.is_not(None)), constant(causes.USER_DELETED.name)),
    (User.blocked_at.is_not(None), constant(causes.USER_BLOCKED.name)),
    (Consent.withdrawn_at.is_not(None), constant(causes.ACCESS_WITHDRAWN.name)),
).label("person_state")
# What the person allows the app at present.
CONSENT_SCOPE = func.coalesce(Consent.scope, literal_column("''", String())).label("consent_scope")
_DECLINED = func.coalesce(Consent.declined, literal_column("''", String())).label("consent_declined")
_TEAM = (Team.id.label("team_id"), Team.name.label("team_name"))  # that the consent is for

_PERSON = [getattr(User, field.column) for field in CLAIMED]  # what ID tokens are made of

_UNREAD = ("code_digest", "user_code_digest", "keep_until")


def _with_revision(model: Any, key: Any, *extra: Any) -> HotRead:
    """The client's revision, the columns of ``model`` where ``key`` matches, and the state of its person."""
    columns = [column for column in model.__table__.c if column.name not in _UNREAD]
    return HotRead(
        select(
            Client.revision,
            *columns,
            _PERSON_STATE,
            Consent.withdrawn_at,
            CONSENT_SCOPE,
            _DECLINED,
            *_TEAM,
            *extra,
        )
        .select_from(Client.__table__)
        .outerjoin(model, key == bindparam("presented"))
        .outerjoin(User, User.id == model.user_id)
        .outerjoin(Consent, Consent.id == model.consent_id)
        .outerjoin(Team, Team.id == Consent.team_id)
        .where(Client.id == bindparam("client"))
    )


_REVISION = HotRead(select(Client.revision).where(Client.id == bindparam("client")))
_WITH_PUSHED = HotRead(
    select(Client.revision, *PushedRequest.__table__.c)
    .select_from(Client.__table__)
    .outerjoin(PushedRequest, PushedRequest.uri_digest == bindparam("presented"))
    .where(Client.id == bindparam("client"))
)
_WITH_CODE = _with_revision(AuthorizationCode, AuthorizationCode.code_digest, *_PERSON)
_WITH_DEVICE_CODE = _with_revision(DeviceCode, DeviceCode.code_digest, *_PERSON)
_WITH_FAMILY = _with_revision(TokenFamily, TokenFamily.id, *_PERSON)
_WHOLE_CLIENT = (
    select(
        Client.__table__,
        learns_unconfirmed_emails(),
        *(column.label(f"secret_{column.name}") for column in ClientSecret.__table__.c),
    )
    .select_from(Client.__table__)
    .outerjoin(ClientSecret, ClientSecret.client_id == Client.id)
    .where(Client.id == bindparam("client"))
    .order_by(ClientSecret.id)
)


def find_client(client_id: str) -> ClientRow | None:
    """The client of that id."""
    return _read(_REVISION, client_id)[0]


def find_client_and_code(client_id: str, code: str) -> tuple[ClientRow | None, Row[Any] | None]:
    """The client, and the row of ``code`` with its ``person_state``, whosever it is."""
    return _read(_WITH_CODE, client_id, digest(code))


def find_client_and_device_code(client_id: str, code: str) -> tuple[ClientRow | None, Row[Any] | None]:
    """The client, and the row of the device ``code``, whosever it is; its ``person_state`` counts once somebody decided."""
    return _read(_WITH_DEVICE_CODE, client_id, digest(code))


def find_client_and_pushed(client_id: str, random: str) -> tuple[ClientRow | None, Row[Any] | None]:
    """The client, and the row of the pushed request with that random part, whosever it is."""
    return _read(_WITH_PUSHED, client_id, digest(random))


def find_client_and_family(client_id: str, family_id: str) -> tuple[ClientRow | None, Row[Any] | None]:
    """The client, and the row of the family with its ``person_state``, whosever it is."""
    return _read(_WITH_FAMILY, client_id, family_id)


def _read(
    read: HotRead, client_id: str, presented: str | None = None
) -> tuple[ClientRow | None, Row[Any] | None]:
    if client_id.endswith(" "):
        return None, None  # MariaDB takes spaces at the end for nothing
    values = {"client": client_id} if presented is None else {"client": client_id, "presented": presented}
    row = read.first(**values)
    if row is None:
        return None, None
    client = _known.get(client_id)
    if client is None or client.revision != row.revision:
        client = _read_whole(client_id)
    return client, row if presented is not None and row.id is not None else None


def _read_whole(client_id: str) -> ClientRow | None:
    """Read the client with its secrets and keep it."""
    with read_connection() as connection:
        rows = connection.execute(_WHOLE_CLIENT, {"client": client_id}).all()
    client = _client(rows) if rows else None
    if client is None:
        _known.drop(client_id)
    else:
        _known.put(client_id, client)
    return client


def _client(rows: Sequence[Row[Any]]) -> ClientRow:
    """The client that all ``rows`` speak of, one row a secret."""
    row = rows[0]
    return ClientRow(
        id=row.id,
        revision=row.revision,
        name=row.name,
        owner_id=row.owner_id,
        team_id=row.team_id,
        homepage_url=row.homepage_url,
        client_type=row.client_type,
        auth_method=row.auth_method,
        redirect_uris=tuple(row.redirect_uris.split("\n")) if row.redirect_uris else (),
        post_logout_redirect_uris=tuple(row.post_logout_redirect_uris.split()),
        grant_types=frozenset(row.grant_types.split()),
        scopes=tuple(row.scopes.split()),
        pkce_required=row.pkce_required or row.client_type == "public",
        par_required=row.par_required,
        alg=row.alg,
        jwks=row.jwks,
        jwks_uri=row.jwks_uri,
        retry_window=row.retry_window,
        lean_id_tokens=row.lean_id_tokens,
        errors_without_iss=row.errors_without_iss,
        second_factor_required=row.second_factor_required,
        dpop_required=row.dpop_required,
        groups_only=row.groups_only,
        disabled_at=row.disabled_at,
        disabled_by=row.disabled_by,
        registered_dynamically=row.registered_dynamically,
        trusted=row.trusted,
        learns_unconfirmed_emails=row.unproven,
        introspects_all=row.introspects_all,
        secrets=tuple(_secret(each) for each in rows if _is_its_secret(each)),
    )


def _is_its_secret(row: Row[Any]) -> bool:
    """Whether there is one, and this portal gave it to this app: looked at once a revision, not with each request."""
    return row.secret_id is not None and is_mac(row.secret_mac, row.secret_id, row.id, row.secret_digest)


def _secret(row: Row[Any]) -> SecretRow:
    return SecretRow(
        id=row.secret_id,
        name=row.secret_name,
        digest=row.secret_digest,
        last_four=row.secret_last_four,
        created_at=row.secret_created_at,
        expires_at=row.secret_expires_at,
        revoked_at=row.secret_revoked_at,
    )
