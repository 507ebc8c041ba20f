"""The pages of site, collected."""

from flask import Blueprint

from . import home

blueprints: tuple[Blueprint, ...] = (home.blueprint,)
