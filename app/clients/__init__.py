"""OAuth clients and the dashboard of their developers."""

from . import wanted_scopes as wanted_scopes
