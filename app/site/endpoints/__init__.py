"""The endpoints of site, collected."""

from flask import Blueprint

from . import well_known

blueprints: tuple[Blueprint, ...] = (well_known.blueprint,)
