"""A worker reports its calls under way, waits for them at its end, and records those that it cuts."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from farebox.proxy.addon import Sidecar
from mitmproxy import http
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.test import taddons

from tests.support.flows import Worker, answered, flow_of, whole


@pytest.fixture
def sidecar(worker: Worker) -> Sidecar:
    return worker.sidecar


def begin(sidecar: Sidecar) -> http.HTTPFlow:
    flow = flow_of()
    sidecar.requestheaders(flow)
    sidecar.request(flow)
    return flow


def outcomes(worker: Worker) -> list[str]:
    return [reading.outcome for reading in worker.readings()]


def in_mitmproxy(sidecar: Sidecar, work: Callable[[], Any]) -> None:
    """Run `work`, a coroutine function, where hooks find mitmproxy's master."""

    async def main() -> None:
        with taddons.context(Proxyserver()):
            await work()

    asyncio.run(main())


def test_while_it_runs_it_reports_the_calls_under_way(worker: Worker, sidecar: Sidecar) -> None:
    begin(sidecar)

    async def work() -> None:
        sidecar.running()
        # The first one is sent at once.
        await asyncio.sleep(0)
        assert [heartbeat.inflight for heartbeat in worker.heartbeats()] == [1]
        sidecar.hurry()
        await sidecar.done()
        assert sidecar._beat
        await asyncio.wait([sidecar._beat])
        assert sidecar._beat.cancelled()

    in_mitmproxy(sidecar, work)


def test_at_its_end_it_waits_for_calls_under_way(worker: Worker, sidecar: Sidecar) -> None:
    flow = begin(sidecar)
    answered(flow)
    sidecar.responseheaders(flow)

    async def work() -> None:
        ending = asyncio.create_task(sidecar.done())
        await asyncio.sleep(0)
        assert worker.heartbeats() == []
        await whole(sidecar.response(flow))
        await ending

    in_mitmproxy(sidecar, work)

    assert outcomes(worker) == ["ok"]
    assert [heartbeat.is_leaving for heartbeat in worker.heartbeats()] == [True]


@pytest.mark.parametrize("is_hurried", [True, False])
def test_a_call_that_outlasts_the_end_is_cut(worker: Worker, sidecar: Sidecar, is_hurried: bool) -> None:
    begin(sidecar)
    sidecar._is_hurried = is_hurried
    # In a hurry it would not wait for ten minutes, otherwise for no time at all.
    sidecar._settings = msgspec.structs.replace(sidecar._settings, shutdown_timeout=600.0 if is_hurried else 0.0)

    in_mitmproxy(sidecar, sidecar.done)

    assert outcomes(worker) == ["sidecar_stop"]
