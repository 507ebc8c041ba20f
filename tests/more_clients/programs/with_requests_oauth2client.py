"""requests_oauth2client: the code flow with PKCE, pushed or bound to a key where the test says so, to the end."""

from conversation import finish, settings, sign_in
from requests_oauth2client import OAuth2Client, exceptions

client = OAuth2Client.from_discovery_endpoint(
    issuer=settings["issuer"],
    client_id=settings["client_id"],
    client_secret=settings["client_secret"],
    redirect_uri=settings["redirect_uri"],
    dpop_bound_access_tokens=settings["dpop"],
    testing=True,  # plain http
)
request = client.authorization_request(scope=settings["scope"])
to_open = client.pushed_authorization_request(request) if settings["pushed"] else request
callback = sign_in(to_open.uri)


def is_refused(call: object) -> bool:
    """True where the portal says that the grant is none."""
    try:
        call()
    except exceptions.InvalidGrant:
        return True
    return False


try:
    response = request.validate_callback(callback)
except exceptions.AuthorizationResponseError as refusal:
    finish({"error": refusal.error})
    raise SystemExit from None

# Checks the ID token, too: issuer, audience, nonce, signature. With DPoP it forgets its key over that (1.8.0).
first = client.authorization_code(response, validate=not settings["dpop"])
second = client.refresh_token(first)
person = client.userinfo(second)
access = client.introspect_token(second)
client.revoke_refresh_token(second)
finish(
    {
        "claims": first.id_token.claims,
        "person": person,
        "kinds": [type(token).__name__ for token in (first, second)],
        "access": access,
        "afterwards": client.introspect_token(second),
        "refused": is_refused(lambda: client.refresh_token(second)),
    }
)
