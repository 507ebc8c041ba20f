"""The pages of account, collected."""

from flask import Blueprint

from . import (
    activity,
    confirmation,
    email_change,
    lost_factors,
    mobile,
    profile,
    recovery,
    registration,
    security,
    setup,
    teams,
    verification,
)

blueprints: tuple[Blueprint, ...] = (
    registration.blueprint,
    confirmation.blueprint,
    recovery.blueprint,
    lost_factors.blueprint,
    setup.blueprint,
    verification.blueprint,
    profile.blueprint,
    email_change.blueprint,
    mobile.blueprint,
    security.blueprint,
    activity.blueprint,
    teams.blueprint,
)
