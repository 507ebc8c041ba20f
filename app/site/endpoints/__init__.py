"""The endpoints of site, collected."""

from flask import Blueprint

from . import health, metrics, well_known

blueprints: tuple[Blueprint, ...] = (health.blueprint, metrics.blueprint, well_known.blueprint)
