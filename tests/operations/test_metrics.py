"""Prometheus reads exact numbers of all workers, without anything personal; nobody else reads them."""

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from app.operations.endpoints.metrics import exposition
from app.process import metering, metric_families
from app.process.metering import BUCKETS, Metrics
from app.process.metric_families import DURATIONS, REQUESTS, SIGN_INS
from tests.support.apps import MakeApp
from tests.support.people import Person
from tests.support.portals import Portal, StartPortal
from tests.support.ports import wait_until

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="[^"\n]*",?)+)\})? (-?[0-9.e+-]+)')


def read(portal: Portal) -> dict[str, float]:
    """Every sample of a portal's metrics, checked line by line."""
    answer = requests.get(f"{portal.url}/metrics", timeout=30)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            parts = SAMPLE.fullmatch(line)
            assert parts, line
            found[f"{parts[1]}{{{parts[2] or ''}}}"] = float(parts[3])
    return found


def reaches(portal: Portal, sample: str, number: float) -> None:
    """Workers write their numbers twice a second: wait for all of them. Needs a portal of the test's own."""
    wait_until(lambda: read(portal).get(sample) == number, 30, f"{sample} {number}")


def test_every_request_of_all_workers_is_counted_over_recycling_and_reloads(
    start_portal: StartPortal,
) -> None:
    portal = start_portal("sqlite", workers=3)
    sample = 'pforte_requests_total{endpoint="site_well_known",method="GET",status="2xx"}'

    def ask(_number: int) -> int:
        return requests.get(f"{portal.url}/robots.txt", timeout=30).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(ask, range(120))) == {200}
    reaches(portal, sample, 120)
    portal.reload()
    assert ask(0) == 200
    reaches(portal, sample, 121)
    samples = read(portal)
    endpoint = 'endpoint="site_well_known"'
    assert samples[f"pforte_request_duration_seconds_count{{{endpoint}}}"] == 121
    assert samples[f'pforte_request_duration_seconds_bucket{{{endpoint},le="+Inf"}}'] == 121
    assert portal.stop() == 0
    portal.start()
    assert sample not in read(portal), "a new start counts from zero"


def test_token_requests_and_sign_ins_are_counted_by_outcome(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=2)
    made: Any = portal.flask_json("client", "create", "Counted", "--grant", "client_credentials")
    fields = {"grant_type": "client_credentials", "client_id": made["client_id"]}
    for secret in (made["client_secret"], made["client_secret"], "wrong"):
        requests.post(f"{portal.url}/oauth/token", {**fields, "client_secret": secret}, timeout=30)
    requests.post(f"{portal.url}/oauth/token", {"grant_type": f"x{secrets.token_hex(9)}"}, timeout=30)
    person = Person(portal.url).register().sign_out()
    person.open("/login")
    form = person.form("password")
    refused = person.browser.post(
        f"{portal.url}/login", data=form.filled(username=person.username, password="wrong"), timeout=30
    )
    assert refused.status_code == 422
    token = "pforte_token_requests_total"
    for sample, number in (
        (f'{token}{{grant="client_credentials",outcome="ok"}}', 2),
        (f'{token}{{grant="client_credentials",outcome="secret_wrong"}}', 1),
        (f'{token}{{grant="other",outcome="grant_type_unknown"}}', 1),
        ('pforte_sign_ins_total{outcome="ok"}', 1),
        ('pforte_sign_ins_total{outcome="refused"}', 1),
    ):
        reaches(portal, sample, number)


