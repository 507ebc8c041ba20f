"""The endpoints of oauth, collected."""

from . import authorize, introspection, metadata, revocation, token, userinfo

blueprints = (
    authorize.blueprint,
    token.blueprint,
    introspection.blueprint,
    revocation.blueprint,
    userinfo.blueprint,
    metadata.blueprint,
)
