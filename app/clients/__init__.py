"""OAuth clients and the dashboard of their developers."""
