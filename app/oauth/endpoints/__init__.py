"""The endpoints of oauth, collected."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
