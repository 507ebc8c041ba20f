"""What the portal keeps of people and for how long: the page says what settings and tables do.

Every table is in one entry of :data:`KEPT`, or in :data:`NOTHING_OF_PEOPLE`.
"""

from flask_babel import lazy_gettext as _l

from ..account.email_links import LIFETIMES
from ..account.mobile import LIFETIME as CODE_LIFETIME
from ..account.models import EmailLink, FactorRecovery
from ..authentication import lifetimes, throttling
from ..authentication.factors import challenges
from ..diagnostics.models import LOG_KEPT
from ..forms import SECOND_CLICK
from ..notifications.delivery import GIVE_UP_AFTER
from .kept import Kept, beyond, seconds
from .kept_of_connected_apps import OF_CONNECTED_APPS
from .kept_of_developers import OF_DEVELOPERS

NOTHING_OF_PEOPLE = ("signing_keys", "scopes", "password_hash_kinds")


KEPT = (
    Kept(
        _l("Your account"),
        _l(
            "Username, email address, password (as a hash, which nobody can read), your profile and picture, and where, "
            "with what and in which language you first came."
        ),
        _l(
            "Until you delete your account. Of a deleted account an empty row remains, so that nobody else ever gets "
            "its ID."
        ),
        ("users", "pictures", "user_search_texts"),
    ),
    Kept(
        _l("Devices"),
        _l("Browser, network address and times of the browsers in which you are signed in."),
        _l(
            "Until you sign out, %(idle)s after the last use (%(idle_remembered)s with “Stay signed in”), and in any "
            "case %(longest)s (%(longest_remembered)s) after the sign-in. With “Only here, only now”: %(idle_ephemeral)s "
            "after the last use, and in any case %(longest_ephemeral)s after the sign-in."
        ),
        ("browser_sessions", "spent_session_tokens"),
        lambda settings: {
            "idle": lifetimes.IDLE,
            "idle_remembered": lifetimes.IDLE_REMEMBERED,
            "idle_ephemeral": lifetimes.IDLE_EPHEMERAL,
            "longest_ephemeral": lifetimes.LONGEST_EPHEMERAL,
            "longest": seconds(settings.session_ttl),
            "longest_remembered": seconds(settings.remembered_session_ttl),
        },
    ),
    Kept(
        _l("Second factors and passkeys"),
        _l(
            "The seed of your authenticator app, encrypted; recovery codes, as checksums; the public keys of your "
            "passkeys, their names and last uses."
        ),
        _l("Until you remove them or delete your account."),
        ("totp_secrets", "recovery_codes", "passkeys", "unwanted_passkeys"),
    ),
    Kept(
        _l("Answers of passkeys"),
        _l("A checksum of each, so that it counts once; no name."),
        _l("%(period)s."),
        ("used_challenges",),
        lambda _settings: {"period": challenges.VALID_FOR},
    ),
    Kept(
        _l("Lost second factors"),
        _l("When you began the wait for their removal, and when it ended."),
        _l("%(period)s after the wait."),
        ("factor_recoveries",),
        lambda _settings: {"period": beyond(FactorRecovery)},
    ),
    Kept(
        _l("Wrong passwords"),
        _l("How many were given for an account, so that nobody can guess on and on; never what was typed."),
        _l("%(period)s after the last one."),
        ("sign_in_failures",),
        lambda _settings: {"period": throttling.FORGOTTEN_AFTER},
    ),
    Kept(
        _l("Links and codes sent to you"),
        _l("What each is for, and to which address or number it went."),
        _l("Links: up to %(link)s, and %(beyond)s more. Codes to a phone: %(code)s."),
        ("email_links", "mobile_codes"),
        lambda _settings: {
            "link": max(LIFETIMES.values()),
            "beyond": beyond(EmailLink),
            "code": CODE_LIFETIME,
        },
    ),
    Kept(
        _l("Emails and text messages"),
        _l("Address and content, encrypted, while they wait to be sent."),
        _l("Until they are sent, %(period)s at most."),
        ("outgoing_mails",),
        lambda _settings: {"period": GIVE_UP_AFTER},
    ),
    *OF_CONNECTED_APPS,
    Kept(
        _l("Activity"),
        _l(
            "What happened to an account or was done by it, when, and from which network address: so that you, and "
            "whoever runs this portal, can see it after an incident."
        ),
        _l("%(period)s. When an account is deleted, its email and network addresses and devices go at once."),
        ("events",),
        lambda settings: {"period": seconds(settings.event_retention)},
    ),
    Kept(
        _l("Requests of apps"),
        _l("What an app asked for and was answered, with the ID of the account; neither names nor secrets."),
        _l("%(period)s."),
        ("logged_requests",),
        lambda _settings: {"period": LOG_KEPT},
    ),
    Kept(
        _l("Groups"),
        _l("Which groups administrators put you into, when, and who it was."),
        _l("Until you are taken out of the group, it is deleted, or you delete your account."),
        ("user_groups", "group_members"),
    ),
    *OF_DEVELOPERS,
    Kept(
        _l("Forms you send"),
        _l("A checksum, and where the answer led, encrypted: so that a second click does nothing twice."),
        _l("%(period)s."),
        ("sent_forms",),
        lambda _settings: {"period": SECOND_CLICK},
    ),
)
