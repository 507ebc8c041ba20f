"""OAuth clients ("apps" on screen) and their secrets."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Text, and_, event, true, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Expiry, Id, Model, PrimaryId, ascii_text, new_id


class Client(Model):
    """A registered app. ``id`` is its ``client_id``; lists are kept as texts, so one row is one read.

    ``redirect_uris`` and ``post_logout_redirect_uris`` hold one URI a line; ``grant_types`` and ``scopes``
    hold words separated by spaces. Neither owner nor team: an app of the portal itself.
    """

    __tablename__ = "clients"
    __table_args__ = (
        Index("ix_clients_owner_id_id", "owner_id", "id"),
        Index("ix_clients_team_id_id", "team_id", "id"),
        TABLE_OPTIONS,
    )

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """The folded name; null for apps that registered themselves, whose names need not be unique."""
    description: Mapped[str] = mapped_column(Text, default="")
    homepage_url: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    team_id: Mapped[Id | None] = mapped_column(ForeignKey("teams.id"))
    """The team whose app it is; such an app has no ``owner_id``. A team that has apps cannot be deleted."""
    client_type: Mapped[str] = mapped_column(ascii_text(12), default="confidential")
    auth_method: Mapped[str | None] = mapped_column(ascii_text(24))
    """The one ``token_endpoint_auth_method``; null accepts basic and post."""
    redirect_uris: Mapped[str] = mapped_column(Text, default="")
    post_logout_redirect_uris: Mapped[str] = mapped_column(Text, default="")
    backchannel_logout_uri: Mapped[str | None] = mapped_column(Text)
    """Where it hears of the end of a session (OpenID Connect Back-Channel Logout 1.0)."""
    grant_types: Mapped[str] = mapped_column(Text, default="")
    scopes: Mapped[str] = mapped_column(Text, default="")
    pkce_required: Mapped[bool] = mapped_column(default=True)
    par_required: Mapped[bool] = mapped_column(default=False)
    """Whether its authorization requests count only when they are pushed (:rfc:`9126`)."""
    alg: Mapped[str | None] = mapped_column(ascii_text(8))
    """The app's own choice of signature; null follows ``ACCESS_TOKEN_ALG``."""
    jwks: Mapped[str | None] = mapped_column(Text)
    jwks_uri: Mapped[str | None] = mapped_column(Text)
    """Where the app publishes its keys, instead of ``jwks``."""
    retry_window: Mapped[int | None]
    """Seconds in which a repeated refresh token gets the same successor; null follows the setting."""
    lean_id_tokens: Mapped[bool] = mapped_column(default=False)
    """Whether its ID tokens leave out what userinfo tells of the person."""
    errors_without_iss: Mapped[bool] = mapped_column(default=False)
    """Whether authorization errors leave out ``iss``, which some libraries take for a sign-in begun elsewhere."""
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    dpop_required: Mapped[bool] = mapped_column(default=False)
    full_since: Mapped[datetime | None]
    """When it first had as many people as an app may have that nobody vouches for; owner and administrators know."""
    preset: Mapped[str | None] = mapped_column(ascii_text(24))
    registered_dynamically: Mapped[bool] = mapped_column(default=False)
    """Whether it registered itself, or became nobody's otherwise: without an owner it is none of the portal's."""
    owner_left_at: Mapped[datetime | None]
    """When its owner deleted their account: it is in the care of administrators until somebody has it."""
    groups_only: Mapped[bool] = mapped_column(default=False)
    """Whether only people of its groups may use it; with none it is for nobody. Administrators say so."""
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it ends, as the owner who left has chosen."""
    trusted: Mapped[bool] = mapped_column(default=False)
    unconfirmed_emails: Mapped[bool] = mapped_column(default=False)
    """Whether it learns addresses that nobody confirmed, as long as it is vouched for."""
    introspects_all: Mapped[bool] = mapped_column(default=False)
    """Whether it may introspect everybody's access tokens; administrators say so."""
    disabled_at: Mapped[datetime | None]
    disabled_by: Mapped[str | None] = mapped_column(ascii_text(16))
    """``owner`` or ``administrator``."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    revision: Mapped[str] = mapped_column(ascii_text(32), default=new_id, onupdate=new_id)
    """Changes with the row and with its secrets: a worker may go on with what it knows while this is the same."""

    secrets: Mapped[list["ClientSecret"]] = relationship(
        order_by="ClientSecret.id", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def redirect_uri_list(self) -> list[str]:
        """The registered redirect URIs, in the order given."""
        return self.redirect_uris.split("\n") if self.redirect_uris else []

    @property
    def grant_type_list(self) -> list[str]:
        """The grants switched on for this app."""
        return self.grant_types.split()

    @property
    def scope_list(self) -> list[str]:
        """The scopes this app may ask for."""
        return self.scopes.split()

    @property
    def is_public(self) -> bool:
        """Whether this app can keep no secret (:rfc:`6749#section-2.1`)."""
        return self.client_type == "public"

    @property
    def keeper_id(self) -> str | None:
        """The person or the team whose app it is; None: the portal's, or nobody's."""
        return self.owner_id or self.team_id

    @property
    def is_vouched_for(self) -> bool:
        """Whether administrators stand for this app: they verified it, or it is one of the portal itself."""
        return self.trusted or not (self.keeper_id or self.registered_dynamically)

    @property
    def needs_secret(self) -> bool:
        """Whether this app proves who it is with a secret, not with a key of its own or not at all."""
        return not self.is_public and self.auth_method != "private_key_jwt"


OF_THE_PORTAL = and_(
    Client.owner_id.is_(None), Client.team_id.is_(None), Client.registered_dynamically != true()
)
"""Whether a row is an app of the portal itself, for which administrators stand without a mark."""


class ClientSecret(Model):
    """One of an app's secrets: a keyed digest to check it, and the secret itself, sealed, for its owner."""

    __tablename__ = "client_secrets"

    id: Mapped[PrimaryId]
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    last_four: Mapped[str] = mapped_column(ascii_text(4))
    digest: Mapped[str] = mapped_column(ascii_text(64))
    sealed: Mapped[str | None] = mapped_column(Text)
    """Null where ``CLIENT_SECRETS_SHOWN_ONCE`` is set."""
    mac: Mapped[str | None] = mapped_column(ascii_text(64))
    """What binds it to its app; see :mod:`app.clients.authentic_secrets`."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class ClientGroup(Model):
    """A group whose people may use an app that is not for everybody."""

    __tablename__ = "client_groups"

    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[Id] = mapped_column(
        ForeignKey("user_groups.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class SecretView(Model):
    """Who has seen a secret of an app, on the page that showed it: made, or revealed."""

    __tablename__ = "secret_views"

    secret_id: Mapped[Id] = mapped_column(
        ForeignKey("client_secrets.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[Id] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_at: Mapped[datetime] = mapped_column(default=now)
    """When they first saw it."""


TRANSFER_LIFETIME = timedelta(days=14)


class ClientTransfer(Model):
    """An app that is offered to a person or a team: theirs once they accept. One offer an app."""

    __tablename__ = "client_transfers"
    __expiry__ = Expiry("expires_at")

    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    to_user_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    to_team_id: Mapped[Id | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    asked_by: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


@event.listens_for(ClientSecret, "after_insert")
@event.listens_for(ClientSecret, "after_update")
@event.listens_for(ClientSecret, "after_delete")
def _change_revision(_mapper: Any, connection: Connection, secret: ClientSecret) -> None:
    table = Client.__table__
    connection.execute(update(Client).where(table.c.id == secret.client_id).values(revision=new_id()))