def test_strangers_make_no_series_and_leave_nothing_personal(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=2)
    person = Person(portal.url).register()
    for number in range(20):
        requests.request(f"METHOD{number}", f"{portal.url}/nowhere-{number}", timeout=30)
        requests.get(f"{portal.url}/failures/abc{number}?x={number}", timeout=30)
    unknown = 'endpoint="none"', 'method="other",status="4xx"'
    failures = 'endpoint="diagnostics_failure"', 'method="GET",status="4xx"'
    for endpoint, rest in (unknown, failures):
        reaches(portal, f"pforte_requests_total{{{endpoint},{rest}}}", 20)
        reaches(portal, f"pforte_request_duration_seconds_count{{{endpoint}}}", 20)
    samples = read(portal)
    for endpoint, rest in (unknown, failures):
        series = {name.removeprefix("pforte_request") for name in samples if endpoint in name}
        buckets = {f'_duration_seconds_bucket{{{endpoint},le="{bound}"}}' for bound in (*BUCKETS, "+Inf")}
        sums = {f"_duration_seconds_{part}{{{endpoint}}}" for part in ("sum", "count")}
        assert series == {f"s_total{{{endpoint},{rest}}}", *buckets, *sums}
    text = requests.get(f"{portal.url}/metrics", timeout=30).text
    assert not re.search(r"METHOD\d|nowhere|abc", text)
    assert person.username not in text
    assert "127.0.0.1" not in text


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        ("127.0.0.1", "127.0.0.1", 200), ("127.0.0.1", "203.0.113.7", 404), ("127.0.0.1", "::1", 404),
        ("203.0.113.7, ::1", "203.0.113.7", 200), ("203.0.113.7, ::1", "::1", 200),
        ("203.0.113.7", "127.0.0.1", 404), ("127.0.0.1", "::ffff:127.0.0.1", 200), ("127.0.0.1", "", 404),
        ("::ffff:203.0.113.7", "203.0.113.7", 200), ("2001:DB8::0007", "2001:db8::7", 200), ("2001:db8::7", "2001:db8::8", 404),
    ],
)  # fmt: skip
def test_only_listed_addresses_read_them(make_app: MakeApp, allowed: str, address: str, status: int) -> None:
    client = make_app(METRICS_ALLOW=allowed).test_client()
    answer = client.get("/metrics", environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("pforte_" in answer.text) is (status == 200)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [("0", "127.0.0.1", 404), ("1", "127.0.0.1", 200), ("1", "127.0.0.1, 203.0.113.7", 404)],
)
def test_a_forwarded_address_counts_behind_trusted_proxies_only(
    make_app: MakeApp, proxies: str, forwarded: str, status: int
) -> None:
    client = make_app(TRUSTED_PROXIES=proxies).test_client()
    environ = {"REMOTE_ADDR": "198.51.100.1"}
    headers = {"X-Forwarded-For": forwarded}
    assert client.get("/metrics", headers=headers, environ_overrides=environ).status_code == status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "x-forwarded-for"])
def test_attack_the_public_reads_them_through_a_proxy_that_nobody_named(
    make_app: MakeApp, header: str
) -> None:
    client = make_app(TRUSTED_PROXIES="0").test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "203.0.113.7"}).status_code == 404


def test_without_a_database_all_but_the_mails_is_told(make_app: MakeApp, tmp_path: Path) -> None:
    from app import create_app
    from tests.support.databases import make_settings

    app = create_app(make_settings("sqlite:////nowhere/at/all/pforte.sqlite3", tmp_path))
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert "\npforte_mails_waiting " not in answer.text
    assert "pforte_queued{" in answer.text


def made(tmp_path: Path) -> Metrics:
    found = Metrics()
    found._path = tmp_path / "metrics.sqlite3"
    return found


def test_many_threads_lose_no_count(tmp_path: Path) -> None:
    metrics = made(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(lambda: [metrics.count(SIGN_INS, "ok") for _ in range(2000)])
        for _ in range(5):
            metrics.flush()
    metrics.flush()
    assert metrics.read() == [("pforte_sign_ins_total", 'outcome="ok"', 16000)]


def test_buckets_are_cumulative_and_in_their_order(tmp_path: Path) -> None:
    metrics = made(tmp_path)
    for value in (0.001, 0.005, 0.3, 99):
        metrics.observe(DURATIONS, value, "x")
    metrics.flush()
    counts = re.findall(r'_bucket\{endpoint="x",le="([^"]+)"\} (\d+)', exposition(metrics.read()))
    assert [float(bound) for bound, _ in counts] == [*BUCKETS, float("inf")]
    assert [int(count) for _, count in counts] == [2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4]


def test_labels_are_escaped(tmp_path: Path) -> None:
    metrics = made(tmp_path)
    metrics.count(REQUESTS, 'a"b\\c\nd', "GET", "2xx")
    metrics.flush()
    assert 'endpoint="a\\"b\\\\c\\nd"' in exposition(metrics.read())


def test_the_level_of_a_worker_that_is_gone_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = made(tmp_path)
    metrics.watch(metric_families.QUEUED, "x")(lambda: 7)
    metrics.flush()
    with monkeypatch.context() as patch:
        patch.setattr(metering.os, "getpid", lambda: 2**22 + 1)  # beyond any process
        metrics.flush()
    assert metrics.read() == [("pforte_queued", 'queue="x"', 7)]


def test_a_file_that_cannot_be_written_troubles_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, client: FlaskClient
) -> None:
    metrics = made(tmp_path / "nowhere")
    metrics.count(SIGN_INS, "ok")
    metrics.flush()
    metrics.flush()
    assert caplog.text.count("Metrics are lost") == 1
