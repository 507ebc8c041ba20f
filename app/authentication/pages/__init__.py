"""The pages of authentication, collected."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
