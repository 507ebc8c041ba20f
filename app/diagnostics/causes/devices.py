"""Why a device got no tokens, or not yet."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import INVALID_GRANT, Cause

_MEANING = _l(
    "The device could not be connected. Let it show a new code, and enter that one; "
    "if it keeps happening, tell the people who make the app."
)
_WAITING = _l("The device is waiting until somebody enters its code here and decides.")


def _refusal(name: str, why: LazyString, fix: LazyString, setting: str | None = None) -> Cause:
    return Cause(name, "invalid_grant", 400, INVALID_GRANT, _MEANING, why, fix, setting)


AUTHORIZATION_PENDING = Cause(
    "authorization_pending",
    "authorization_pending",
    400,
    "Nobody has decided yet: ask again after the interval.",
    _WAITING,
    _l(
        "The device asked for tokens before the person had decided. The log has only the first of these polls."
    ),
    _l("Nothing is wrong. Ask again after as many seconds as interval says, until the code expires."),
)
SLOW_DOWN = Cause(
    "slow_down",
    "slow_down",
    400,
    "This poll came too early: from now on wait 5 seconds longer between polls.",
    _WAITING,
    _l(
        "The device asked again too early; it must wait %(interval)s seconds between polls now. "
        "The log has only the first of these polls for each code."
    ),
    _l(
        "Wait as many seconds as interval says between the answer to a poll and the next one, and 5 more after each "
        "slow_down. Let one process poll for a code."
    ),
)
DEVICE_CODE_EXPIRED = Cause(
    "device_code_expired",
    "expired_token",
    400,
    "The device code has expired: ask for a new one at the device authorization endpoint.",
    _MEANING,
    _l("The code was issued %(issued_at)s; codes hold for %(lifetime)s seconds."),
    _l("Ask for a new code once the person is ready for it, and show how long it holds."),
)
DEVICE_CODE_UNKNOWN = _refusal(
    "device_code_unknown",
    _l("There is no such device code. It had %(length)s characters."),
    _l(
        "Send the device_code as it came, not the user_code that people type. A code is also gone a day after it "
        "expired, and where the person who allowed it changed the password or was blocked before the device asked."
    ),
)
DEVICE_CODE_OF_OTHER_CLIENT = _refusal(
    "device_code_of_other_client",
    _l("The device code was issued to another app than the one that used it."),
    _l("Use the same client ID at the device authorization endpoint and at the token endpoint."),
)
DEVICE_CODE_USED = _refusal(
    "device_code_used",
    _l("The device code had got its tokens %(seconds)s seconds before. Those stay as they are."),
    _l(
        "Stop polling once there are tokens, and let one process poll for a code. If the answer with the tokens was "
        "lost on its way, ask for a new code."
    ),
)
DEVICE_CODE_WITHOUT_SECOND_FACTOR = _refusal(
    "device_code_without_second_factor",
    _l(
        "The app came to require a second factor after the person had allowed the device without one, and before the "
        "device asked."
    ),
    _l("Ask for a new code: with it, the person proves a second factor."),
    "second_factor_required",
)
