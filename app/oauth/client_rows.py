"""A client as hot paths read it: a plain row of values, without an ORM object."""

from dataclasses import dataclass
from datetime import datetime

from ..clients import redirect_uris

SECRET_METHODS = ("client_secret_basic", "client_secret_post")


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
    """A client as Authlib's grants ask for it (its ``ClientMixin``), ``revision`` says which state of it this is."""

    id: str
    revision: str
    name: str
    owner_id: str | None
    team_id: str | None
    homepage_url: str
    client_type: str
    auth_method: str | None
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    grant_types: frozenset[str]
    scopes: tuple[str, ...]
    pkce_required: bool
    par_required: bool
    alg: str | None
    jwks: str | None
    jwks_uri: str | None
    retry_window: int | None
    lean_id_tokens: bool
    errors_without_iss: bool
    second_factor_required: bool
    dpop_required: bool
    groups_only: bool
    """Whether only people of its groups may use it."""
    disabled_at: datetime | None
    disabled_by: str | None
    registered_dynamically: bool
    trusted: bool
    learns_unconfirmed_emails: bool
    """Whether it is told addresses that nobody confirmed."""
    introspects_all: bool
    secrets: tuple[SecretRow, ...]

    @property
    def is_public(self) -> bool:
        """Whether this client can keep no secret (:rfc:`6749#section-2.1`)."""
        return self.client_type == "public"

    @property
    def keeper_id(self) -> str | None:
        """The person or the team whose app it is; None: the portal's, or nobody's."""
        return self.owner_id or self.team_id

    @property
    def is_vouched_for(self) -> bool:
        """Whether an administrator answers for this client: by their mark, or as one of the portal itself."""
        return self.trusted or not (self.keeper_id or self.registered_dynamically)

    @property
    def registered_methods(self) -> tuple[str, ...]:
        """How it may prove who it is; one that pins no method may send its secret either way."""
        if self.is_public:
            return ("none",)
        return (self.auth_method,) if self.auth_method else SECRET_METHODS

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

    def get_allowed_scope(self, scope: str | None) -> str:
        """``scope`` unchanged: the portal has refused what is not allowed before Authlib asks.

        Authlib takes None for a refusal; a request without scope asks for all registered ones.
        """
        return scope or ""
