"""The pages of diagnostics, collected."""

from flask import Blueprint

from . import failure, repair, request_log

blueprints: tuple[Blueprint, ...] = (request_log.blueprint, failure.blueprint, repair.blueprint)
