"""The proxies that `benchmarks.speed` compares, each as the processes that it is."""

import contextlib
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
from farebox.process.name import runs

from tests.support.sidecar import REDIRECT, Sidecar, clean_environment, wait_until

from .speed_load import Target

ROOT = Path(__file__).resolve().parents[1]
STOCK, TAP, FAREBOX, BEFORE = "stock", "stock, tap", "farebox", "before"
DIRECT, NGINX, UNMETERED, TWO, LITELLM = "direct", "nginx", "unmetered", "2 workers", "LiteLLM"
# Each call of each scenario.
_INPUT_TOKENS, _OUTPUT_TOKENS = 900, 100
_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_max_body_size 32m; client_body_temp_path {folder}; proxy_temp_path {folder};
  upstream provider {{ server 127.0.0.1:{upstream}; keepalive 256; }}
  server {{
    listen 127.0.0.1:{port} ssl backlog=1024; keepalive_requests 1000000;
    ssl_certificate {folder}/provider.pem; ssl_certificate_key {folder}/provider.pem;
    location / {{
      proxy_pass https://provider; proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off;
      proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_ssl_server_name on; proxy_ssl_name $host; proxy_ssl_verify on;
      proxy_ssl_trusted_certificate {folder}/upstream-ca.pem;
    }}
  }}
}}
"""


class Provider(NamedTuple):
    """The provider's folder, its ports with TLS and without, and its process."""

    folder: Path
    port: int
    plain_port: int
    process: psutil.Process

    @property
    def options(self) -> Sequence[str]:
        """What makes mitmproxy call it, whatever host a client names."""
        authority = self.folder / "upstream-ca.pem"
        sets = (f"upstream_port={self.port}", f"upstream_plain_port={self.plain_port}")
        trusted = f"ssl_verify_upstream_trusted_ca={authority}"
        return ("--script", str(REDIRECT), *(word for one in (*sets, trusted) for word in ("--set", one)))


class Subject(NamedTuple):
    """One running proxy; `process` is the first of its processes, None for none at all."""

    name: str
    target: Target
    process: psutil.Process | None
    sidecar: Sidecar | None = None

    @property
    def tree(self) -> list[psutil.Process]:
        """Its processes."""
        return [self.process, *self.process.children(recursive=True)] if self.process else []

    @property
    def cpu(self) -> dict[str, float]:
        """Seconds of CPU so far, by process."""
        spent: dict[str, float] = {}
        for one in self.tree:
            role = _role(one)
            spent[role] = spent.get(role, 0.0) + sum(one.cpu_times()[:2])
        return spent

    @property
    def memory(self) -> int:
        """Bytes of memory, with shared pages counted once (PSS)."""
        return sum(one.memory_full_info().pss for one in self.tree)

    def has_recorded(self, calls: int) -> bool:
        """Tell whether the ledger has `calls` rows; AssertionError if their tokens are not those of the provider."""
        if self.sidecar is None:
            return True
        ledger = sqlite3.connect(f"file:{self.sidecar.home / 'ledger.db'}?mode=ro", uri=True, timeout=30)
        with contextlib.closing(ledger):
            rows, asked, answered, unpriced = ledger.execute(
                "select count(*), sum(input_tokens), sum(output_tokens), sum(cost_nanousd is null) from calls"
            ).fetchone()
        assert rows <= calls
        assert not rows or (asked, answered, unpriced) == (rows * _INPUT_TOKENS, rows * _OUTPUT_TOKENS, 0)
        return bool(rows == calls)


@contextlib.contextmanager
def provider(folder: Path) -> Iterator[Provider]:
    """Run the provider."""
    command = [sys.executable, "-m", "benchmarks.speed_provider", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            port, plain_port = json.loads(process.stdout.readline())
            yield Provider(folder, port, plain_port, psutil.Process(process.pid))
        finally:
            process.terminate()


def direct(given: Provider) -> Subject:
    """Return the way without a proxy."""
    return Subject(DIRECT, Target(given.port, str(given.folder / "upstream-ca.pem"), is_proxy=False), None)


@contextlib.contextmanager
def nginx(given: Provider) -> Iterator[Subject]:
    """Run nginx as a reverse proxy with TLS on both sides."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = given.folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=given.folder, upstream=given.port, port=port))
    process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(given.folder), "-c", str(config)])
    try:
        wait_until(lambda: _listens(port))
        yield Subject(NGINX, direct(given).target._replace(port=port), psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def mitmdump(name: str, given: Provider, *more: str) -> Iterator[Subject]:
    """Run mitmproxy alone."""
    home, log = given.folder / name.replace(" ", "-"), given.folder / f"{name}.log"
    options = ["-s" if one == "--script" else one for one in given.options]
    command = [str(Path(sys.executable).with_name("mitmdump")), "-p", "0", "--set", f"confdir={home}", *options, *more]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=clean_environment(), stdout=out, stderr=out)
    try:
        wait_until(lambda: "listening at" in log.read_text())
        port = int(log.read_text().partition("listening at ")[2].split()[0].rpartition(":")[2].rstrip("."))
        yield Subject(name, Target(port, str(home / "mitmproxy-ca-cert.pem")), psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def farebox(name: str, given: Provider, *more: str, revision: Path = ROOT) -> Iterator[Subject]:
    """Run farebox, of this revision or another."""
    environment = {"PYTHONPATH": str(revision / "addons")}
    with Sidecar(given.folder / name.replace(" ", "-"), *given.options, *more, environment=environment) as sidecar:
        process = psutil.Process(sidecar.process.pid)
        is_metered = name != UNMETERED
        yield Subject(name, Target(sidecar.port, sidecar.ca.strip("'")), process, sidecar if is_metered else None)


@contextlib.contextmanager
def litellm(given: Provider, python: Path) -> Iterator[Subject]:
    """Run LiteLLM's proxy of another environment, with its Prometheus callback and without TLS."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = {"api_base": f"http://127.0.0.1:{given.plain_port}/v1", "api_key": "x"}
    models = ["gpt-4o-2024-08-06"]
    config = {
        "model_list": [{"model_name": one, "litellm_params": {"model": f"openai/{one}", **base}} for one in models],
        "litellm_settings": {"callbacks": ["prometheus"], "telemetry": False},
        "general_settings": {"forward_client_headers_to_llm_api": True},
    }
    path, log = given.folder / "litellm.json", given.folder / "litellm.log"
    path.write_text(json.dumps(config))
    more = {"LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [str(python.with_name("litellm")), "--config", str(path), "--port", str(port), "--host", "127.0.0.1"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**clean_environment(), **more}, stdout=out, stderr=out)
    try:
        wait_until(lambda: _listens(port), 180)
        yield Subject(LITELLM, Target(port, None, is_proxy=False), psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def worktree(revision: str, folder: Path) -> Iterator[Path]:
    """Check out another revision."""
    path, git = folder / "worktree", shutil.which("git") or "git"
    subprocess.run([git, "worktree", "add", "--quiet", "--detach", str(path), revision], cwd=ROOT, check=True)
    try:
        yield path
    finally:
        subprocess.run([git, "worktree", "remove", "--force", str(path)], cwd=ROOT, check=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _role(process: psutil.Process) -> str:
    of, command = process.name(), process.cmdline()
    names: Mapping[str, str] = {"farebox.recorder": "recorder", "farebox.proxy": "worker"}
    return next((role for module, role in names.items() if runs(module, of, command)), "first")
