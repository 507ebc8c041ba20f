"""The pages of authentication, collected."""

from flask import Blueprint

from . import (
    accounts,
    login,
    logout,
    new_passkeys,
    passkey_sign_in,
    passkey_step,
    passkeys,
    reauthentication,
    recovery_codes,
    sessions,
    totp,
    verify,
)

blueprints: tuple[Blueprint, ...] = (
    accounts.blueprint,
    login.blueprint,
    logout.blueprint,
    new_passkeys.blueprint,
    passkey_sign_in.blueprint,
    passkey_step.blueprint,
    passkeys.blueprint,
    reauthentication.blueprint,
    verify.blueprint,
    totp.blueprint,
    recovery_codes.blueprint,
    sessions.blueprint,
)
