"""The pages of oauth, collected."""

from . import consent, waiting

blueprints = (waiting.blueprint, consent.blueprint)
