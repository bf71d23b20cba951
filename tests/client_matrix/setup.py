"""What the matrix needs around its clients: the programs themselves, sidecars, and direct calls."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.client_matrix.cells import Cell, asked
from tests.client_matrix.clients import PROGRAMS, ROUTES, Programs
from tests.client_matrix.company_proxy import USER, CompanyProxy
from tests.client_matrix.provider import HOSTS, Provider
from tests.support.sidecar import Sidecar, redirected

_BEDROCK = "bedrock-runtime.us-east-1.amazonaws.com"
_NAME, _PASSWORD = USER.split(":")
Direct = dict[tuple[str, bool], tuple[str, bytes]]


def installed(tools: Path, folder: Path) -> Programs:
    """Return the clients that `make client-matrix` has installed in `tools`, and those of this machine."""
    node, go = tools / "node", folder / "ask-go"
    if (node / "node_modules").exists():
        shutil.copy(PROGRAMS / "ask.mjs", node)
    if shutil.which("go"):
        around = {**os.environ, "GOCACHE": str(folder / "go"), "GO111MODULE": "off"}
        subprocess.run(["go", "build", "-o", str(go), str(PROGRAMS / "ask.go")], env=around, check=True, timeout=300)
    java = shutil.which("java") if shutil.which("javac") else None
    return Programs(
        python=tools / "py" / "bin" / "python",
        node=node if (node / "node_modules").exists() else None,
        go=go if go.exists() else None,
        java=Path(java) if java else None,
        trust_store=folder / "trust.p12",
    )


def trust(ca: Path, programs: Programs) -> None:
    """Have Java trust `ca` alone."""
    if programs.java and programs.trust_store:
        programs.trust_store.unlink(missing_ok=True)
        store = ("-keystore", str(programs.trust_store), "-storepass", "changeit")
        line = ["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", str(ca), *store]
        subprocess.run(line, check=True, timeout=120, capture_output=True)


def directs(some: Iterable[Cell], programs: Programs, provider: Provider, folder: Path) -> Direct:
    """Return what each client prints, and what it sends, through a tunnel that nobody reads."""
    found: Direct = {}
    authority = folder / "provider-ca.pem"
    provider.authority.cert_pem.write_to_path(str(authority))
    trust(authority, programs)
    with CompanyProxy(provider.port, user="") as tunnel:
        for cell in {(one.client.name, one.is_http_2): one for one in some}.values():
            proxy = f"http://localhost:{tunnel.port}"
            before = len(provider.asked)
            try:
                printed = asked(cell, programs, f"https://{cell.client.host}", proxy, authority)
            except AssertionError as error:
                print(f"{cell.client.name}: no direct call: {error}")
                continue
            found[cell.client.name, cell.is_http_2] = printed, provider.asked[before].body
    return found


@contextmanager
def sidecar(provider: Provider, folder: Path, *, is_chained: bool, is_http_2: bool) -> Iterator[Sidecar]:
    """Run a sidecar with a reverse listener for each host; if chained, behind a company's proxy."""
    folder.mkdir()
    config = folder / "farebox.yaml"
    config.write_text(f"routes:\n  - prefix: {ROUTES[_BEDROCK]}\n    url: https://{_BEDROCK}\n", encoding="utf-8")
    modes = [word for host in HOSTS for word in ("--mode", f"reverse:https://{host}@127.0.0.1:{_free_port()}")]
    given = ["--config", str(config), *modes]
    environment = {"FAREBOX_UPSTREAM_HTTP2": "auto" if is_http_2 else "never"}
    if not is_chained:
        with Sidecar(folder / "home", *given, *redirected(provider, folder), environment=environment) as running:
            yield running
        return
    authority = folder / "provider-ca.pem"
    provider.authority.cert_pem.write_to_path(str(authority))
    with CompanyProxy(provider.port) as company:
        user = f"{quote(_NAME)}:{quote(_PASSWORD)}"
        environment["FAREBOX_UPSTREAM_PROXY"] = f"http://{user}@127.0.0.1:{company.port}"
        trusting = ("--set", f"ssl_verify_upstream_trusted_ca={authority}")
        with Sidecar(folder / "home", *given, *trusting, environment=environment) as running:
            yield running
            assert company.tunnels, "no call went through the company's proxy"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
