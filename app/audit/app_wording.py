"""Events of apps, of access to them and of permissions in plain words, for the person they happened to."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .events import EventKind

APP_WORDS: Mapping[str, LazyString] = {
    EventKind.ACCESS_GIVEN: _l("You allowed an app to use your account."),
    EventKind.ACCESS_CHANGED: _l("You changed what an app may do."),
    EventKind.ACCESS_WITHDRAWN: _l("You disconnected an app."),
    EventKind.CLIENT_REGISTERED: _l("You registered an app."),
    EventKind.CLIENT_CHANGED: _l("You changed an app."),
    EventKind.CLIENT_DISABLED: _l("An app of yours was disabled."),
    EventKind.CLIENT_ENABLED: _l("An app of yours was enabled again."),
    EventKind.CLIENT_TRUSTED: _l("An app of yours was marked as verified."),
    EventKind.CLIENT_DISTRUSTED: _l("An app of yours is no longer marked as verified."),
    EventKind.CLIENT_DELETED: _l("You deleted an app."),
    EventKind.CLIENT_LEFT: _l("You left an app behind that other people use."),
    EventKind.CLIENT_OFFERED: _l("You offered an app to somebody else."),
    EventKind.OFFER_DECLINED: _l("An app that you offered was declined."),
    EventKind.OFFER_WITHDRAWN: _l("You took the offer of an app back."),
    EventKind.CLIENT_HANDED_OVER: _l("An app was handed over to you."),
    EventKind.CLIENT_GIVEN_AWAY: _l("An app of yours was handed over to somebody else."),
    EventKind.INTROSPECTION_ALLOWED: _l(
        "An app of yours was allowed to introspect everybody's access tokens."
    ),
    EventKind.INTROSPECTION_ENDED: _l(
        "An app of yours is no longer allowed to introspect everybody's access tokens."
    ),
    EventKind.SECRET_ADDED: _l("You added a secret to an app."),
    EventKind.SECRET_REVOKED: _l("You revoked a secret of an app."),
    EventKind.SECRET_REVEALED: _l("You revealed a secret of an app."),
    EventKind.SECRET_ROTATED: _l("You replaced the secrets of an app."),
    EventKind.REGISTRATION_TOKEN_CREATED: _l("You made a token with which apps register themselves."),
    EventKind.REGISTRATION_TOKEN_REVOKED: _l("You ended a token with which apps registered themselves."),
    EventKind.SCOPE_CREATED: _l("You created a permission."),
    EventKind.SCOPE_CHANGED: _l("You changed a permission."),
    EventKind.SCOPE_DELETED: _l("You deleted a permission."),
}
