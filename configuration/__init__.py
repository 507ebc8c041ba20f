"""What config.py builds its list of settings with; loadable without Flask."""
