"""The pages of diagnostics, collected."""

from flask import Blueprint

from . import failure, request_log

blueprints: tuple[Blueprint, ...] = (request_log.blueprint, failure.blueprint)
