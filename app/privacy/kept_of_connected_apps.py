"""What the portal keeps of the access that people give to apps."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from ..oauth import pushed_requests
from ..oauth.backchannel.models import GIVE_UP_AFTER as LOGOUTS_GIVEN_UP_AFTER
from ..oauth.models import PushedRequest, TokenFamily
from ..oauth.tokens import device_codes
from ..oauth.tokens.codes import TOMBSTONE
from .kept import Kept, beyond, seconds

OF_CONNECTED_APPS = (
    Kept(
        _l("Connected apps"),
        _l("Which apps you gave access to what, and when; no token itself is kept."),
        _l(
            "What you allowed: until you delete your account. The access of an app: until you disconnect it, or "
            "%(unused)s after its last use, %(longest)s at most; that it was there, %(beyond)s more. Codes on their "
            "way to an app: %(code)s, and %(tombstone)s more."
        ),
        ("consents", "token_families", "authorization_codes"),
        lambda settings: {
            "unused": seconds(settings.refresh_token_ttl),
            "longest": seconds(settings.refresh_token_max_ttl),
            "beyond": beyond(TokenFamily),
            "code": seconds(settings.authorization_code_ttl),
            "tombstone": TOMBSTONE,
        },
    ),
    Kept(
        _l("Codes of devices"),
        _l(
            "What an app on a device asked for, when and from which part of the network, and what you decided; the codes "
            "only as checksums."
        ),
        _l("%(period)s, and %(beyond)s more."),
        ("device_codes",),
        lambda _settings: {
            "period": timedelta(seconds=device_codes.LIFETIME),
            "beyond": device_codes.TOMBSTONE,
        },
    ),
    Kept(
        _l("Sign-outs that apps hear of"),
        _l("Which app is yet to be told of the end of which of your sessions."),
        _l("Until the app has taken it, %(period)s at most."),
        ("logout_deliveries",),
        lambda _settings: {"period": LOGOUTS_GIVEN_UP_AFTER},
    ),
    Kept(
        _l("Sign-ins that apps announce"),
        _l(
            "What an app asks for before it sends you here, encrypted, since it may say who you are; and its answer's time."
        ),
        _l(
            "%(pushed)s, or %(open)s once you are here, and %(beyond)s more; what it asked goes with the answer."
        ),
        ("pushed_requests",),
        lambda _settings: {
            "pushed": seconds(pushed_requests.LIFETIME),
            "open": pushed_requests.OPEN_FOR,
            "beyond": beyond(PushedRequest),
        },
    ),
    Kept(
        _l("Revoked tokens"),
        _l("The number of an access token that was revoked, or of an app's proof of who it is; no name."),
        _l("Until they would have ended by themselves, %(period)s at most."),
        ("revoked_tokens", "used_assertions", "used_proofs"),
        lambda settings: {"period": max(seconds(settings.access_token_ttl), timedelta(hours=1))},
    ),
)
