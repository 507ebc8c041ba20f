"""The pages of consents, collected."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
