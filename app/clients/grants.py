"""The grants an app may have: one table, from which forms, checks, commands, metrics and discovery derive theirs."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
PASSWORD = "password"


@dataclass(frozen=True)
class Grant:
    """A grant type, :rfc:`6749#section-1.3`, as an app has it."""

    name: str
    """``grant_type`` on the wire."""
    label: LazyString
    hint: LazyString
    """What it is for, beside its box in a form."""
    by_developers: bool = True
    """Whether developers switch it on themselves; if not, administrators do, for one app at a time."""
    by_strangers: bool = False
    """Whether apps that register themselves may have it, which nobody here answers for."""
    preselected: bool = False
    asks_people: bool = False
    """Whether it brings permissions of a person; client_credentials has none, and refreshing adds none."""
    needs_redirect_uri: bool = False
    """It ends at the browser, so the app must say where."""
    needs_secret: bool = False
    """No public app may have it."""


GRANTS = (
    Grant(
        AUTHORIZATION_CODE,
        _l("Authorization code"),
        _l("authorization_code: a person signs in here and lets your app in."),
        by_strangers=True,
        preselected=True,
        asks_people=True,
        needs_redirect_uri=True,
    ),
    Grant(
        REFRESH_TOKEN,
        _l("Refresh token"),
        _l("refresh_token: your app stays connected while the person is away."),
        by_strangers=True,
        preselected=True,
    ),
    Grant(
        CLIENT_CREDENTIALS,
        _l("Client credentials"),
        _l("client_credentials: your app acts for itself, without a person. Confidential apps only."),
        needs_secret=True,
    ),
    Grant(
        DEVICE_CODE,
        _l("Device authorization"),
        _l(
            "device_code: for televisions, command lines and other programs without a browser. "
            "People type a code here, on their phone or computer."
        ),
        asks_people=True,
        by_strangers=True,
    ),
    Grant(
        PASSWORD,
        _l("Password grant"),
        _l(
            "People type their password into the app itself. Switch it on only for an app of your own that cannot "
            "open a browser."
        ),
        by_developers=False,
        asks_people=True,
        needs_secret=True,
    ),
)

KNOWN = tuple(grant.name for grant in GRANTS)
OFFERED = tuple(grant.name for grant in GRANTS if grant.by_developers)
FOR_STRANGERS = tuple(grant.name for grant in GRANTS if grant.by_strangers)
PRESELECTED = tuple(grant.name for grant in GRANTS if grant.preselected)
NEEDS_REDIRECT_URI = frozenset(grant.name for grant in GRANTS if grant.needs_redirect_uri)
NEEDS_SECRET = frozenset(grant.name for grant in GRANTS if grant.needs_secret)
OF_PEOPLE = frozenset(grant.name for grant in GRANTS if grant.asks_people)
HINTS = {grant.name: grant.hint for grant in GRANTS}
