"""The JSON API for services of the house, the health checks, and the page of a failure."""

from .parts import FLAG, FORM, TEXT, Part, answer, body, members, operation, placeholder, ref
from .schemas import TOKEN

_ERROR = ref("ApiError")
_BUSY = {
    "429": answer("Too many; Retry-After says when to ask again.", _ERROR),
    "503": answer("Trouble of the portal's own; Retry-After says when to ask again.", _ERROR),
}
_UNREADABLE = {
    "400": answer("The body is no JSON object.", _ERROR),
    "415": answer("The body is not JSON.", _ERROR),
    "422": answer("A field is missing or will not do.", _ERROR),
}
_NO_TOKEN = {
    "401": answer("There is no valid token.", _ERROR),
    "403": answer("It does not allow this.", _ERROR),
}
_NAMES = dict.fromkeys(("username", "password"), TEXT)


def paths() -> dict[str, Part]:
    """Each path with its methods."""
    return _people() | _checks() | _health()


def _people() -> dict[str, Part]:
    person = members({**_NAMES, "email": TEXT, "invite": TEXT}, ("username", "email", "password"))
    made = members({"message": TEXT, "userId": TEXT}, ("message", "userId"))
    signed_in = members({"userId": TEXT, "accessToken": TEXT}, ("userId", "accessToken"))
    taken = {"409": answer("Username or address is taken.", _ERROR)}
    refused = {
        "401": answer("Name and password do not match.", _ERROR),
        "403": answer("The account needs a second factor, or this is closed.", _ERROR),
    }
    closed = {"403": answer("Nobody registers by themselves.", _ERROR)}
    who = members({"id": TEXT, "username": TEXT}, ("id", "username"))
    gone = {"404": answer("There is nobody of this name.", _ERROR)}
    return {
        "/api/register": {
            "post": operation(
                "Make an account",
                {"201": answer("Made.", made)} | taken | closed | _UNREADABLE | _BUSY,
                requestBody=body(person),
            )
        },
        "/api/auth": {
            "post": operation(
                "A token for a password",
                {"200": answer("A token.", signed_in)} | refused | _UNREADABLE | _BUSY,
                requestBody=body(members(_NAMES, ("username", "password"))),
            )
        },
        "/api/users/{username}": {
            "parameters": [placeholder("username")],
            "get": operation(
                "Public fields of a person", {"200": answer("Found.", who)} | gone | _NO_TOKEN | _BUSY, *TOKEN
            ),
        },
    }


def _checks() -> dict[str, Part]:
    verdict = ref("Verdict")
    app = members({"client_id": TEXT, "client_secret": TEXT}, ("client_id", "client_secret"))
    token = members({"success": FLAG, "client_id": TEXT, "token": TEXT}, ("success",))
    return {
        "/api/authorize": {
            "post": operation(
                "A token for an app's credentials",
                {"200": answer("A token.", token), "401": answer("They do not count.", verdict)} | _BUSY,
                requestBody=body(app, FORM),
            )
        },
        "/api/verify": {
            "post": operation(
                "Whether a token counts",
                {"200": answer("Its claims.", verdict), "401": answer("It does not count.", verdict)} | _BUSY,
                *TOKEN,
            )
        },
        "/api/greet": {
            "get": operation(
                "A greeting",
                {"200": answer("Welcome.", members({"message": TEXT}))} | _NO_TOKEN | _BUSY,
                *TOKEN,
            )
        },
    }


def _health() -> dict[str, Part]:
    state = members({"status": TEXT})
    return {
        "/health/live": {"get": operation("Whether the process answers", {"200": answer("It does.", state)})},
        "/health/ready": {
            "get": operation(
                "Whether it can work", {"200": answer("It can.", state), "503": answer("What fails.", state)}
            )
        },
        "/failures/{request_id}": {
            "parameters": [placeholder("request_id")],
            "get": operation(
                "What a failure means: error_uri of every OAuth error",
                {
                    "200": answer("A page.", TEXT, "text/html"),
                    "404": answer("Nobody knows it any more.", TEXT, "text/html"),
                },
            ),
        },
    }
