"""OAuth clients and the dashboard of their developers."""

from . import scope_usage as scope_usage
