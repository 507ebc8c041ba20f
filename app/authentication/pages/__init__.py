"""The pages of authentication, collected."""

from flask import Blueprint

from . import accounts, login, logout, sessions

blueprints: tuple[Blueprint, ...] = (
    accounts.blueprint,
    login.blueprint,
    logout.blueprint,
    sessions.blueprint,
)
