"""Fixtures: a provider that a test can hold up, and clients of it."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.conftest import StartUpstream
from tests.support.clients import Answers, Client
from tests.support.ended import SECONDS
from tests.support.sidecar import Sidecar
from tests.support.upstream import Upstream


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Answers of a provider that a test can hold up."""
    answers = Answers()
    yield answers
    answers.go_on.set()


@pytest.fixture
def upstream(start_upstream: StartUpstream, answers: Answers) -> Upstream:
    return start_upstream(answers)


@pytest.fixture
def connect() -> Iterator[Callable[..., Client]]:
    """Make clients of the proxy at a URL, which trust the CA in a file."""
    with ExitStack() as connected:

        def client(proxy: str, ca: str | Path) -> Client:
            trust = ssl.create_default_context(cafile=ca)
            return Client(connected.enter_context(httpx2.Client(proxy=proxy, verify=trust, timeout=SECONDS)))

        yield client


@pytest.fixture
def client(sidecar: Sidecar, connect: Callable[..., Client]) -> Client:
    """A client of `sidecar`."""
    return connect(sidecar.proxy, sidecar.ca)
