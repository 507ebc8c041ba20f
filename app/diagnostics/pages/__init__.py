"""The pages of diagnostics, collected."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
