"""Backup and restore as docs/operations.md tells them: its commands, run while the portal writes."""

import os
import re
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.support.documented import block
from tests.support.people import SECONDS, Person
from tests.support.portals import Portal, running_portal
from tests.support.servers import MariaDb, private_mariadb

CALLBACK = "http://127.0.0.1:9/callback"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Before:
    """What was there before the backup: a person, their app, and a refresh token."""

    def __init__(self, portal: Portal) -> None:
        self.person = Person(portal.url).register()
        options = ("--redirect-uri", CALLBACK, "--owner", self.person.username)
        self.app: dict[str, Any] = portal.flask_json(
            "client", "create", f"Kept {secrets.token_hex(3)}", *options
        )
        asked = {
            "client_id": self.app["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "state": "s",
        }
        back = self.person.allow(f"{portal.url}/oauth/authorize?{urlencode(asked)}")
        code = parse_qs(urlsplit(back).query)["code"][0]
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        self.refresh_token = self.ask(portal, **fields).json()["refresh_token"]

    def ask(self, portal: Portal, **fields: str) -> requests.Response:
        auth = (self.app["client_id"], self.app["client_secret"])
        return requests.post(f"{portal.url}/oauth/token", fields, auth=auth, timeout=SECONDS)

    def check(self, restored: Portal) -> None:
        """Everything works at the restored portal as it did."""
        again = self.ask(restored, grant_type="refresh_token", refresh_token=self.refresh_token)
        assert again.status_code == 200, again.text
        person = Person(restored.url)
        person.username = self.person.username
        person.sign_in()
        person.open(f"/dashboard/apps/{self.app['client_id']}/secrets")
        (link,) = re.findall(r'href="([^"]+/reveal)"', person.text)
        person.open(link)
        person.send(password=self.person.password)
        assert self.app["client_secret"] in person.text


@contextmanager
def people_coming(portal: Portal) -> Iterator[None]:
    """Somebody registers, and the next, for as long as the backup takes; it ends in the middle of it."""
    enough, some = threading.Event(), threading.Event()

    def come() -> None:
        while not enough.is_set():
            Person(portal.url).register()
            some.set()

    threads = [threading.Thread(target=come) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert some.wait(SECONDS)
        yield
    finally:
        enough.set()
        for thread in threads:
            thread.join()


def run(example: str, folder: Path, **environ: str) -> None:
    """Run an example of the page in a folder."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", example], cwd=folder, env={**os.environ, **environ},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def client_of(server: MariaDb, home: Path) -> dict[str, str]:
    """The environment in which `mariadb` and `mariadb-dump` find this server, as an operator's ~/.my.cnf lets them."""
    home.mkdir()
    (home / ".my.cnf").write_text(f"[client]\nuser=root\nsocket={server.socket}\n")
    return {"HOME": str(home)}


def test_sqlite_is_backed_up_while_people_register_and_restored(tmp_path: Path) -> None:
    folder, restored = tmp_path / "machine", tmp_path / "restored"
    for each in (folder, restored):
        (each / "instance").mkdir(parents=True)
    with running_portal(f"sqlite:///{folder}/instance/pforte.sqlite3", workers=2) as portal:
        before = Before(portal)
        with people_coming(portal):
            run(block("sh", "sqlite3.connect"), folder)
    shutil.copy(folder / "backup.sqlite3", restored)
    for suffix in ("-wal", "-shm"):
        (restored / "instance" / f"pforte.sqlite3{suffix}").write_bytes(b"left over from the old file")
    run(block("sh", "cp backup.sqlite3"), restored)
    with running_portal(f"sqlite:///{restored}/instance/pforte.sqlite3", workers=2) as portal:
        before.check(portal)


def test_mariadb_is_backed_up_while_people_register_and_restored_on_another_server(tmp_path: Path) -> None:
    with private_mariadb() as old, private_mariadb() as new:
        for server in (old, new):
            server.run("CREATE DATABASE pforte CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        urls = [f"mysql://root@localhost/pforte?unix_socket={server.socket}" for server in (old, new)]
        with running_portal(urls[0], workers=2) as portal:
            before = Before(portal)
            with people_coming(portal):
                run(block("sh", "mariadb-dump"), tmp_path, **client_of(old, tmp_path / "old"))
        run(block("sh", "gunzip"), tmp_path, **client_of(new, tmp_path / "new"))
        with running_portal(urls[1], workers=2) as portal:
            before.check(portal)
            wrong = {
                **portal.environ,
                "DATABASE_ENCRYPTION_SECRET": "not the one that was kept beside the backup",
            }
            portal.environ, right = wrong, portal.environ
            said = portal.flask("doctor", check=False)
            portal.environ = right
            assert said.returncode == 1
            assert "the signing keys cannot be decrypted" in said.stdout
            leaked(portal, new)


def leaked(portal: Portal, server: MariaDb) -> None:
    """The page's answer to a leaked signing key ends both that signed and that would have been next."""
    keys = {each["kid"]: each["state"] for each in portal.flask_json("keys", "list")}
    (command,) = block("sh", "flask keys rotate --leaked").splitlines()
    portal.flask(*command.split()[1:])
    still = {each["kid"] for each in portal.flask_json("keys", "list") if each["state"] != "retired"}
    assert not still & set(keys)
    left = server.rows(
        "SELECT count(*) FROM pforte.signing_keys WHERE slot IS NULL AND expires_at > UTC_TIMESTAMP(6)"
    )
    assert left == ((0,),)
