"""What load balancers ask for."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from tests.support.apps import MakeApp
from tests.support.databases import make_settings
from tests.support.ports import free_port


def test_a_healthy_portal_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/health/live").json == {"status": "ok"}
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "ok"}


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/pforte.sqlite3", "mysql+pymysql://pforte:x@127.0.0.1:1/pforte"]
)
def test_without_its_database_it_lives_but_is_not_ready(url: str, tmp_path: Path) -> None:
    client = create_app(make_settings(url, tmp_path)).test_client()
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "database": "unavailable"}


def test_redis_counts_where_it_is_set(make_app: MakeApp, redis_url: str) -> None:
    assert make_app(REDIS_URL=redis_url).test_client().get("/health/ready").json == {
        "status": "ok", "database": "ok", "redis": "ok",
    }  # fmt: skip


def test_without_its_redis_it_is_not_ready(make_app: MakeApp) -> None:
    answer = make_app(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0").test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "database": "ok", "redis": "unavailable"}
