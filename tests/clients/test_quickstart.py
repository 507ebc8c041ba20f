"""The commands on an app's page do what they say, in a shell, as they stand."""

import json
import re
import shutil
import subprocess
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.people import Person
from tests.support.portals import Portal

CALLBACK = "https://app.example.com/it's/callback?a=$(id)&b=1"


@pytest.fixture(autouse=True)
def shell() -> None:
    for name in ("curl", "openssl"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed (apt-get install {name})")


def commands(page: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)]


def run(script: str, **variables: str) -> str:
    done = subprocess.run(
        ["bash", "-euc", script],
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def credential(page: str, name: str) -> str:
    found = re.search(rf'id="client-{name}"[^>]*>([^<]+)<', page)
    assert found is not None
    return found[1]


def test_the_quickstart_leads_from_a_new_app_to_the_persons_name(portal: Portal) -> None:
    person = Person(portal.url).register()
    person.open("/dashboard/apps/new")
    person.send(name=f"Quick {person.username}", redirect_uris=CALLBACK)
    ask, exchange, who = commands(person.text)
    secret = credential(person.text, "secret")
    verifier, address = run(f'{ask}\necho "$VERIFIER"').splitlines()[::-1]
    back = urlsplit(person.allow(address))
    answer = parse_qs(back.query)
    assert (answer["a"], answer["b"]) == (["$(id)"], ["1"])
    tokens = json.loads(run(exchange, CLIENT_SECRET=secret, CODE=answer["code"][0], VERIFIER=verifier))
    assert json.loads(run(who, ACCESS_TOKEN=tokens["access_token"]))["preferred_username"] == person.username
