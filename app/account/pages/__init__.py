"""The pages of account, collected."""

from flask import Blueprint

from . import activity, confirmation, mobile, overview, profile, recovery, registration, security, setup

blueprints: tuple[Blueprint, ...] = (
    registration.blueprint,
    confirmation.blueprint,
    recovery.blueprint,
    setup.blueprint,
    overview.blueprint,
    profile.blueprint,
    mobile.blueprint,
    security.blueprint,
    activity.blueprint,
)
