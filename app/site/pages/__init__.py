"""The pages of site, collected."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
