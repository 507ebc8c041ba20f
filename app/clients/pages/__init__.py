"""The pages of clients, collected."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
