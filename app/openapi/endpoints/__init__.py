"""The endpoints of openapi, collected."""

from flask import Blueprint

from . import description

blueprints: tuple[Blueprint, ...] = (description.blueprint,)
