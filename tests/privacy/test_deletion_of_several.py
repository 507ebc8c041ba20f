"""Deleting one of several accounts that are signed in in one browser."""

from flask import Flask
from flask.testing import FlaskClient

from tests.authentication.several import active, listed, sign_all_in, token_cookies
from tests.authentication.visitors import PASSWORD, csrf_token


def test_the_others_stay_and_the_one_used_last_becomes_active(app: Flask, client: FlaskClient) -> None:
    ids = sign_all_in(app, client, "anna", "bert")
    fields = {"csrf_token": csrf_token(client, "/account/data"), "password": PASSWORD, "confirm": "bert"}
    answer = client.post("/account/data/delete", data=fields)
    assert answer.status_code == 303, answer.text
    assert "Your account is deleted" in client.get(answer.location, follow_redirects=True).text
    assert active(client) == "anna"
    assert listed(client) == [ids["anna"]]
    assert len(token_cookies(client)) == 1
