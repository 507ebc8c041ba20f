"""The commands of examples/README.md lead from nothing to the weather."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.servers import EXAMPLES, node, weather_station
from tests.support.portals import CHECKOUT, Portal

pytestmark = pytest.mark.node


def test_the_commands_lead_to_the_weather(mariadb_portal: Portal, tmp_path: Path) -> None:
    text = (
        (EXAMPLES / "README.md").read_text(encoding="utf-8").replace("weather.env", f"{tmp_path}/weather.env")
    )
    make, ask = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)

    run(re.sub(r"^.venv/bin/flask ", f"{sys.executable} -m flask ", make, flags=re.MULTILINE), mariadb_portal)
    with weather_station("express", tmp_path, mariadb_portal.url) as station:
        said = run(
            ask.replace("http://127.0.0.1:5000/weather", station.url).replace("node ", f"{node()} "),
            mariadb_portal,
        )

    assert json.loads(said)["sky"] == "clear"


def run(script: str, portal: Portal) -> str:
    command = ["bash", "-euc", script]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=portal.environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
