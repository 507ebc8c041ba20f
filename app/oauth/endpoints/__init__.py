"""The endpoints of oauth, collected."""

from . import authorize, introspection, logout, metadata, revocation, token, userinfo

blueprints = (
    authorize.blueprint,
    token.blueprint,
    introspection.blueprint,
    revocation.blueprint,
    userinfo.blueprint,
    logout.blueprint,
    metadata.blueprint,
)
