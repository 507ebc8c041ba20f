"""The name of every request."""

import logging
import re

import pytest
from flask.testing import FlaskClient

from app.authentication.access import public
from tests.support.apps import MakeApp

pytestmark = pytest.mark.any_database

SHAPE = re.compile(r"[a-z2-7]{20}")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/health/live", "/static/css/base.css", "/x%00y", "/%ff"])
def test_every_answer_has_an_id_of_its_own(client: FlaskClient, path: str) -> None:
    first, second = (client.get(path).headers["X-Request-Id"] for _ in range(2))
    assert SHAPE.fullmatch(first)
    assert first != second


def test_an_id_that_a_caller_sends_is_never_believed(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"X-Request-Id": "of-the-caller"})
    assert SHAPE.fullmatch(answer.headers["X-Request-Id"])
    assert "of-the-caller" not in answer.text


def test_the_error_page_and_the_log_have_the_id_of_the_answer(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()

    @public
    def fail() -> str:
        raise RuntimeError("a bug of ours")

    app.add_url_rule("/probe/fail", view_func=fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.ERROR, app.logger.name):
        answer = app.test_client().get("/probe/fail")
    request_id = answer.headers["X-Request-Id"]
    assert answer.status_code == 500
    assert f'<code id="request-id">{request_id}</code>' in answer.text
    assert [record.request_id for record in caplog.records] == [request_id]  # type: ignore[attr-defined]
    assert "a bug of ours" not in answer.text
    assert "Traceback" not in answer.text
