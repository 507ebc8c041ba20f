"""The endpoints of account, collected."""

from flask import Blueprint

from . import pictures

blueprints: tuple[Blueprint, ...] = (pictures.blueprint,)
