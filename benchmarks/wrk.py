"""Running wrk and reading what it prints."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Run:
    """One run: requests a second, latencies in milliseconds, and answers that were no success."""

    rate: float
    p50: float
    p99: float
    errors: int


def run(url: str, seconds: int, script: Path | None = None, connections: int = CONNECTIONS) -> Run:
    """Let so many connections ask ``url`` for some seconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["-s", str(script)] if script else []
    printed = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    return read(printed)


def read(printed: str) -> Run:
    """The figures in what wrk printed."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    assert rate is not None, printed
    failed = sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", printed))
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", printed)
    failed += sum(map(int, sockets.groups())) if sockets else 0
    return Run(float(rate[1]), _latency(printed, "50%"), _latency(printed, "99%"), failed)


def _latency(printed: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)", printed)
    assert found is not None, printed
    return float(found[1]) * UNITS[found[2]]
