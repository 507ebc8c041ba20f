"""The endpoints of oauth, collected."""

from . import authorize, introspection, metadata, par, revocation, token, userinfo

blueprints = (
    authorize.blueprint,
    par.blueprint,
    token.blueprint,
    introspection.blueprint,
    revocation.blueprint,
    userinfo.blueprint,
    metadata.blueprint,
)
