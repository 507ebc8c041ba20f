"""The pages of authentication, collected."""

from flask import Blueprint

from . import login, logout, new_passkeys, passkey_sign_in, passkeys, sessions

blueprints: tuple[Blueprint, ...] = (
    login.blueprint,
    logout.blueprint,
    new_passkeys.blueprint,
    passkey_sign_in.blueprint,
    passkeys.blueprint,
    sessions.blueprint,
)
