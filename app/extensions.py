"""The Flask extensions, as instances; ``create_app`` configures them."""

from typing import TYPE_CHECKING, cast

from flask import current_app
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_migrate import Migrate
from werkzeug.local import LocalProxy

from .crypto import Vault
from .database.rows import db
from .expired_forms import ExpiredForms
from .process.background import Background
from .process.metering import Metrics

if TYPE_CHECKING:
    from config import Settings

__all__ = [
    "babel",
    "background",
    "csrf",
    "db",
    "limiter",
    "login_manager",
    "metrics",
    "migrate",
    "settings",
    "vault",
]

migrate = Migrate()
login_manager = LoginManager()
csrf = ExpiredForms()
babel = Babel()
limiter = Limiter(key_func=lambda: "")  # limits count networks: app/site/rate_limiting.py
background = Background()
metrics = Metrics()
background.add(metrics.flush)
vault = Vault()

settings = cast("Settings", LocalProxy(lambda: current_app.config["SETTINGS"]))
