"""The signing keys: those in use, and their rotation."""
