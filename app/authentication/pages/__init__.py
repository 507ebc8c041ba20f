"""The pages of authentication, collected."""

from flask import Blueprint

from . import login, logout, sessions

blueprints: tuple[Blueprint, ...] = (login.blueprint, logout.blueprint, sessions.blueprint)
