"""The endpoints of oauth, collected."""

from . import authorize, introspection, metadata, register, revocation, token, userinfo

blueprints = (
    authorize.blueprint,
    token.blueprint,
    introspection.blueprint,
    revocation.blueprint,
    userinfo.blueprint,
    register.blueprint,
    metadata.blueprint,
)
