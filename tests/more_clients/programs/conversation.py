"""How a client talks with the test that runs it: one JSON object a line, as conversation.mjs has it."""

import json
import sys
from typing import Any

_answers = sys.stdout
sys.stdout = sys.stderr  # whatever a library has to say


def _read() -> Any:
    return json.loads(sys.stdin.readline())


def _say(message: dict[str, Any]) -> None:
    _answers.write(json.dumps(message) + "\n")
    _answers.flush()


settings = _read()
"""What the test wants: issuer, client_id, redirect_uri and the like."""


def sign_in(authorize_url: str) -> str:
    """The address to which the person's browser came back."""
    _say({"authorize": authorize_url})
    return str(_read()["callback"])


def step(name: str, given: Any = None) -> None:
    """The test has done what it knows under this name, with what it needs for that."""
    _say({"step": name, "given": given})
    _read()


def finish(found: Any) -> None:
    """Tell the test what the client found out."""
    _say({"found": found})
