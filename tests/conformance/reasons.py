"""Why something has no test: it is not offered. A mark on a test, whenever it comes, wins over its reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One sentence or less, and what would make it untrue."""

    text: str
    until: str | None = None
    """The member of the discovery document that offers it: with that the reason no longer holds."""


_NO_LOGOUT = Reason("there is no end session endpoint", "end_session_endpoint")
_NO_BACK_CHANNEL = Reason("apps are sent no logout tokens", "backchannel_logout_supported")
_NO_REGISTRATION = Reason("apps register on pages and commands only", "registration_endpoint")
_NO_PAIRWISE = Reason(
    "every app sees the same sub (subject_types_supported: public), so there are no sectors"
)
_NO_REQUEST_OBJECTS = Reason("request objects are refused with the errors that OpenID Connect has for it")
_NO_INITIATED_LOGIN = Reason(
    "a start at the app is the app's own business: connected apps link its homepage, and an address that a page of ours "
    "opens with iss and target_link_uri would let anybody begin sign-ins at other sites"
)

_LOGOUT = "oidcc-rp-initiated-logout"
MODULES: dict[str, Reason] = {
    **dict.fromkeys(
        (
            _LOGOUT,
            f"{_LOGOUT}-bad-id-token-hint",
            f"{_LOGOUT}-bad-post-logout-redirect-uri",
            f"{_LOGOUT}-discovery-endpoint-verification",
            f"{_LOGOUT}-modified-id-token-hint",
            f"{_LOGOUT}-no-id-token-hint",
            f"{_LOGOUT}-no-params",
            f"{_LOGOUT}-no-post-logout-redirect-uri",
            f"{_LOGOUT}-no-state",
            f"{_LOGOUT}-only-state",
            f"{_LOGOUT}-query-added-to-post-logout-redirect-uri",
        ),
        _NO_LOGOUT,
    ),
    "oidcc-backchannel-rp-initiated-logout": _NO_BACK_CHANNEL,
    "oidcc-backchannel-logout-discovery-endpoint-verification": _NO_BACK_CHANNEL,
    "oidcc-3rd_party-init-login": _NO_INITIATED_LOGIN,
    "oidcc-3rd_party-init-login-nohttps": _NO_INITIATED_LOGIN,
    "oidcc-idtoken-unsigned": Reason("every ID token is signed; the algorithm none is not in discovery"),
    "oidcc-ensure-redirect-uri-in-authorization-request": Reason(
        "an app with one registered URI may leave redirect_uri out, which goes there and nowhere else"
    ),
    "oidcc-refresh-token-rp-key-rotation": Reason(
        "an app's keys are registered as they are", "registration_endpoint"
    ),
    **{f"oidcc-registration-{name}": _NO_REGISTRATION for name in ("jwks-uri", "policy-uri", "tos-uri")},
    "oidcc-registration-logo-uri": Reason(
        "an app's own picture is shown to nobody: no one here has looked at it, and it could be anybody's mark"
    ),
    "oidcc-redirect-uri-regfrag": _NO_REGISTRATION,
    "oidcc-registration-sector-bad": _NO_PAIRWISE,
    "oidcc-registration-sector-uri": _NO_PAIRWISE,
    "oidcc-request-uri-signed-rs256": _NO_REQUEST_OBJECTS,
    "oidcc-request-uri-unsigned": _NO_REQUEST_OBJECTS,
    "oidcc-userinfo-rs256": Reason("userinfo answers JSON over TLS; who needs a signature has the ID token"),
}
RFC9700: dict[str, Reason] = {
    "2.2.1": Reason("access tokens are bearer tokens of an hour", "dpop_signing_alg_values_supported"),
    "4.17": Reason(
        "no answer travels by a message between windows: there is no such response mode and no such script"
    ),
}
ASVS: dict[str, Reason] = {
    "10.4.7": Reason("there is no dynamic registration", "registration_endpoint"),
    "10.4.12": Reason(
        "every app may ask for query or form_post: both bring the code to the same registered address, and fragment is refused"
    ),
    "10.4.13": Reason("level 3; most programs that people connect here cannot push their requests"),
    "10.4.14": Reason("level 3; most programs that people connect here know bearer tokens only"),
    "10.4.15": Reason("authorization_details are not read"),
    "10.4.16": Reason(
        "level 3; private_key_jwt is offered, secrets and public apps are for those that cannot"
    ),
    "10.6.2": Reason("there is no logout request", "end_session_endpoint"),
}
NOTES: dict[str, str] = {
    "10.4.4": "An administrator may give the password grant to a single confidential app ([why](decisions/0008-password-grant.md)).",
    "10.4.6": "Public apps always; confidential ones by a switch that is on for new apps, and off where a program cannot.",
    "10.7.2": "Access lasts until it is withdrawn, and the page says where.",
    "10.7.3": "A single permission is changed where the app asks again, or by disconnecting it and connecting it anew.",
}
"""What a reader should know beside the tests."""
