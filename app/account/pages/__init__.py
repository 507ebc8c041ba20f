"""The pages of account, collected."""

from flask import Blueprint

blueprints: tuple[Blueprint, ...] = ()
