"""The pages of privacy, collected."""

from . import data, kept

blueprints = (data.blueprint, kept.blueprint)
