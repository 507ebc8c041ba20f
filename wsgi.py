"""The application that gunicorn and the flask command load."""

import gc
import os

import config

os.umask(0o077)  # whoever begins, server or command: what the portal writes is for its own user

settings = config.accepted or config.load_or_exit()

# What is imported stays: looking for garbage meanwhile took 0.6 s of the 1.7 s before a command begins.
gc.disable()
from app import create_app  # noqa: E402  a wrong setting is told before the application is loaded

gc.freeze()
gc.enable()
app = create_app(settings)
