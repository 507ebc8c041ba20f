"""The pages of oauth, collected."""

from . import consent, logout

blueprints = (consent.blueprint, logout.blueprint)
