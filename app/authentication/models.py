"""Signed-in browsers, and the count of wrong passwords."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import Expiry, Id, Model, PrimaryId, ascii_text
from .methods import PASSWORD

LONGEST_CREDENTIAL_ID = 1364  # characters: 1023 bytes (WebAuthn, section 5.8.3) in base64url
LONGEST_PUBLIC_KEY = 1024  # characters: an RSA key of 4096 bits has about 720
LONGEST_PASSKEY_NAME = 100  # characters


class BrowserSession(Model):
    """A browser in which somebody is signed in; the cookie holds the token, this row only its digest."""

    __tablename__ = "browser_sessions"
    __expiry__ = Expiry("expires_at")

    id: Mapped[PrimaryId]
    token_digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    authenticated_at: Mapped[datetime] = mapped_column(default=now)
    """When the person last proved who they are: ``auth_time`` of id_tokens."""
    methods: Mapped[str] = mapped_column(ascii_text(40), default=PASSWORD, server_default=PASSWORD)
    """What they proved it with: :mod:`app.authentication.methods`."""
    second_factor_at: Mapped[datetime | None]
    """When two factors were last proved, or the second one was once more; None: never in this session."""
    rotated_at: Mapped[datetime] = mapped_column(default=now)
    """When the token was last replaced; a later ``last_seen_at`` says that the browser has got the new one."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    remembered: Mapped[bool] = mapped_column(default=False)
    ephemeral: Mapped[bool] = mapped_column(default=False, server_default=false())
    ip: Mapped[str | None] = mapped_column(ascii_text(45))
    device: Mapped[str | None] = mapped_column(String(120))


class SpentToken(Model):
    """A token that a session had before: who still shows it after a moment has a copy."""

    __tablename__ = "spent_session_tokens"

    token_digest: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    session_id: Mapped[Id] = mapped_column(ForeignKey("browser_sessions.id", ondelete="CASCADE"), index=True)
    spent_at: Mapped[datetime | None]
    """None: when the browser has shown the token that came in its place, for an answer may be lost on its way."""
    authenticated_at: Mapped[datetime | None]
    """When the person had proved who they are as far as this token goes; None: it lets nobody in any more."""
    methods: Mapped[str] = mapped_column(ascii_text(40), default=PASSWORD, server_default=PASSWORD)
    """What they had proved it with by then."""
    second_factor_at: Mapped[datetime | None]
    """When they had proved two factors by then."""


class SignInFailures(Model):
    """How often a wrong password was given for one account; a row, since it must survive a restart."""

    __tablename__ = "sign_in_failures"
    __expiry__ = Expiry("expires_at")

    account: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    """Digest of the folded name, so that names nobody has are counted the same way."""
    count: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Passkey(Model):
    """A WebAuthn credential of a person: docs/decisions/0039-passkeys.md."""

    __tablename__ = "passkeys"

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(ascii_text(LONGEST_CREDENTIAL_ID), unique=True)
    """In base64url, as the browser writes it."""
    public_key: Mapped[str] = mapped_column(ascii_text(LONGEST_PUBLIC_KEY))
    """In base64url, a COSE key (:rfc:`9052`)."""
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    """How often it says that it has signed; 0 where it does not count."""
    aaguid: Mapped[str] = mapped_column(ascii_text(36))
    """The model of its authenticator."""
    transports: Mapped[str] = mapped_column(ascii_text(80), default="")
    """How browsers reach it, separated by blanks."""
    backup_eligible: Mapped[bool] = mapped_column(default=False)
    """Whether it may be on several devices of the person; so it is for good."""
    backed_up: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str | None] = mapped_column(String(LONGEST_PASSKEY_NAME))
    """What the person calls it, once they have."""
    device: Mapped[str | None] = mapped_column(String(120))
    """The browser it was made with, as a session has it."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]
    """When its counter went back: it lets nobody in any more."""


class UsedChallenge(Model):
    """A challenge whose answer has counted; its end is that of the challenge."""

    __tablename__ = "used_challenges"
    __expiry__ = Expiry("expires_at")

    digest: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UnwantedPasskeys(Model):
    """Somebody who wants no passkey that they did not ask for."""

    __tablename__ = "unwanted_passkeys"

    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)


class TotpSecret(Model):
    """What the app on a person's phone makes its codes of; ``users.totp_at`` says that it counts."""

    __tablename__ = "totp_secrets"

    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str] = mapped_column(ascii_text(160))
    """The seed, encrypted at rest."""
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecoveryCode(Model):
    """A code for who has lost the phone; those that were used stay until there are new ones."""

    __tablename__ = "recovery_codes"

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    sealed_digest: Mapped[str] = mapped_column(ascii_text(160))
    """The digest of the code, encrypted at rest: 60 bits are too few for a digest alone."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]
