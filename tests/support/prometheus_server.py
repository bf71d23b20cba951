"""A real Prometheus that scrapes sidecars, for tests."""

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import yaml

from dashboards.__main__ import GENERATED
from tests.support.grafana import ask_prometheus
from tests.support.postgres import free_port
from tests.support.prometheus import Tools, check_output
from tests.support.watcher import Watcher

_SECONDS = 60.0


class Prometheus:
    """Scrapes `targets`, URLs of /metrics, once a second, and runs farebox's rules without their waiting times.

    `earlier` are texts with samples of before, `instances` the names of the targets, `flags` are those of the server,
    which has `patience` seconds to start.
    """

    def __init__(
        self,
        folder: Path,
        tools: Tools,
        targets: Sequence[str],
        *earlier: str,
        instances: Sequence[str] = (),
        flags: Sequence[str] = (),
        patience: float = _SECONDS,
    ) -> None:
        self._patience = patience
        self._flags = flags
        self._instances = dict(zip(targets, instances, strict=False))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._tools = tools
        self._data = folder / "prometheus"
        self._config = folder / "prometheus.yml"
        self._log = folder / "prometheus.log"
        self._configure(folder, targets)
        for text in earlier:
            if text:
                self._fill(folder, text)

    def __enter__(self) -> Self:
        command = [
            *(self._tools.prometheus, f"--config.file={self._config}", f"--storage.tsdb.path={self._data}"),
            *(f"--web.listen-address=127.0.0.1:{self.port}", *self._flags),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._watcher = Watcher(-self._process.pid)
        try:
            self.wait_for('count(up{job="farebox"} == 1)', self._patience)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(30)
        self._watcher.end()

    def query(self, expr: str) -> list[dict[str, Any]]:
        """Return what an expression gives now."""
        found: list[dict[str, Any]] = ask_prometheus(self.url, "query", query=expr)["result"]
        return found

    def wait_for(self, expr: str, seconds: float = _SECONDS) -> None:
        """Wait until an expression gives something."""
        give_up = time.monotonic() + seconds
        while True:
            try:
                if self.query(expr):
                    return
            except OSError:
                pass
            assert time.monotonic() < give_up, f"{expr}: {self._log.read_text()[-2000:]}"
            time.sleep(0.2)

    def _configure(self, folder: Path, targets: Sequence[str]) -> None:
        rules = yaml.safe_load((GENERATED / "rules.yml").read_text())
        for group in rules["groups"]:
            group["interval"] = "1s"
            for rule in group["rules"]:
                rule.pop("for", None)
        (folder / "rules.yml").write_text(yaml.safe_dump(rules))
        named = {target: {"instance": name} for target, name in self._instances.items()}
        places = [{"targets": [urlsplit(one).netloc], "labels": named.get(one, {})} for one in targets]
        job = {"job_name": "farebox", "static_configs": places}
        config = {"global": {"scrape_interval": "1s"}, "rule_files": ["rules.yml"], "scrape_configs": [job]}
        self._config.write_text(json.dumps(config))

    def _fill(self, folder: Path, earlier: str) -> None:
        """Put samples of an earlier time, in OpenMetrics' text, where the server finds them at its start."""
        (folder / "earlier.txt").write_text(earlier)
        command = ("tsdb", "create-blocks-from", "openmetrics", str(folder / "earlier.txt"), str(self._data))
        check_output(self._tools.promtool, *command)
