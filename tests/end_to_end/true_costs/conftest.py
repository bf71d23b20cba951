"""Fixtures: one sidecar for the folder, in front of a provider that a test scripts."""

import ssl
from collections.abc import Iterator
from functools import partial

import httpx2
import pytest

from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.true_costs import Rows
from tests.support.upstream import Upstream, plain


@pytest.fixture(scope="package")
def provider() -> Iterator[Upstream]:
    with Upstream(lambda _asked: plain(b"{}")) as running:
        yield running


@pytest.fixture(scope="package")
def running(provider: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("true-costs")
    provider.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    trust = f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}"
    sets = ("--set", f"upstream_port={provider.port}", "--set", trust)
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets) as sidecar:
        yield sidecar


@pytest.fixture(scope="package")
def client(running: Sidecar) -> Iterator[httpx2.Client]:
    with httpx2.Client(proxy=running.proxy, verify=ssl.create_default_context(cafile=running.ca)) as http:
        yield http


@pytest.fixture
def row_of(running: Sidecar) -> Rows:
    """Wait for the one row that `model_requested` names."""
    return partial(running.row, "model_requested")
