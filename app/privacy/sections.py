"""What the export of somebody's data holds: one table. A table of the database that is about people is one line more.

Secrets, digests and seeds are in none of them. `docs/your-data.schema.json` is printed from this table.
"""

from sqlalchemy import case, or_, select

from ..account.models import EmailLink, FactorRecovery
from ..audit.models import Event
from ..authentication.models import BrowserSession, Passkey, RecoveryCode
from ..clients.models import Client, ClientSecret, SecretView
from ..consents.models import Consent
from ..database.rows import Base
from ..groups.models import Group, GroupMember
from ..oauth.models import TokenFamily
from ..teams.models import Team, TeamMember
from ..users.models import Picture, User
from ..users.person_fields import PERSON_FIELDS
from .shapes import Field, Section, Shape


def _columns(model: type[Base], names: str) -> tuple[Field, ...]:
    return tuple(Field(name, getattr(model, name)) for name in names.split())


# Where somebody else acted on the person, such as an administrator, the network address is that one's.
_OWN_ADDRESS = case((or_(Event.actor_id.is_(None), Event.actor_id == Event.user_id), Event.ip))
_ON_OTHERS = or_(Event.user_id.is_(None), Event.user_id != Event.actor_id)
# Null: for the person themselves.
_TEAM_OF_CONSENT = select(Team.name).where(Team.id == Consent.team_id).scalar_subquery()
_DETAILS = Field("details", Event.details, Shape.OBJECT)

ACCOUNT = (
    *_columns(
        User, "id is_admin created_at password_changed_at totp_at blocked_at email_refused_at email_refusal"
    ),
    *(Field(field.column, getattr(User, field.column)) for field in PERSON_FIELDS),
)
"""The account itself: every field of a person, and since when it is here."""

SECTIONS = (
    Section(
        "email_links",
        "Links that were sent to you by email, and to which address.",
        EmailLink.user_id,
        _columns(EmailLink, "id purpose email created_at expires_at used_at"),
    ),
    Section(
        "devices",
        "Browsers in which you are signed in.",
        BrowserSession.user_id,
        _columns(
            BrowserSession,
            "id device ip created_at authenticated_at last_seen_at expires_at remembered ephemeral",
        ),
    ),
    Section(
        "passkeys",
        "Passkeys that you sign in with, without their keys.",
        Passkey.user_id,
        _columns(Passkey, "id name aaguid created_at last_used_at"),
    ),
    Section(
        "recovery_codes",
        "Recovery codes, without what they say.",
        RecoveryCode.user_id,
        _columns(RecoveryCode, "id created_at used_at"),
    ),
    Section(
        "factor_recoveries",
        "Waits for the removal of lost second factors.",
        FactorRecovery.user_id,
        _columns(FactorRecovery, "id started_at ends_at closed_at"),
    ),
    Section(
        "pictures",
        "Your picture, a WebP file in base64.",
        Picture.user_id,
        (Field("id", Picture.id), Field("content", Picture.content, Shape.BYTES)),
    ),
    Section(
        "connected_apps",
        "Apps that you gave access to your account, those you disconnected included.",
        Consent.user_id,
        (
            Field("id", Consent.id),
            Field("client_id", Consent.client_id),
            Field("app", Client.name),
            Field("team_id", Consent.team_id),
            Field("team", _TEAM_OF_CONSENT),
            Field("permissions", Consent.scope, Shape.WORDS),
            Field("declined", Consent.declined, Shape.WORDS),
            *_columns(Consent, "granted_at updated_at last_used_at withdrawn_at"),
        ),
        joined=(Client, Client.id == Consent.client_id),
    ),
    Section(
        "tokens",
        "What apps got of that access: one entry for each time that you connected one.",
        TokenFamily.user_id,
        (
            *_columns(TokenFamily, "id client_id session_id"),
            Field("permissions", TokenFamily.scope, Shape.WORDS),
            Field("requested_claims", TokenFamily.requested_claims, Shape.OBJECT),
            *_columns(TokenFamily, "auth_time created_at rotated_at expires_at revoked_at revoked_because"),
        ),
    ),
    Section(
        "apps",
        "Apps that you registered.",
        Client.owner_id,
        (
            *_columns(Client, "id name description homepage_url client_type"),
            Field("redirect_uris", Client.redirect_uris, Shape.LINES),
            Field("post_logout_redirect_uris", Client.post_logout_redirect_uris, Shape.LINES),
            Field("backchannel_logout_uri", Client.backchannel_logout_uri),
            Field("grant_types", Client.grant_types, Shape.WORDS),
            Field("permissions", Client.scopes, Shape.WORDS),
            *_columns(Client, "created_at updated_at disabled_at"),
        ),
    ),
    Section(
        "app_secrets",
        "The secrets of those apps, without what they say.",
        Client.owner_id,
        _columns(ClientSecret, "id client_id name created_at created_by expires_at revoked_at last_used_at"),
        joined=(Client, Client.id == ClientSecret.client_id),
    ),
    Section(
        "seen_secrets",
        "Which secrets of apps you have seen, your own and those of your teams, without what they say.",
        SecretView.user_id,
        (
            Field("id", SecretView.secret_id),
            *_columns(ClientSecret, "client_id name"),
            Field("seen_at", SecretView.seen_at),
        ),
        joined=(ClientSecret, ClientSecret.id == SecretView.secret_id),
    ),
    Section(
        "teams",
        "Teams that you are in.",
        TeamMember.user_id,
        (
            Field("id", TeamMember.team_id),
            Field("name", Team.name),
            *_columns(TeamMember, "role since"),
        ),
        joined=(Team, Team.id == TeamMember.team_id),
    ),
    Section(
        "groups",
        "Groups that administrators put you into.",
        GroupMember.user_id,
        (
            Field("id", GroupMember.group_id),
            Field("name", Group.name),
            Field("since", GroupMember.since),
        ),
        joined=(Group, Group.id == GroupMember.group_id),
    ),
    Section(
        "activity",
        "What happened to your account.",
        Event.user_id,
        (
            *_columns(Event, "id at kind actor_id client_id"),
            Field("ip", _OWN_ADDRESS),
            Field("request_id", Event.request_id),
            _DETAILS,
        ),
    ),
    Section(
        "acts",
        "What you did to others, or as an administrator; not what it said of them.",
        Event.actor_id,
        _columns(Event, "id at kind user_id client_id ip request_id"),
        only=_ON_OTHERS,
    ),
)

LEFT_OUT = {
    "device_codes": "hold for a quarter of an hour; what was decided is in activity, what it gave in tokens",
    "authorization_codes": "live for a minute; what they were redeemed for is in tokens",
    "totp_secrets": "a seed; since when there is one is totp_at of the account",
    "unwanted_passkeys": "a switch: no passkey is made unasked",
    "user_search_texts": "made of the names and addresses of the account",
    "mobile_codes": "a digest and a count, for ten minutes",
    "client_transfers": "an offer that waits two weeks for an answer; that it was made is in activity and acts",
    "registration_tokens": "what an administrator calls a token for programs; that they made or ended it is in acts",
    "team_invitations": "an address that a team has asked in; it waits two weeks and becomes a membership, or nothing",
    "logout_deliveries": "which app is yet to hear of which end of a session, for a day at most",
    "logged_requests": "the log of an app's developer: the id of the person beside what the app asked, for 30 days",
}
"""Tables that name a person and are not in the export, and why."""
