"""The hot paths: for each a wrk script that asks for it as an integration would."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import requests

from benchmarks import wrk
from benchmarks.stock import REDIRECT_URI, VERIFIER

SIGN_INS_AT_ONCE = 2  # a worker refuses more than that: half of its threads
FORM = "application/x-www-form-urlencoded"
SPEND = """
local stock = {{}}
for line in io.lines("{path}") do stock[#stock + 1] = line end
local taken = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Authorization"] = "{authorization}"
function request()
  taken = taken + 1
  return wrk.format(nil, nil, nil, "{fields}" .. stock[taken])
end
"""
# Each answer brings the token of the next request, so that every refresh is a rotation.
GIVE_BACK = """
function response(status, headers, body)
  stock[#stock + 1] = string.match(body, '"refresh_token": ?"([^"]+)"')
end
"""


@dataclass(frozen=True)
class Case:
    """One hot path: where, how, and the share of the bare route it must reach (None: of raw argon2id)."""

    name: str
    path: str
    script: Path | None
    aim: int
    connections: int = wrk.CONNECTIONS


@dataclass(frozen=True)
class App:
    """The registered app that asks."""

    client_id: str
    client_secret: str

    @property
    def authorization(self) -> str:
        """Its Basic header."""
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return f"Basic {pair}"


def cases(url: str, app: App, stock: dict[str, list[str]], folder: Path) -> list[Case]:
    """All cases, their scripts written into ``folder``."""
    post = {"Content-Type": FORM, "Authorization": app.authorization}
    token = requests.post(
        f"{url}/oauth/token",
        {"grant_type": "refresh_token", "refresh_token": stock["refresh_tokens"].pop()},
        auth=(app.client_id, app.client_secret),
        timeout=30,
    ).json()["access_token"]
    credentials = _write(folder, "client_credentials", _fixed("POST", post, "grant_type=client_credentials"))
    introspect = _write(folder, "introspection", _fixed("POST", post, urlencode({"token": token})))
    accepting = {**post, "Accept": "application/token-introspection+jwt"}
    signed = _write(folder, "signed_introspection", _fixed("POST", accepting, urlencode({"token": token})))
    userinfo = _write(folder, "userinfo", _fixed("GET", {"Authorization": f"Bearer {token}"}, ""))
    refresh = _spend(
        folder, "refresh", app, stock["refresh_tokens"], "grant_type=refresh_token&refresh_token="
    )
    fields = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
    exchange = _spend(folder, "code", app, stock["codes"], urlencode(fields) + "&code=")
    return [
        Case("client_credentials", "/oauth/token", credentials, 25),
        Case("introspection", "/oauth/introspect", introspect, 20),
        Case("signed introspection", "/oauth/introspect", signed, 12),
        Case("userinfo", "/oauth/userinfo", userinfo, 30),
        Case("refresh", "/oauth/token", _with(refresh, GIVE_BACK), 10),
        Case("code exchange", "/oauth/token", exchange, 8),
        Case("discovery", "/.well-known/openid-configuration", None, 130),
    ]


def sign_in(url: str, username: str, password: str, folder: Path) -> Case:
    """The sign-in, with the cookie and the token of one opened form."""
    page = requests.get(f"{url}/login", timeout=30)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    body = urlencode({"csrf_token": token[1], "username": username, "password": password})
    script = _fixed("POST", {"Content-Type": FORM, "Cookie": cookie}, body)
    return Case("sign-in", "/login", _write(folder, "sign_in", script), 70, SIGN_INS_AT_ONCE)


def _fixed(method: str, headers: dict[str, str], body: str) -> str:
    lines = [f'wrk.method = "{method}"', f'wrk.body = "{body}"']
    return "\n".join([*lines, *(f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items())])


def _spend(folder: Path, name: str, app: App, stock: list[str], fields: str) -> Path:
    path = folder / f"{name}.txt"
    path.write_text("\n".join(stock) + "\n")
    script = SPEND.format(path=path, authorization=app.authorization, fields=fields)
    return _write(folder, name, script)


def _with(script: Path, more: str) -> Path:
    script.write_text(script.read_text() + more)
    return script


def _write(folder: Path, name: str, script: str) -> Path:
    path = folder / f"{name}.lua"
    path.write_text(script)
    return path
