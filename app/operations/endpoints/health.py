"""Whether this process lives, and whether it can serve."""

from flask import Blueprint, Response, current_app, jsonify
from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ...authentication.access import public
from ...database.engines import read_connection
from ...extensions import settings

blueprint = Blueprint("operations_health", __name__)

REDIS_PATIENCE = 2  # seconds; a load balancer asks every few


@blueprint.get("/health/live")
@public
def live() -> Response:
    """200 as long as the process answers at all; asks nothing else."""
    return jsonify(status="ok")


@blueprint.get("/health/ready")
@public
def ready() -> tuple[Response, int]:
    """200 when every part this portal needs answers, else 503 that names the failing one."""
    parts = {"database": _database_answers()}
    if settings.redis_url:
        parts["redis"] = _redis_answers(settings.redis_url)
    words = {name: "ok" if answers else "unavailable" for name, answers in parts.items()}
    if all(parts.values()):
        return jsonify(status="ok", **words), 200
    return jsonify(status="unavailable", **words), 503


def _database_answers() -> bool:
    try:
        with read_connection() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1
    except SQLAlchemyError as error:
        current_app.logger.error("Not ready, the database: %r", getattr(error, "orig", None) or type(error))
        return False


def _redis_answers(url: str) -> bool:
    try:
        with Redis.from_url(
            url, socket_timeout=REDIS_PATIENCE, socket_connect_timeout=REDIS_PATIENCE
        ) as redis:
            return bool(redis.ping())
    except (RedisError, OSError) as error:
        current_app.logger.error("Not ready, Redis: %s", type(error).__name__)
        return False
