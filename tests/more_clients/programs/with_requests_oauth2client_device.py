"""requests_oauth2client on a device: codes, polls until somebody has decided, and a token of its own."""

import requests
from conversation import finish, settings, step
from requests_oauth2client import DeviceAuthorizationPoolingJob, OAuth2Client, exceptions

discovered = requests.get(f"{settings['issuer']}/.well-known/openid-configuration", timeout=30).json()
client = OAuth2Client.from_discovery_endpoint(
    issuer=settings["issuer"],
    client_id=settings["client_id"],
    client_secret=settings["client_secret"],
    device_authorization_endpoint=discovered["device_authorization_endpoint"],  # it does not read that one
    testing=True,  # plain http
)
codes = client.authorize_device(scope=settings["scope"])
job = DeviceAuthorizationPoolingJob(client, codes, interval=1, slow_down_interval=5)
pending = job()
step("decide", {"user_code": codes.user_code, "verification_uri": codes.verification_uri})
try:
    tokens = None
    while tokens is None:
        tokens = job()
    found = {"person": client.userinfo(tokens), "itself": client.client_credentials().token_type}
except exceptions.AccessDenied as refusal:
    found = {"error": refusal.error}
finish(found | {"waited": pending is None})
