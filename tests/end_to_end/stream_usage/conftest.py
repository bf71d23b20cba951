"""Fixtures: one sidecar for the folder, in front of a provider that counts usage on request."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.stream_usage import answer, find_row
from tests.support.upstream import Upstream


@pytest.fixture(scope="package")
def upstream() -> Iterator[Upstream]:
    with Upstream(answer) as running:
        yield running


@pytest.fixture(scope="package")
def sidecar(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("stream-usage")
    upstream.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    options = (
        f"upstream_port={upstream.port}",
        f"upstream_plain_port={upstream.plain_port}",
        f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}",
    )
    sets = [word for option in options for word in ("--set", option)]
    environment = {"FAREBOX_STREAM_USAGE_HOSTS": "box-*"}
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets, environment=environment) as running:
        yield running


@pytest.fixture(autouse=True)
def as_it_answers(upstream: Upstream) -> None:
    upstream.answer = answer
    upstream.asked.clear()


@pytest.fixture
def client(sidecar: Sidecar) -> Iterator[httpx2.Client]:
    trust = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(proxy=sidecar.proxy, verify=trust, trust_env=False) as running:
        yield running


@pytest.fixture
def row_of(sidecar: Sidecar) -> Callable[[str], dict[str, Any]]:
    """Wait for the one row of a model that was asked for."""
    return lambda model: find_row(sidecar, model)
