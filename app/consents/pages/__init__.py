"""The pages of consents, collected."""

from . import connected_app, connected_apps

blueprints = (connected_apps.blueprint, connected_app.blueprint)
