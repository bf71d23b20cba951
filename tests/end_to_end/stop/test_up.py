"""A sidecar that is told to stop ends calls under way first, and records every call."""

import os
import signal
from collections.abc import Callable

import httpx2
import openai
import pytest

from tests.conftest import StartSidecar
from tests.support import processes
from tests.support.clients import Answers, Client, asking
from tests.support.ended import (
    SECONDS,
    outcomes,
    spools,
    wait_for_row,
    wait_until_nobody_listens,
)
from tests.support.sidecar import Sidecar
from tests.support.upstream import Upstream

# The SDK warns that the model is retired.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The model 'claude-:DeprecationWarning")]


@pytest.mark.parametrize("sdk", ["openai", "anthropic"])
def test_a_stream_is_not_cut_by_a_stop(sidecar: Sidecar, client: Client, answers: Answers, sdk: str) -> None:
    under_way = client.begin_stream("streamed", sdk)

    sidecar.process.send_signal(signal.SIGTERM)
    wait_until_nobody_listens(sidecar.port)
    answers.go_on.set()
    left = list(under_way)

    assert len(left) > 20
    assert sidecar.process.wait(SECONDS) == 0
    assert outcomes(sidecar.home) == [("streamed", "ok")]


def test_a_stream_that_outlasts_the_timeout_is_cut_and_recorded(
    upstream: Upstream, start_sidecar: StartSidecar, connect: Callable[..., Client]
) -> None:
    sidecar = start_sidecar(upstream, environment={"FAREBOX_SHUTDOWN_TIMEOUT": "0.5"})
    under_way = connect(sidecar.proxy, sidecar.ca).begin_stream("streamed")

    assert sidecar.stop(SECONDS) == 0

    with pytest.raises((httpx2.HTTPError, openai.APIConnectionError)):
        list(under_way)
    assert outcomes(sidecar.home) == [("streamed", "sidecar_stop")]
    assert spools(sidecar.home) == []
    assert "farebox proxy:" not in sidecar.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_whole_group_loses_nothing(
    sidecar: Sidecar, client: Client, answers: Answers, number: signal.Signals
) -> None:
    client.ask("plain")
    under_way = client.begin_stream("streamed")

    os.killpg(sidecar.process.pid, number)
    wait_until_nobody_listens(sidecar.port)
    answers.go_on.set()
    list(under_way)

    assert sidecar.process.wait(SECONDS) == 0
    assert outcomes(sidecar.home) == [("plain", "ok"), ("streamed", "ok")]
    assert spools(sidecar.home) == []
    assert processes.of_group(sidecar.process.pid) == []


def test_a_call_is_in_the_ledger_while_the_sidecar_runs(sidecar: Sidecar, client: Client) -> None:
    client.ask("plain")

    assert wait_for_row(sidecar.home) == ("plain",)


def test_calls_made_while_the_sidecar_stops_are_recorded(sidecar: Sidecar, client: Client) -> None:
    with asking(client) as answered:
        sidecar.process.terminate()
        assert sidecar.process.wait(SECONDS) == 0

    assert outcomes(sidecar.home) == sorted((call_id, "ok") for call_id in answered)
