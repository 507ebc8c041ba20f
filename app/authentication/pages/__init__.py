"""The pages of authentication, collected."""

from flask import Blueprint

from . import login, logout, recovery_codes, sessions, totp, verify

blueprints: tuple[Blueprint, ...] = (
    login.blueprint,
    logout.blueprint,
    verify.blueprint,
    totp.blueprint,
    recovery_codes.blueprint,
    sessions.blueprint,
)
