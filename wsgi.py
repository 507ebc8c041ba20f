"""The application that gunicorn and the flask command load."""

import sys

import config

try:
    settings = config.accepted or config.load()
except config.ConfigurationError as error:
    sys.exit(str(error))

from app import create_app

app = create_app(settings)
