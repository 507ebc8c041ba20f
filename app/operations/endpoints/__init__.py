"""The endpoints of operations, collected."""

from flask import Blueprint

from . import health, metrics

blueprints: tuple[Blueprint, ...] = (health.blueprint, metrics.blueprint)
