"""How well an account is protected, and what to do next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from ..authentication.factors import recovery_codes
from ..authentication.models import BrowserSession
from ..clock import now
from ..users.models import User

UNUSED_AFTER = timedelta(days=14)  # a device that nobody has used for so long may be lost


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: how it stands, and what to do about it."""

    name: str
    is_good: bool
    sentence: str
    action: str = ""
    """What the link says; nothing where there is nothing to do."""
    path: str = ""


def look(user: User, devices: Sequence[BrowserSession]) -> list[Check]:
    """Return what protects the account of ``user``, what needs them first; ``devices`` are those signed in."""
    checks = [_email(user), _factors(user), *_codes(user), _devices(devices)]
    return sorted(checks, key=lambda check: check.is_good)


def _email(user: User) -> Check:
    path, change = "/account/email", _("Change the address")
    if user.refused_email:
        return Check("email", False, _("Emails to %(email)s come back.", email=user.email), change, path)
    if user.email_verified_at is None:
        told = _("Your email address is not confirmed: it is no way back yet if you forget your password.")
        return Check("email", False, told, _("Look at the address"), path)
    told = _("Your email address is confirmed: it is your way back if you forget your password.")
    return Check("email", True, told)


def _factors(user: User) -> Check:
    app = _("Set up an authenticator app"), "/account/security/totp"
    if user.totp_at is not None and user.passkey_at is not None:
        told = _("You sign in with a passkey, or with your password and a code.")
        return Check("factors", True, told)
    if user.totp_at is not None:
        return Check("factors", True, _("Your password is followed by a code from your authenticator app."))
    if user.passkey_at is not None:
        told = _("You have a passkey, but whoever finds out your password gets in with that alone.")
        return Check("factors", False, told, *app)
    told = _("Whoever finds out your password gets in: your account has no second factor.")
    return Check("factors", False, told, _("Set up a second factor"), "/account/security")


def _codes(user: User) -> Iterator[Check]:
    if user.totp_at is None:
        return
    count = recovery_codes.count(user)
    told = ngettext(
        "One recovery code is left for the day you lose your phone.",
        "%(num)s recovery codes are left for the day you lose your phone.",
        count.left,
    )
    if count.left == 0:
        told = _("You have no recovery code left for the day you lose your phone.")
    action = (_("Make new ones"), "/account/security/recovery-codes") if count.are_few else ()
    yield Check("codes", not count.are_few, told, *action)


def _devices(devices: Sequence[BrowserSession]) -> Check:
    unused = sum(device.last_seen_at < now() - UNUSED_AFTER for device in devices)
    if unused:
        told = ngettext(
            "One device that is signed in has not been used for two weeks.",
            "%(num)s devices that are signed in have not been used for two weeks.",
            unused,
        )
        return Check("devices", False, told, _("Look at the devices"), "/account/sessions")
    told = ngettext("One device is signed in.", "%(num)s devices are signed in.", len(devices))
    return Check("devices", True, told)
