"""The bodies that are held at a time have a bound together, and small ones are always held."""

from farebox.proxy.memory_budget import SMALL, MemoryBudget
from farebox.proxy.tap import RequestTap

from tests.support.flows import Worker, answered, flow_of

BIG = b'{"model": "gpt-4o", "messages": "%b"}' % (b"x" * (SMALL + 1))


def test_what_is_beyond_the_limit_is_not_held_until_something_is_released() -> None:
    budget = MemoryBudget(3 * SMALL)

    assert [budget.hold(name, 2 * SMALL) for name in "ab"] == [True, False]
    assert budget.hold("c", SMALL)
    budget.release("a")
    assert budget.hold("b", 2 * SMALL)
    assert budget.used == 3 * SMALL


def test_a_flow_s_request_and_answer_are_released_together() -> None:
    budget = MemoryBudget(100)
    budget.hold("a", 60)
    budget.hold("a", 40)

    budget.release("a")
    budget.release("a")

    assert budget.used == 0


def test_a_request_beyond_the_budget_streams_through_its_tap_and_is_metered(worker: Worker) -> None:
    worker.sidecar._memory = MemoryBudget(len(BIG) + 1)
    first, second = flow_of(body=BIG), flow_of(body=BIG)
    for flow in (first, second):
        flow.request.headers["content-length"] = str(len(BIG))
        worker.sidecar.requestheaders(flow)

    assert first.request.stream is False
    assert isinstance(second.request.stream, RequestTap)
    assert second.request.stream(BIG) == BIG

    answered(second)
    worker.sidecar.responseheaders(second)
    worker.sidecar._answered(second)
    [reading] = worker.readings()
    assert (reading.model_requested, reading.usage.input_tokens) == ("gpt-4o", 9)


def test_a_call_that_ends_gives_its_memory_back(worker: Worker) -> None:
    flow = flow_of(body=BIG)
    flow.request.headers["content-length"] = str(len(BIG))
    worker.sidecar.requestheaders(flow)
    assert worker.sidecar._memory.used == len(BIG)

    worker.sidecar.error(flow)

    assert worker.sidecar._memory.used == 0
