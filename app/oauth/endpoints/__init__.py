"""The endpoints of oauth, collected."""

from . import (
    authorize,
    device_authorization,
    introspection,
    logout,
    metadata,
    par,
    register,
    revocation,
    token,
    userinfo,
)

blueprints = (
    authorize.blueprint,
    par.blueprint,
    token.blueprint,
    device_authorization.blueprint,
    introspection.blueprint,
    revocation.blueprint,
    userinfo.blueprint,
    logout.blueprint,
    register.blueprint,
    metadata.blueprint,
)
