"""A browser that sends no cookie at all is told so, not that its page was open for too long."""

import pytest
from flask import Flask

TYPED = {"username": "anna", "email": "anna@example.org", "password": "plenty of amber lighthouses 27"}


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["/login", "/register"])
def test_blocked_cookies_are_named_and_what_was_typed_is_kept(app: Flask, path: str) -> None:
    browser = app.test_client(use_cookies=False)
    headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
    for _try in range(2):
        answer = browser.post(path, data={**TYPED, "csrf_token": "from another page"}, headers=headers)
        assert answer.status_code == 400
        assert "has sent no cookie" in answer.text
        assert "open it at http://127.0.0.1:8000" in answer.text
        assert "open for too long" not in answer.text
        assert 'value="anna"' in answer.text


@pytest.mark.any_database
def test_an_old_page_is_still_called_that(app: Flask) -> None:
    browser = app.test_client()
    browser.get("/login")
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = browser.post("/login", data={**TYPED, "csrf_token": "an old one"}, headers=headers)
    assert "open for too long" in answer.text
