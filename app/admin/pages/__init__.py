"""The pages of admin, collected; only administrators learn that they exist."""

from flask import Blueprint

from ...authentication.access import administrators_only
from . import app_acts, app_forms, apps, events, failures, keys, mails, overview, scopes, user_acts, users

blueprints: tuple[Blueprint, ...] = (
    overview.blueprint,
    users.blueprint,
    user_acts.blueprint,
    apps.blueprint,
    app_acts.blueprint,
    app_forms.blueprint,
    scopes.blueprint,
    keys.blueprint,
    events.blueprint,
    failures.blueprint,
    mails.blueprint,
)
for blueprint in blueprints:
    administrators_only(blueprint)
