"""One listener beside the workers: started, watched and ended with gunicorn; or alone; through a lost database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config import CHECKOUT
from tests.support.checkouts import copy_checkout
from tests.support.messages import CHECK, GET, Speaker, message_port, message_portal_on, wait_for_listener
from tests.support.people import Person
from tests.support.portals import Portal, StartPortal
from tests.support.ports import free_port, is_open, wait_until
from tests.support.servers import private_mariadb


def listeners(portal: Portal) -> list[int]:
    """The processes that answer this portal's messages."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            environ = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"messages" in words and f"INSTANCE_PATH={portal.environ['INSTANCE_PATH']}".encode() in environ:
            found.append(int(folder.name))
    return found


def answers(portal: Portal) -> bool:
    try:
        with Speaker(message_port(portal)) as service:
            return service.ask(CHECK, {"jwt": "x"}) == {"response": False, "isDisposed": True, "id": "1"}
    except ConnectionError:
        return False


@pytest.mark.slow
def test_there_is_one_it_comes_back_and_it_goes_with_gunicorn(start_portal: StartPortal) -> None:
    port = free_port()
    portal = start_portal(workers=3, MESSAGE_PORT=str(port))
    wait_for_listener(port, portal)
    (first,) = listeners(portal)

    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in listeners(portal) and answers(portal), 60, "a new listener")
    (second,) = listeners(portal)

    assert portal.process is not None
    portal.process.send_signal(signal.SIGHUP)
    wait_until(lambda: second not in listeners(portal) and answers(portal), 60, "the renewed listener")
    assert len(listeners(portal)) == 1

    assert portal.stop() == 0
    assert listeners(portal) == []
    assert not is_open(port)
    assert "Traceback" not in portal.log


@pytest.mark.slow
def test_a_reload_that_is_refused_leaves_it_alone(start_portal: StartPortal, tmp_path: Path) -> None:
    port = free_port()
    portal = start_portal(workers=1, MESSAGE_PORT=str(port))
    assert portal.stop() == 0
    portal.checkout = copy_checkout(tmp_path)
    del portal.environ["FLASK_SKIP_DOTENV"]
    portal.start()
    wait_for_listener(port, portal)
    before = listeners(portal)
    (tmp_path / ".env").write_text("REGISTRATION=friends\n")
    portal.reload()
    assert "Not reloaded" in portal.log
    assert answers(portal)
    assert listeners(portal) == before


@pytest.mark.slow
def test_it_goes_though_gunicorn_was_killed(start_portal: StartPortal) -> None:
    port = free_port()
    portal = start_portal(workers=1, MESSAGE_PORT=str(port))
    wait_for_listener(port, portal)
    assert portal.process is not None
    portal.process.kill()
    wait_until(lambda: listeners(portal) == [], 30, "the end of the listener")
    portal.process.wait()
    portal.start()  # and the next portal finds the port free
    wait_for_listener(port, portal)


def test_alone_it_runs_until_it_is_told_to_end(sqlite_portal: Portal) -> None:
    port = free_port()
    command = [sys.executable, "-m", "flask", "messages", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=sqlite_portal.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(lambda: is_open(port), 60, "the listener")
        with Speaker(port) as service:
            assert (service.ask(GET, {"username": "nobody"}) or {})["response"] is None
            taken = sqlite_portal.flask("messages", "--port", str(port), check=False)
            process.send_signal(signal.SIGTERM)
            assert service.is_ended()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
    assert process.stdout is not None
    assert f"Messages are answered on 127.0.0.1:{port}." in process.stdout.read()
    assert taken.returncode == 1
    assert "Messages cannot be answered on" in taken.stderr
    assert "Traceback" not in taken.stderr


def test_without_a_port_it_says_what_is_missing(sqlite_portal: Portal) -> None:
    refused = sqlite_portal.flask("messages", check=False)
    assert refused.returncode == 1
    assert "MESSAGE_PORT" in refused.stderr


@pytest.mark.slow
def test_a_lost_database_is_an_error_for_nestjs_and_recovers_by_itself() -> None:
    with private_mariadb() as maria, message_portal_on(maria.new_database()) as portal:
        person = Person(portal.url).register()
        question = {"username": person.username}
        with Speaker(message_port(portal)) as service:
            assert (service.ask(GET, question) or {})["response"]["username"] == person.username
            maria.stop()
            for number in range(4):
                answer = service.ask(GET, question, str(number))
                assert answer is not None
                assert answer["err"]["status"] == "error"
                assert (answer["isDisposed"], answer["id"]) == (True, str(number))
            maria.start_again()
            wait_until(lambda: "response" in (service.ask(GET, question) or {}), 60, "its database")
            assert (service.ask(GET, question) or {})["response"]["username"] == person.username
        assert "Traceback" not in portal.log
