"""The pages of oauth, collected."""

from . import consent, pending_app

blueprints = (pending_app.blueprint, consent.blueprint)
