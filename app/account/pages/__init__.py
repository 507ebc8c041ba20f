"""The pages of account, collected."""

from flask import Blueprint

from . import (
    activity,
    confirmation,
    email_change,
    lost_factors,
    mobile,
    overview,
    profile,
    recovery,
    registration,
    security,
    setup,
)

blueprints: tuple[Blueprint, ...] = (
    registration.blueprint,
    confirmation.blueprint,
    recovery.blueprint,
    lost_factors.blueprint,
    setup.blueprint,
    overview.blueprint,
    profile.blueprint,
    email_change.blueprint,
    mobile.blueprint,
    security.blueprint,
    activity.blueprint,
)
