"""Rows of the authorization server. Tokens themselves are stored nowhere."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from ..authentication.methods import PASSWORD
from ..clock import now
from ..database.rows import Expiry, Id, Model, PrimaryId, ascii_text

ON_A_DEVICE = ""
"""In the place of a session: what a device got lives on when the browser that allowed it is signed out."""


class AuthorizationCode(Model):
    """A code on its way to the client; once redeemed it stays as a tombstone, to catch a replay."""

    __tablename__ = "authorization_codes"
    __expiry__ = Expiry("keep_until")

    id: Mapped[PrimaryId]
    code_digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    consent_id: Mapped[Id] = mapped_column(ForeignKey("consents.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str | None] = mapped_column(ascii_text(32))
    redirect_uri: Mapped[str] = mapped_column(Text)
    redirect_uri_sent: Mapped[bool] = mapped_column(default=True)
    scope: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str | None] = mapped_column(Text)
    code_challenge: Mapped[str | None] = mapped_column(ascii_text(128))
    dpop_jkt: Mapped[str | None] = mapped_column(ascii_text(43))
    """The thumbprint of the key whose proof must come with the code, :rfc:`9449#section-10`."""
    auth_time: Mapped[datetime]
    methods: Mapped[str] = mapped_column(ascii_text(40), default=PASSWORD, server_default=PASSWORD)
    requested_claims: Mapped[str | None] = mapped_column(Text)
    """What was asked for claim by claim and may be given: :mod:`app.oauth.requested_claims`."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    family_id: Mapped[str] = mapped_column(ascii_text(32))
    """The family this code will found: known beforehand, so that a replay finds it."""
    keep_until: Mapped[datetime] = mapped_column(index=True)


class PushedRequest(Model):
    """An authorization request that an app sent beforehand (:rfc:`9126`): for one browser and one answer."""

    __tablename__ = "pushed_requests"
    __expiry__ = Expiry("expires_at", timedelta(hours=1))

    id: Mapped[PrimaryId]
    uri_digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    """Of the random part of its ``request_uri``."""
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[str | None] = mapped_column(Text)
    """Its parameters, which may name a person; null once it has its answer."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """Until when it may be opened; once it was, until when it may be answered."""
    opened_at: Mapped[datetime | None]
    browser_digest: Mapped[str | None] = mapped_column(ascii_text(64))
    """Of the mark that the browser keeps in which it was opened."""
    answered_at: Mapped[datetime | None]
    """When the app got its one answer, a code or an error."""


class TokenFamily(Model):
    """All tokens of one authorization: a counter instead of a row a token.

    The refresh token of generation ``counter`` is recomputed from ``seed`` and a key outside the database.
    """

    __tablename__ = "token_families"
    __expiry__ = Expiry("expires_at", timedelta(days=30))

    id: Mapped[PrimaryId]
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    consent_id: Mapped[Id | None] = mapped_column(ForeignKey("consents.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str | None] = mapped_column(ascii_text(32))
    """The browser's session it came of, :data:`ON_A_DEVICE`, or null: of a password."""
    scope: Mapped[str] = mapped_column(Text)
    auth_time: Mapped[datetime]
    methods: Mapped[str] = mapped_column(ascii_text(40), default=PASSWORD, server_default=PASSWORD)
    """What the person had proved who they are with: ``amr`` and ``acr`` of the tokens."""
    requested_claims: Mapped[str | None] = mapped_column(Text)
    """As the code had it."""
    seed: Mapped[bytes] = mapped_column(LargeBinary().with_variant(mysql.VARBINARY(16), "mysql", "mariadb"))
    counter: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    dpop_jkt: Mapped[str | None] = mapped_column(ascii_text(43))
    """The thumbprint of the key that the refresh tokens are bound to: those of public apps, :rfc:`9449#section-5`."""
    rotated_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(ascii_text(40))
    """Name of the cause that ended it."""


class DeviceCode(Model):
    """What a device asked for (:rfc:`8628`), and what somebody decided; used up or over it stays a day as a tombstone."""

    __tablename__ = "device_codes"
    __expiry__ = Expiry("keep_until")

    id: Mapped[PrimaryId]
    code_digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    user_code_digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    """Keyed: all codes of eight letters are tried in an hour."""
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(Text)
    """What the device asked for; once it is allowed, what the person granted of it."""
    network: Mapped[str] = mapped_column(ascii_text(50))
    """Where it was asked from, as far as people are shown it: a /24 or a /48."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    keep_until: Mapped[datetime] = mapped_column(index=True)
    poll_interval: Mapped[int]
    """Seconds that the device must wait between two polls."""
    polled_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    user_id: Mapped[str | None] = mapped_column(
        ascii_text(32), ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    """Who decided."""
    consent_id: Mapped[str | None] = mapped_column(
        ascii_text(32), ForeignKey("consents.id", ondelete="CASCADE"), index=True
    )
    """What the person allows; null where they declined."""
    auth_time: Mapped[datetime | None]
    methods: Mapped[str | None] = mapped_column(ascii_text(40))
    redeemed_at: Mapped[datetime | None]


class RevokedToken(Model):
    """An access token revoked before its time, by ``jti``; gone once it would have expired anyway."""

    __tablename__ = "revoked_tokens"
    __expiry__ = Expiry("expires_at")

    jti: Mapped[str] = mapped_column(ascii_text(80), primary_key=True)
    revoked_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SigningKey(Model):
    """A key pair that signs tokens: published before it signs, and until the last token it signed is gone."""

    __tablename__ = "signing_keys"
    __expiry__ = Expiry("expires_at")

    kid: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    alg: Mapped[str] = mapped_column(ascii_text(8))
    slot: Mapped[str | None] = mapped_column(ascii_text(16), unique=True)
    """``RS256:current`` or ``RS256:next``, null once retired; unique, so that two workers never make two."""
    public_jwk: Mapped[str] = mapped_column(Text)
    sealed_private_jwk: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    signs_from: Mapped[datetime | None]
    """When it became the current key; null: the next one, published so that everybody knows it in time."""
    retired_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the last token it signed has expired; null while it is current or next."""
    mac: Mapped[str | None] = mapped_column(ascii_text(64))
    """Over all but the private half; a row without the right one was not made here."""


class UsedAssertion(Model):
    """The ``jti`` of a client assertion that was accepted once, kept until it would have expired."""

    __tablename__ = "used_assertions"
    __expiry__ = Expiry("expires_at")

    jti_digest: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UsedProof(Model):
    """A DPoP proof that was accepted once, by its key and ``jti``, kept until its ``iat`` is too old."""

    __tablename__ = "used_proofs"
    __expiry__ = Expiry("expires_at")

    proof_digest: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
