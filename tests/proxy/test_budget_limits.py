"""Calls whose budget is used up are answered at once; without a recent word of the recorder, every call passes."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.budgets.decisions import FILE, Decisions, Refusal, refusal_of
from farebox.config.settings import Settings
from farebox.proxy.budget_limits import BudgetLimits
from farebox.proxy.memory_budget import REQUEST_LIMIT

from tests.support.budgets import budget
from tests.support.flows import Worker, answered, exchange_of, flow_of, whole

NOW = 1_800_000_000.0
UNTIL = datetime.fromtimestamp(NOW + 90.5, UTC)
MODELS = budget(name="models", scope="model", match=("gpt-4*",), enforce="refuse")


class Limits:
    """BudgetLimits in a data folder, with a clock that tests move."""

    def __init__(self, home: Path, **values: Any) -> None:
        self.home, self.seconds = home, 1000.0
        settings = Settings(home=str(home), budgets=(MODELS,), **values)
        self.limits = BudgetLimits(settings, now=lambda: NOW + self.seconds - 1000, clock=lambda: self.seconds)

    def told(self, *refusals: Refusal, at: float = NOW) -> None:
        (self.home / FILE).write_bytes(msgspec.json.encode(Decisions(at, refusals)))
        self.limits.read()

    def refuses(self, body: bytes = b'{"model": "gpt-4o"}') -> bool:
        flow = flow_of(body=body)
        return self.limits.refuse(flow, exchange_of(flow))


@pytest.fixture
def limits(tmp_path: Path) -> Limits:
    return Limits(tmp_path)


def test_a_call_is_refused_by_what_the_recorder_told(limits: Limits) -> None:
    limits.told(refusal_of(MODELS, [""], UNTIL))

    assert (limits.refuses(), limits.refuses(b'{"model": "o3"}'), limits.limits.unchecked) == (True, False, 0)


def test_decisions_that_are_a_minute_old_refuse_nothing_and_each_call_is_counted(limits: Limits) -> None:
    limits.told(refusal_of(MODELS, [""], UNTIL))
    limits.seconds += 59
    limits.limits.read()
    assert limits.refuses()
    limits.seconds += 1
    limits.limits.read()

    assert [limits.refuses(), limits.refuses()] == [False, False]
    assert limits.limits.unchecked == 2
    limits.told(refusal_of(MODELS, [""], UNTIL), at=NOW + 60)
    assert limits.refuses()


def test_decisions_that_were_old_when_they_were_found_are_not_followed(limits: Limits) -> None:
    limits.told(refusal_of(MODELS, [""], UNTIL), at=NOW - 60)

    assert not limits.refuses()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"at": "x"}'])
def test_a_file_that_cannot_be_read_changes_nothing(limits: Limits, content: bytes) -> None:
    limits.told(refusal_of(MODELS, [""], UNTIL))
    (limits.home / FILE).unlink()
    limits.limits.read()
    (limits.home / FILE).write_bytes(content)
    limits.limits.read()

    assert limits.refuses()


def test_a_budget_is_over_with_its_window(limits: Limits) -> None:
    limits.told(refusal_of(MODELS, [""], datetime.fromtimestamp(NOW, UTC)))

    assert not limits.refuses()


def test_the_switch_turns_refusals_off(tmp_path: Path) -> None:
    limits = Limits(tmp_path, budget_refusals="never")
    limits.told(refusal_of(MODELS, [""], UNTIL))

    assert (limits.refuses(), limits.limits.is_on) == (False, False)


@pytest.fixture
def worker(tmp_path: Path) -> Any:
    lines = {"name": "all", "scope": "all", "limit": "1 USD", "window": "month", "enforce": "refuse"}
    with Worker(tmp_path / "home", budgets=[lines]) as worker:
        now = datetime.now(UTC).timestamp()
        refusal = Refusal("all", "all", "1 USD", "month", now + 90)
        (tmp_path / "home" / FILE).write_bytes(msgspec.json.encode(Decisions(now, (refusal,))))
        worker.sidecar._limits.read()
        yield worker


def test_a_refused_call_never_leaves_and_is_a_row_without_cost(worker: Worker) -> None:
    flow = flow_of()
    worker.sidecar.requestheaders(flow)
    worker.sidecar.request(flow)
    assert flow.response
    asyncio.run(whole(worker.sidecar.response(flow)))

    assert (flow.response.status_code, flow.response.headers["retry-after"]) == (429, "90")
    assert json.loads(flow.response.content or b"")["error"]["code"] == "farebox_budget_exceeded"
    [reading] = worker.readings()
    assert (reading.outcome, reading.status, reading.error_code) == ("blocked", 429, "farebox_budget_exceeded")


def test_a_large_body_is_refused_by_its_head(worker: Worker) -> None:
    flow = flow_of()
    flow.request.headers["content-length"] = str(REQUEST_LIMIT + 1)

    worker.sidecar.requestheaders(flow)

    assert flow.response
    assert (flow.response.status_code, flow.request.stream) == (429, False)


def test_free_calls_and_polls_of_paid_work_pass(worker: Worker) -> None:
    for url, method in (
        ("https://api.anthropic.com/v1/messages/count_tokens", "POST"),
        ("https://api.openai.com/v1/responses/resp_1", "GET"),
    ):
        flow = flow_of(url, method=method)
        worker.sidecar.requestheaders(flow)
        worker.sidecar.request(flow)

        assert flow.response is None


def test_other_calls_pass_as_they_are(tmp_path: Path) -> None:
    with Worker(tmp_path / "home") as worker:
        flow = flow_of()
        worker.sidecar.requestheaders(flow)
        worker.sidecar.request(flow)
        assert flow.response is None
        answered(flow)
        worker.sidecar.responseheaders(flow)
        asyncio.run(whole(worker.sidecar.response(flow)))

        assert [one.outcome for one in worker.readings()] == ["ok"]
