"""Debian's oidc-agent registers itself, is let in by its code, and hands out tokens that it renews by itself."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.support.people import SECONDS, Person
from tests.support.portals import Portal, StartPortal
from tests.support.ports import free_port, wait_until
from tests.support.servers import program

SCOPE = "openid profile email offline_access"


class Agent:
    """A running agent of somebody with a home of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "password").write_text("of the account's file\n")
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
        said = subprocess.run(["oidc-agent"], env=self.environ, capture_output=True, text=True).stdout
        self.environ |= dict(re.findall(r"^(OIDC\w+)=([^;]+);", said, re.MULTILINE))

    def generate(self, portal: Portal) -> "subprocess.Popen[str]":
        """Begin to make an account: registers, shows a code, asks until somebody has decided."""
        options = (f"--issuer={portal.url}", f"--scope={SCOPE}", f"--pw-file={self.home / 'password'}")
        command = ["oidc-gen", "--flow=device", "--prompt=none", "--confirm-yes", f"--port={free_port()}"]
        with (self.home / "said").open("w") as said:
            return subprocess.Popen(
                [*command, *options, "account"],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                text=True,
            )

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return (self.home / "said").read_text(errors="replace")

    def run(self, *command: str) -> str:
        """What a command prints."""
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=SECONDS)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def running_agent() -> Iterator[Agent]:
    """An agent, ended with all it knows."""
    if program("oidc-agent") is None:
        pytest.skip("oidc-agent is not installed (make test-clients)")
    home = Path(tempfile.mkdtemp(prefix="pforte-agent-"))
    agent = Agent(home)
    try:
        yield agent
    finally:
        subprocess.run(["oidc-agent", "-k"], env=agent.environ, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


def code_shown(agent: Agent, process: "subprocess.Popen[str]") -> str:
    """The code that people are to type."""

    def found() -> "re.Match[str] | None":
        return re.search(r"\b([A-Z]{4}-[A-Z]{4})\b", agent.said)

    wait_until(lambda: found() or process.poll() is not None, SECONDS, "the code")
    code = found()
    assert code, agent.said
    return code[1]


@pytest.mark.client(
    "oidc-agent",
    "registers itself, the device grant, hands out tokens and renews them, forgets the account; hears of a refusal",
)
@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_oidc_agent_registers_itself_and_is_let_in_by_its_code(
    start_portal: StartPortal, decision: str
) -> None:
    portal = start_portal("sqlite", workers=2, DYNAMIC_REGISTRATION="open")
    person = Person(portal.url).register().confirm(portal.instance)
    with running_agent() as agent:
        process = agent.generate(portal)
        try:
            person.open("/device")
            person.send(user_code=code_shown(agent, process))
            person.choose("decision", decision)
            ended = process.wait(timeout=SECONDS)
        finally:
            process.kill()
        if decision == "deny":
            assert ended != 0
            assert "did not allow" in agent.said, agent.said
            return
        assert ended == 0, agent.said
        first, second = (agent.run("oidc-token", "--time", seconds, "account") for seconds in ("60", "4000"))
        assert first != second
        for token in (first, second):
            assert preferred_username(portal, token) == person.username
        agent.run("oidc-gen", "--delete", f"--pw-file={agent.home / 'password'}", "--confirm-yes", "account")
        assert preferred_username(portal, second) is None


def preferred_username(portal: Portal, token: str) -> str | None:
    """Whom userinfo names; None where the token is ended."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{portal.url}/oauth/userinfo", headers=headers, timeout=SECONDS)
    return str(answer.json()["preferred_username"]) if answer.status_code == 200 else None
