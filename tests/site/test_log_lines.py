"""What goes wrong is told in lines that carry the request's id, and that nobody forges."""

import json
import logging
import sys

import pytest

from app.site.log_lines import PoolInALine, formatter

LINK = "pf_link_hunter2hunter2"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"


def line(log_format: str, message: str, *, fails: bool = False) -> str:
    record = logging.LogRecord("app.site.errors", logging.ERROR, "", 1, message, None, None)
    record.request_id = "abcdefghijklmnopqrst"
    if fails:
        try:
            raise ValueError(f"bad\nFORGED {LINK}")
        except ValueError:
            record.exc_info = sys.exc_info()
    return formatter(log_format).format(record)


def test_a_line_of_text_names_time_level_module_and_request() -> None:
    written = line("text", "It failed")
    moment, rest = written.split(" ", 1)
    assert moment.endswith("Z")
    assert rest == "ERROR app.site.errors: [abcdefghijklmnopqrst] It failed"


def test_a_connection_lost_on_its_way_back_to_the_pool_is_one_line() -> None:
    for logger, lines in (("sqlalchemy.pool.impl.QueuePool", 1), ("app.site.errors", 2)):
        record = logging.LogRecord(logger, logging.ERROR, "", 1, "Exception during %s", ("reset",), None)
        record.exc_info = (ConnectionResetError, ConnectionResetError("gone"), None)
        assert PoolInALine().filter(record)
        written = formatter("text").format(record)
        assert len(written.splitlines()) == lines
        assert f"{logger}: Exception during reset" in written
        assert "ConnectionResetError" in written


def test_a_line_of_json_has_the_same_as_fields() -> None:
    written = json.loads(line("json", "It failed", fails=True))
    assert written["level"] == "ERROR"
    assert written["logger"] == "app.site.errors"
    assert written["request_id"] == "abcdefghijklmnopqrst"
    assert written["message"] == "It failed"
    assert "ValueError: bad" in written["exception"]


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(
    "forgery",
    ["a\nFORGED b", "a\r\nFORGED b", "a\u2028FORGED b", "a\x1b[2KFORGED", "a\x00FORGED", "a\ud800FORGED"],
)
def test_log_injection_makes_no_line_of_its_own(log_format: str, forgery: str) -> None:
    written = line(log_format, forgery, fails=True)
    assert not any(each.startswith("FORGED") for each in written.splitlines())
    assert "\x1b" not in written
    assert "\x00" not in written
    written.encode()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_secrets_are_masked_in_messages_and_tracebacks(log_format: str) -> None:
    written = line(log_format, f"GET /reset-password/{LINK} with {JWT}", fails=True)
    assert "hunter2" not in written
    assert "eyJ" not in written
    assert "[secret]" in written
