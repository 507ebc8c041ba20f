"""idpyoidc's relying party: discovery, its own registration where it has no ID, PKCE, userinfo, refresh, sign-out."""

from urllib.parse import parse_qsl, urlsplit

from conversation import finish, settings, sign_in
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.rp_handler import RPHandler

METADATA = {
    "application_name": "idpyoidc",
    "application_type": "web",
    "client_name": settings.get("name", "idpyoidc"),
    "redirect_uris": [settings["redirect_uri"]],
    "post_logout_redirect_uris": [settings["bye"]],
    "response_types_supported": ["code"],
    "grant_types_supported": ["authorization_code", "refresh_token"],
    "scopes_supported": settings["scope"].split(),
    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    "userinfo_signing_alg_values_supported": [],  # else it asks for signed answers that discovery does not offer
}
ADD_ONS = {
    "pkce": {
        "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
        "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
    },
    "dpop": {
        "function": "idpyoidc.client.oauth2.add_on.dpop.add_support",
        "kwargs": {"dpop_signing_alg_values_supported": ["ES256"], "with_dpop_header": ["userinfo"]},
    },
}
END_SESSION = {"end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"}}
config = {
    "issuer": settings["issuer"],
    "client_type": "oidc",
    "services": DEFAULT_OIDC_SERVICES | END_SESSION,
    "client_authn_methods": METADATA["token_endpoint_auth_methods_supported"],
    "redirect_uris": METADATA["redirect_uris"],
    "post_logout_redirect_uris": METADATA["post_logout_redirect_uris"],
    "preference": METADATA,
    "add_ons": {name: ADD_ONS[name] for name in settings["add_ons"]},
}
if settings["client_id"]:
    config |= {"client_id": settings["client_id"], "client_secret": settings["client_secret"]}
handler = RPHandler("https://app.example.com", client_configs={"portal": config})
if not settings["client_id"]:
    client = handler.init_client("portal")
    handler.issuer2rp["portal"] = handler.issuer2rp[client.do_provider_info()] = client
    # It takes back the scope that it knows itself, and no other (5.0.0).
    bye = METADATA["post_logout_redirect_uris"]
    client.do_client_registration(request_args={"scope": "openid", "post_logout_redirect_uris": bye})

url = handler.begin(issuer_id="portal", req_args={"scope": settings["scope"].split()})
callback = dict(parse_qsl(urlsplit(sign_in(url)).query))
client = handler.issuer2rp[settings["issuer"]]
found = handler.finalize(client.context.issuer, callback)
if "error" in found:
    finish({"error": found["error"]})
else:
    state = found["state"]
    # What it registers itself is for the code alone: it derives its grants from the response types.
    refreshed = handler.refresh_access_token(state) if settings["client_id"] else None
    bye = handler.logout(state, post_logout_redirect_uri=settings["bye"])
    arrived = sign_in(bye["url"])
    finish(
        {
            "client_id": client.context.get_client_id(),
            "claims": found["id_token"].to_dict(),
            "person": found["userinfo"].to_dict(),
            "refreshed": refreshed and [refreshed["token_type"], refreshed["access_token"] != found["token"]],
            "arrived": arrived,
        }
    )
