"""The endpoints of oauth, collected."""

from . import authorize, device_authorization, introspection, metadata, revocation, token, userinfo

blueprints = (
    authorize.blueprint,
    token.blueprint,
    device_authorization.blueprint,
    introspection.blueprint,
    revocation.blueprint,
    userinfo.blueprint,
    metadata.blueprint,
)
