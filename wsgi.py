"""The application that gunicorn and the flask command load."""

import config

settings = config.accepted or config.load_or_exit()

from app import create_app  # noqa: E402  a wrong setting is told before the application is loaded

app = create_app(settings)
