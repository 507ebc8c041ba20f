"""The endpoints of api, collected."""

from . import auth, authorize, greet, register, users, verify

blueprints = (
    register.blueprint,
    auth.blueprint,
    authorize.blueprint,
    verify.blueprint,
    users.blueprint,
    greet.blueprint,
)
