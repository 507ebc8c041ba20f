"""The image: its Dockerfile followed step by step, its command and its health check run as its user."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support import images
from tests.support.databases import SECRETS
from tests.support.documented_certificates import make_certificate
from tests.support.people import Person
from tests.support.portals import CHECKOUT
from tests.support.ports import free_port, is_open, wait_until

STEPS = images.instructions((CHECKOUT / "Dockerfile").read_text(encoding="utf-8"))
NEVER_IN_AN_IMAGE = (
    ".env", ".git/config", "instance/secret_key", "instance/pforte.sqlite3", ".venv/pyvenv.cfg", "tests/conftest.py",
    "build/tests.xml", "docs/operations.md", "pforte.sqlite3", "app/__pycache__/x.pyc", "tests/foreign_clients/node_modules/x.js",
)  # fmt: skip


def said_by(name: str) -> list[str]:
    return [rest for instruction, rest in STEPS if instruction == name]


def test_the_image_is_built_on_one_version_and_ends_as_nobody_in_particular() -> None:
    (argument,) = said_by("ARG")
    assert re.fullmatch(r"PYTHON=3\.\d+\.\d+-slim-\w+", argument)
    assert {base.split()[0] for base in said_by("FROM")} == {"python:${PYTHON}"}
    after_the_user = STEPS[STEPS.index(("USER", "10001:10001")) + 1 :]
    assert {name for name, _rest in after_the_user} == {"VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}


def test_no_compiler_no_curl_and_no_secret_goes_into_the_image() -> None:
    assert not re.search(r"\b(apt|apt-get|apk|curl|wget|gcc)\b", " ".join(said_by("RUN")))
    assert any("--only-binary :all:" in line for line in said_by("RUN"))
    assert not re.search(r"SECRET|PASS|_KEY|_URL", " ".join(said_by("ENV") + said_by("ARG")))


def test_health_check_and_command_run_without_a_shell() -> None:
    (health,), (command,) = said_by("HEALTHCHECK"), said_by("CMD")
    for text in (health.partition(" CMD ")[2], command):
        program = json.loads(text)
        assert program[0] == "python"
        assert (CHECKOUT / program[1]).is_file()


def test_the_builder_gets_no_secret_no_data_and_no_history(tmp_path: Path) -> None:
    shutil.copy(CHECKOUT / ".dockerignore", tmp_path)
    for name in (*NEVER_IN_AN_IMAGE, "app/__init__.py", "wsgi.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sorted(map(str, images.context(tmp_path))) == ["app/__init__.py", "wsgi.py"]


def test_the_builder_gets_everything_the_portal_loads() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout
    wanted = re.findall(
        r"^(?:(?:app|configuration|static|templates|migrations|docker)/.*|[^/\n]+\.py|requirements\.txt|.*\.mo)$",
        tracked,
        re.MULTILINE,
    )
    assert set(wanted) <= {str(path) for path in images.context(CHECKOUT)}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> images.Image:
    """The image, built once for the tests of this process."""
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or not shutil.which("setpriv")
        or not shutil.which("unshare")
    ):
        pytest.skip("Following the Dockerfile takes Linux and root")
    return images.build(CHECKOUT, tmp_path_factory.mktemp("image"))


class Container:
    """The image's command, running."""

    def __init__(self, image: images.Image, **environ: str) -> None:
        self.image = image
        self.port = free_port()
        self.url = f"{'https' if 'TLS_CERT' in environ else 'http'}://127.0.0.1:{self.port}"
        own = {**SECRETS, "SERVER_PORT": str(self.port), "WEB_CONCURRENCY": "2", "ISSUER": self.url}
        self.environ = {**own, **environ}
        self.process = image.container(image.command, self.environ)

    def run(self, *command: str) -> tuple[int, str]:
        """Exit code and words of another command in a container of its own, as `docker run` gives it."""
        process = self.image.container(command, self.environ)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def wait(self) -> None:
        """Return when it is healthy by the image's own check."""
        wait_until(lambda: is_open(self.port) or self.process.poll() is not None, 60, "the container")
        assert self.run(*self.image.health) == (0, "")

    def stop(self) -> str:
        """End it as `docker stop` does; what it has said."""
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, said
        return said


@pytest.fixture
def container(image: images.Image) -> Iterator[Container]:
    """A container with an empty volume."""
    for path in image.inside("/var/lib/pforte").iterdir():
        path.unlink()
    started = Container(image)
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait()


@pytest.mark.slow
@pytest.mark.timeout(600)
class TestContainers:
    """They share one build."""

    def test_only_tmp_and_the_volume_can_be_written_and_nobody_gains_rights(
        self, container: Container
    ) -> None:
        places = "/srv/pforte/app/x /opt/pforte/x /etc/x /usr/local/x /dev/shm/x /tmp/x /var/lib/pforte/x"
        tries = f"for f in {places}; do touch $f 2>/dev/null && echo $f; done; id -u; id -G; grep -h CapBnd /proc/self/status"
        _code, said = container.run("sh", "-c", tries)
        assert said.split() == [
            "/tmp/x",
            "/var/lib/pforte/x",
            "10001",
            "10001",
            "CapBnd:",
            "0000000000000000",
        ]

    def test_it_migrates_serves_people_is_healthy_and_stops_when_asked(self, container: Container) -> None:
        assert container.run("flask", "db", "upgrade") == (0, "")
        container.wait()
        assert requests.get(f"{container.url}/health/ready", timeout=30).json() == {
            "status": "ok",
            "database": "ok",
        }
        person = Person(container.url).register()
        person.sign_out().sign_in()
        assert requests.get(f"{container.url}/static/css/tokens.css", timeout=30).ok
        german = requests.get(f"{container.url}/login?locale=de", timeout=30)
        assert '<html lang="de"' in german.text
        assert "Anmelden" in german.text
        said = container.stop()
        assert said.splitlines()[-1] == "Pforte has stopped."
        assert "Read-only" not in said
        assert "Traceback" not in said
        code, why = container.run(*container.image.health)
        assert (code, why.startswith("The portal does not answer")) == (1, True)

    def test_behind_its_own_certificate_it_is_healthy_too(self, image: images.Image) -> None:
        cert, key = make_certificate(image.inside("/var/lib/pforte"), "id.example.org")
        for path in (cert, key):
            os.chown(path, 10001, 10001)
        served = Container(
            image, TLS_CERT=f"/var/lib/pforte/{cert.name}", TLS_KEY=f"/var/lib/pforte/{key.name}"
        )
        served.wait()
        served.stop()

    @pytest.mark.parametrize(
        ("name", "value"),
        [("SECRET_KEY", ""), ("WEB_CONCURRENCY", "many"), ("ISSUER", "http://id.example.org")],
    )
    def test_a_wrong_setting_ends_it_with_one_line(self, image: images.Image, name: str, value: str) -> None:
        ended = Container(image, **{name: value})
        said, _ = ended.process.communicate(timeout=60)
        assert ended.process.returncode == 1
        assert said.startswith(f"{name} is ")
        assert said.count("\n") == 1
        for command in (["flask", "doctor"], ["gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]):
            assert ended.run(*command) == (1, said)
