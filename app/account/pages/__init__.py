"""The pages of account, collected."""

from flask import Blueprint

from . import activity, overview, profile, recovery, registration, security, setup

blueprints: tuple[Blueprint, ...] = (
    registration.blueprint,
    recovery.blueprint,
    setup.blueprint,
    overview.blueprint,
    profile.blueprint,
    security.blueprint,
    activity.blueprint,
)
