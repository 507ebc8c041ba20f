"""What is worth remembering: the kinds of events, and writing one down."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum

from flask import g, has_request_context, request
from sqlalchemy import Connection, insert

from ..database.rows import db
from .models import Event


class EventKind(StrEnum):
    """Every kind of event, as "area.subject.action"."""

    USER_REGISTERED = "account.user.registered"
    USER_CREATED = "account.user.created"
    USER_IMPORTED = "account.user.imported"
    USER_BLOCKED = "account.user.blocked"
    USER_UNBLOCKED = "account.user.unblocked"
    USER_DELETED = "account.user.deleted"
    ACCOUNT_RECLAIMED = "account.user.reclaimed"
    USER_INVITED = "account.user.invited"
    INVITATION_REVOKED = "account.invitation.revoked"
    ADMINISTRATOR_SET_UP = "account.administrator.set_up"
    ADMINISTRATOR_APPOINTED = "account.administrator.appointed"
    ADMINISTRATOR_DISMISSED = "account.administrator.dismissed"
    PROFILE_CHANGED = "account.profile.changed"
    PICTURE_REMOVED = "account.picture.removed"
    DATA_EXPORTED = "account.data.exported"
    EMAIL_CHANGE_ASKED = "account.email.change_asked"
    EMAIL_CHANGED = "account.email.changed"
    EMAIL_RESTORED = "account.email.restored"
    EMAIL_LOST = "account.email.lost"
    EMAIL_VERIFIED = "account.email.verified"
    MOBILE_VERIFIED = "account.mobile.verified"
    EMAIL_CONFIRMED = "account.email.confirmed"
    PASSWORD_CHANGED = "account.password.changed"
    PASSWORD_RESET_ASKED = "account.password.reset_asked"
    PASSWORD_LINK_SENT = "account.password.link_sent"
    PASSWORD_RESET = "account.password.reset"
    RECOVERY_ASKED = "account.recovery.asked"
    RECOVERY_BEGUN = "account.recovery.begun"
    RECOVERY_CANCELLED = "account.recovery.cancelled"
    RECOVERY_COMPLETED = "account.recovery.completed"

    SIGNED_IN = "authentication.session.started"
    SIGN_IN_REFUSED = "authentication.session.refused"
    SIGN_IN_PAUSED = "authentication.account.paused"
    NETWORK_PAUSED = "authentication.network.paused"
    SIGNED_OUT = "authentication.session.ended"
    DEVICE_SIGNED_OUT = "authentication.device.ended"
    OTHER_DEVICES_SIGNED_OUT = "authentication.devices.ended"
    SESSION_COPIED = "authentication.session.copied"
    SIGNED_OUT_EVERYWHERE = "authentication.sessions.ended"
    PASSKEY_ADDED = "authentication.passkey.added"
    PASSKEY_REMOVED = "authentication.passkey.removed"
    PASSKEY_REFUSED = "authentication.passkey.refused"
    PASSKEY_COPIED = "authentication.passkey.copied"
    CODE_REFUSED = "authentication.code.refused"
    TOTP_SET_UP = "authentication.totp.set_up"
    TOTP_REPLACED = "authentication.totp.replaced"
    TOTP_REMOVED = "authentication.totp.removed"
    RECOVERY_CODES_MADE = "authentication.recovery_codes.made"
    RECOVERY_CODE_USED = "authentication.recovery_code.used"
    FACTORS_RESET = "authentication.factors.reset"

    ACCESS_GIVEN = "consent.access.given"
    ACCESS_CHANGED = "consent.access.changed"
    ACCESS_WITHDRAWN = "consent.access.withdrawn"

    CLIENT_REGISTERED = "clients.client.registered"
    CLIENT_CHANGED = "clients.client.changed"
    CLIENT_DISABLED = "clients.client.disabled"
    CLIENT_ENABLED = "clients.client.enabled"
    CLIENT_TRUSTED = "clients.client.trusted"
    CLIENT_DISTRUSTED = "clients.client.distrusted"
    CLIENT_DELETED = "clients.client.deleted"
    CLIENT_LEFT = "clients.client.left"
    CLIENT_OFFERED = "clients.client.offered"
    OFFER_DECLINED = "clients.offer.declined"
    OFFER_WITHDRAWN = "clients.offer.withdrawn"
    CLIENT_HANDED_OVER = "clients.client.handed_over"
    CLIENT_GIVEN_AWAY = "clients.client.given_away"
    INTROSPECTION_ALLOWED = "clients.introspection.allowed"
    INTROSPECTION_ENDED = "clients.introspection.ended"
    SECRET_ADDED = "clients.secret.added"
    SECRET_REVOKED = "clients.secret.revoked"
    SECRET_REVEALED = "clients.secret.revealed"
    SECRET_ROTATED = "clients.secret.rotated"
    REGISTRATION_TOKEN_CREATED = "clients.registration_token.created"
    REGISTRATION_TOKEN_REVOKED = "clients.registration_token.revoked"

    TEAM_CREATED = "teams.team.created"
    TEAM_RENAMED = "teams.team.renamed"
    TEAM_DELETED = "teams.team.deleted"
    TEAM_MEMBER_INVITED = "teams.member.invited"
    TEAM_INVITATION_REVOKED = "teams.invitation.revoked"
    TEAM_INVITATION_DECLINED = "teams.invitation.declined"
    TEAM_MEMBER_JOINED = "teams.member.joined"
    TEAM_MEMBER_LEFT = "teams.member.left"
    TEAM_MEMBER_REMOVED = "teams.member.removed"
    TEAM_ROLE_CHANGED = "teams.member.role_changed"
    TEAM_INHERITED = "teams.member.inherited"

    GROUP_CREATED = "groups.group.created"
    GROUP_CHANGED = "groups.group.changed"
    GROUP_DELETED = "groups.group.deleted"
    GROUP_MEMBER_ADDED = "groups.member.added"
    GROUP_MEMBER_REMOVED = "groups.member.removed"

    SCOPE_CREATED = "scopes.scope.created"
    SCOPE_CHANGED = "scopes.scope.changed"
    SCOPE_DELETED = "scopes.scope.deleted"
    SIGNED_IN_BY_APP = "oauth.password.accepted"
    DEVICE_ALLOWED = "oauth.device.allowed"
    DEVICE_DECLINED = "oauth.device.declined"
    KEY_ROTATED = "oauth.key.rotated"
    ENCRYPTION_ROTATED = "oauth.encryption.rotated"
    TOKENS_REPLAYED = "oauth.tokens.replayed"
    TOKENS_REVOKED = "oauth.tokens.revoked"

    FORM_REFUSED = "requests.form.refused"
    ADMINISTRATION_REFUSED = "requests.administration.refused"
    LIMIT_REACHED = "requests.limit.reached"

    EVENTS_EXPORTED = "audit.events.exported"
    MAILS_HELD_BACK = "notifications.mails.held_back"
    MAIL_HURRIED = "notifications.mail.hurried"
    MAIL_DELETED = "notifications.mail.deleted"
    MAIL_TESTED = "notifications.mail.tested"


def record(
    kind: EventKind,
    user_id: str | None = None,
    actor_id: str | None = None,
    *,
    client_id: str | None = None,
    team_id: str | None = None,
    ip: str | None = None,
    request_id: str | None = None,
    **details: object,
) -> Event:
    """Record what happened to ``user_id`` by the hand of ``actor_id``, in the session's transaction.

    ``client_id`` is the app it is about, ``team_id`` the team that reads of it. ``details`` name things (an app, a field), never a secret. Address and
    request id are those of the current request where the caller gives none.
    """
    where = {"client_id": client_id, "team_id": team_id}
    event = Event(**where, **values_of(kind, user_id, actor_id, details, ip, request_id))
    db.session.add(event)
    return event


def record_on(
    connection: Connection, kind: EventKind, user_id: str, *, client_id: str, **details: object
) -> None:
    """Record what an app did to ``user_id``, in the transaction of ``connection``: both last, or neither does."""
    values = values_of(kind, user_id, None, details)
    connection.execute(insert(Event.__table__), {"client_id": client_id, **values})


def record_for_many(
    kind: EventKind,
    user_ids: Iterable[str],
    actor_id: str | None = None,
    *,
    team_id: str | None = None,
    **details: object,
) -> None:
    """Record the same event for many people at once, in the session's transaction; for nobody, nothing."""
    same = {"team_id": team_id, **values_of(kind, None, actor_id, details)}
    if rows := [same | {"user_id": user_id} for user_id in user_ids]:
        db.session.execute(insert(Event), rows)


def values_of(
    kind: EventKind,
    user_id: str | None,
    actor_id: str | None,
    details: Mapping[str, object],
    ip: str | None = None,
    request_id: str | None = None,
) -> dict[str, str | None]:
    """The columns of an event; where it came from is what the caller knows, else what the current request says."""
    if has_request_context():
        ip = ip or request.remote_addr
        request_id = request_id or g.get("request_id")
    told = json.dumps(details, ensure_ascii=False, sort_keys=True, default=str)
    who = {"kind": kind, "user_id": user_id, "actor_id": actor_id}
    return {**who, "ip": ip, "request_id": request_id, "details": told}
