"""The pages of oauth, collected."""

from . import consent

blueprints = (consent.blueprint,)
