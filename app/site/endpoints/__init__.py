"""The endpoints of site, collected."""

from flask import Blueprint

from . import health, well_known

blueprints: tuple[Blueprint, ...] = (health.blueprint, well_known.blueprint)
