"""Runs the clients of this folder that speak Node.js, one conversation a time: see conversation.mjs."""

import json
import subprocess
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.people import Person
from tests.support.servers import program

FOLDER = Path(__file__).parent
OLDEST = 20  # of Node.js, as package.json says
SECONDS = 90

Steps = dict[str, Callable[..., object]]


def run_client(
    script: str,
    person: Person | None = None,
    *,
    deny: bool = False,
    steps: Steps | None = None,
    **settings: Any,
) -> Any:
    """What the script found, with a person who allows (or denies) what it asks. Fails if anything in it does.

    ``steps`` are what the script may ask to happen at the portal meanwhile.
    """
    return run_program([node(), script], person, deny=deny, steps=steps, **settings)


def run_program(
    command: list[str],
    person: Person | None = None,
    *,
    deny: bool = False,
    steps: Steps | None = None,
    **settings: Any,
) -> Any:
    """The same for a program in whatever language that has the conversation."""
    process = subprocess.Popen(
        command,
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = threading.Timer(SECONDS, process.kill)
    watch.start()
    try:
        return _converse(process, person, "deny" if deny else "allow", steps or {}, settings)
    finally:
        watch.cancel()
        process.kill()
        process.communicate()


def node() -> str:
    """Node.js; skips the test where there is none that the clients can use."""
    found = program("node")
    if found is None or _version(found) < OLDEST:
        pytest.skip(f"Node.js {OLDEST} or newer is not installed")
    assert (FOLDER / "node_modules").is_dir(), (
        "the clients are not installed: cd tests/foreign_clients && npm ci"
    )
    return found


@cache
def _version(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").partition(".")[0])


def _converse(
    process: "subprocess.Popen[str]",
    person: Person | None,
    decision: str,
    steps: Steps,
    settings: dict[str, Any],
) -> Any:
    assert process.stdin
    assert process.stdout
    assert process.stderr
    found = None
    _say(process, settings)
    for line in process.stdout:
        message = json.loads(line)
        if "authorize" in message:
            assert person is not None
            back = person.decide(message["authorize"], decision)
            _say(process, {"callback": back, "posted": person.posted or None})
        elif "step" in message:
            steps[message["step"]](*([message["given"]] if "given" in message else []))
            _say(process, {})
        else:
            found = message["found"]
    complaint = process.stderr.read()
    assert process.wait() == 0, complaint
    assert found is not None, f"the client ended without a word: {complaint}"
    return found


def _say(process: "subprocess.Popen[str]", message: dict[str, Any]) -> None:
    assert process.stdin
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
