"""Parallel calls share the time of the machine that serves them: together they have the time that it was busy."""

from typing import Any

import pytest
from farebox.proxy.capture import CaptureOptions
from farebox.proxy.machine_shares import MachineShares, Share, Stay, with_share
from hypothesis import given
from hypothesis import strategies as st

from tests.support.flows import exchange_of, flow_of
from tests.support.samples import reading

LLAMA = {"timings": {"prompt_ms": 20.0, "predicted_ms": 80.0}}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_call_alone_has_all_of_its_time() -> None:
    clock = Clock()
    stay = MachineShares(clock).begin("gpu")
    clock.now = 3.0

    assert stay.end() == (3.0, True)
    clock.now = 9.0
    assert stay.end() == (3.0, True)


def test_six_calls_at_once_have_a_sixth_each() -> None:
    clock = Clock()
    shares = MachineShares(clock)
    stays = [shares.begin("gpu") for _ in range(6)]
    clock.now = 12.0

    ends = [stay.end() for stay in stays]

    assert [end.seconds for end in ends] == pytest.approx([2.0] * 6)
    assert not any(end.is_alone for end in ends[:5])


def test_calls_of_other_machines_do_not_count() -> None:
    clock = Clock()
    shares = MachineShares(clock)
    here, there = shares.begin("here"), shares.begin("there")
    clock.now = 2.0

    assert (here.end(), there.end()) == ((2.0, True), (2.0, True))


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=12)


@given(spans)
def test_all_shares_are_the_time_that_the_machine_was_busy(calls: list[tuple[int, int]]) -> None:
    clock = Clock()
    shares, total = MachineShares(clock), 0.0
    open_: dict[int, Stay] = {}
    for moment in range(91):
        clock.now = float(moment)
        for number, (start, length) in enumerate(calls):
            if moment == start + length:
                total += open_.pop(number).end().seconds
        for number, (start, _) in enumerate(calls):
            if moment == start:
                open_[number] = shares.begin("gpu")
    busy = {second for start, length in calls for second in range(start, start + length)}

    assert total == pytest.approx(len(busy))


@pytest.mark.parametrize(
    ("provider", "share", "sent", "expected"),
    [
        ("llamacpp", Share(0.3, is_alone=True), LLAMA, "100"),
        ("llamacpp", Share(0.3, is_alone=False), LLAMA, "300"),
        ("vllm", Share(0.3, is_alone=True), {}, "300"),
        ("unknown", Share(0.3, is_alone=True), {}, "300"),
        ("farm", Share(0.3, is_alone=True), {}, "300"),
        ("openai", Share(0.3, is_alone=True), {}, None),
        ("litellm", Share(0.3, is_alone=True), {}, None),
    ],
)
def test_the_time_of_an_own_machine_is_kept(
    provider: str, share: Share, sent: dict[str, Any], expected: str | None
) -> None:
    found = with_share(reading(provider=provider, raw_usage=sent), share)

    assert (found.price_context or {}).get("machine_ms") == expected


def test_a_call_that_is_given_up_leaves_its_machine() -> None:
    clock = Clock()
    shares = MachineShares(clock)
    flow = flow_of("http://gpu.lan:8000/v1/chat/completions")
    given_up = exchange_of(flow, capture=CaptureOptions(machines=shares))
    given_up.leave_machine()
    clock.now = 1.0
    stay = shares.begin(("gpu.lan", 8000))
    clock.now = 3.0

    assert stay.end() == (2.0, True)
