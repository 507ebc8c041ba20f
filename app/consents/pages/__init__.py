"""The pages of consents, collected."""

from . import connected_apps

blueprints = (connected_apps.blueprint,)
