"""The endpoints of oauth, collected."""

from . import authorize, device_authorization, introspection, logout, metadata, revocation, token, userinfo

blueprints = (
    authorize.blueprint,
    token.blueprint,
    device_authorization.blueprint,
    introspection.blueprint,
    revocation.blueprint,
    userinfo.blueprint,
    logout.blueprint,
    metadata.blueprint,
)
