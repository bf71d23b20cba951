"""Fixtures: one sidecar for the folder, and the environment that its banner tells clients to set."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.support.sdks import SDKS
from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.upstream import Upstream, plain


@pytest.fixture(scope="package")
def upstream() -> Iterator[Upstream]:
    with Upstream(lambda _asked: plain(b"{}")) as running:
        yield running


@pytest.fixture(scope="package")
def sidecar(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("end-to-end")
    upstream.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    options = (f"upstream_port={upstream.port}", f"upstream_plain_port={upstream.plain_port}")
    trust = f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}"
    sets = [word for option in (*options, trust) for word in ("--set", option)]
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets) as running:
        yield running


@pytest.fixture(autouse=True)
def client_environment(sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set what the banner tells a client to set; close the SDKs that a test made."""
    for line in sidecar.banner.splitlines():
        if line.strip().startswith("export "):
            for assignment in line.split()[1:]:
                monkeypatch.setenv(*assignment.split("=", 1))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    yield
    while SDKS:
        SDKS.pop().close()


@pytest.fixture
def row_of(sidecar: Sidecar) -> Callable[[str], dict[str, Any]]:
    """Wait for the one row of a response id."""
    return partial(sidecar.row, "response_id")
