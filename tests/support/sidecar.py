"""`farebox up` as a process of its own, for tests."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from farebox.exports.text import json_lines
from farebox.store import queries
from farebox.store.engine import open_engine

from tests.support.upstream import Upstream
from tests.support.watcher import Watcher

REDIRECT = Path(__file__).with_name("redirect.py")
# urllib's own opener remembers the proxies of the moment of its first use.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_PROXY = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
# Settings of all sidecars of a run, like "TUNINGS_OFF=all WORKERS=2"; arguments take precedence.
_WITH = dict(f"FAREBOX_{one}".split("=", 1) for one in os.environ.get("TESTS_WITH", "").split())


def clean_environment() -> dict[str, str]:
    """Return the environment without what would send traffic elsewhere, trust something else or configure farebox."""
    dropped = {*_TRUST, *_PROXY, *map(str.lower, _PROXY)}
    return {
        name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("FAREBOX_")
    }


def redirected(upstream: Upstream, folder: Path) -> tuple[str, ...]:
    """Return what sends every connection of a `farebox up` to `upstream`, which a file in `folder` makes it trust."""
    authority = folder / "upstream-ca.pem"
    upstream.authority.cert_pem.write_to_path(str(authority))
    return (
        *("--script", str(REDIRECT), "--set", f"upstream_port={upstream.port}"),
        *("--set", f"upstream_plain_port={upstream.plain_port}"),
        *("--set", f"ssl_verify_upstream_trusted_ca={authority}"),
    )


class Sidecar:
    """One running `farebox up` on free ports; `log` holds its output.

    It has a process group of its own, which ends with this process, however that ends.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        command: tuple[str, ...] = (sys.executable, "-m", "farebox"),
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.home = home
        self._ledger = dict(itertools.pairwise(arguments)).get("--ledger", f"sqlite:///{home / 'ledger.db'}")
        self.log = home.parent / f"{home.name}.log"
        self._written = self.log.open("ab")
        start = self._written.tell()
        self.process = subprocess.Popen(
            [*command, "up", "--port", "0", "--metrics-port", "0", *arguments],
            env={**clean_environment(), **_WITH, "FAREBOX_HOME": str(home), **(environment or {})},
            stdout=self._written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=cwd or home.parent,
        )
        self._watcher = Watcher(-self.process.pid)
        try:
            self.banner = self._wait_for_banner(start)
        except BaseException:
            self._watcher.end()
            self._written.close()
            raise
        self.proxy = self._address("proxy")
        self.metrics_url = self._address("metrics")
        self.ca = self._address("CA")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.stop()
        self._watcher.end()
        self._written.close()

    @property
    def port(self) -> int:
        return int(self.proxy.rpartition(":")[2])

    def stop(self, seconds: float = 100) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """kill -9 the whole process group."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def rows(self, number: int | None = None, seconds: float = 60) -> list[dict[str, Any]]:
        """Return the ledger's rows by `farebox export`, once there are `number` of them."""
        give_up = time.monotonic() + seconds
        while True:
            rows = _rows(self._ledger)
            if number is None or len(rows) >= number or time.monotonic() > give_up:
                assert number is None or len(rows) == number, f"{len(rows)} rows, not {number}: {_brief(rows)}"
                return rows
            time.sleep(0.05)

    def row(self, column: str, value: object, seconds: float = 60) -> dict[str, Any]:
        """Return the one row that has `value` in `column`, once it is there."""
        give_up = time.monotonic() + seconds
        while not (found := [row for row in self.rows() if row[column] == value]):
            assert time.monotonic() < give_up, f"no row with {column} {value}: {self.log.read_text()}"
            time.sleep(0.05)
        assert len(found) == 1
        return found[0]

    def is_listening(self) -> bool:
        """Tell whether a client could connect."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def metrics(self) -> dict[str, float]:
        """Return every sample of /metrics, by its name and labels as printed."""
        with _DIRECT.open(self.metrics_url, timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    def wait_for_metric(self, sample: str, value: float, seconds: float = 60) -> dict[str, float]:
        """Return every sample of /metrics once `sample` has `value`; a call is counted after its row is there."""
        give_up = time.monotonic() + seconds
        while (metrics := self.metrics()).get(sample) != value:
            assert time.monotonic() < give_up, f"{sample} is {metrics.get(sample)}, not {value}"
            time.sleep(0.05)
        return metrics

    def healthz(self) -> tuple[int, dict[str, Any]]:
        """Return status and body of /healthz."""
        try:
            with _DIRECT.open(self.metrics_url.replace("/metrics", "/healthz"), timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def _wait_for_banner(self, start: int) -> str:
        give_up = time.monotonic() + 240
        while time.monotonic() < give_up:
            printed = self.log.read_bytes()[start:].decode()
            if "Read the ledger:" in printed and printed.endswith("\n"):
                return printed
            if self.process.poll() is not None:
                raise AssertionError(f"farebox up ended with {self.process.returncode}:\n{printed}")
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"farebox up did not start:\n{self.log.read_text()}")

    def _address(self, name: str) -> str:
        return next(line.split()[1] for line in self.banner.splitlines() if line.split()[:1] == [name])


def wait_until(is_so: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something is so."""
    give_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up, "it did not come to be"
        time.sleep(0.02)


def _brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["response_id"], row["host"], row["status"], row["outcome"]) for row in rows]


def export(home: Path) -> list[dict[str, Any]]:
    """Return the rows of data folder `home` as `farebox export` prints them."""
    return _rows(f"sqlite:///{home / 'ledger.db'}")


def _rows(ledger: str) -> list[dict[str, Any]]:
    engine = open_engine(ledger)
    try:
        return [json.loads(line) for line in json_lines(list(queries.all_calls(engine))).splitlines()]
    finally:
        engine.dispose()
