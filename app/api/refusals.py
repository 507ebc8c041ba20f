"""How the JSON endpoints say no: ``{"error": code, "message": text}`` with the right status."""

from typing import Any

from flask import Response, jsonify


class ApiRefused(Exception):
    """A refusal: ``error`` is for programs, ``message`` for people, ``headers`` go with the answer."""

    def __init__(self, status: int, error: str, message: str, **headers: Any) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message
        self.headers = headers


def answer(refusal: ApiRefused) -> Response:
    """The refusal as JSON."""
    response = jsonify(error=refusal.error, message=refusal.message)
    response.status_code = refusal.status
    for name, value in refusal.headers.items():
        response.headers[name.replace("_", "-")] = str(value)
    return response


class SignInSwitchedOff(Exception):
    """An administrator has disabled the portal's own app."""
