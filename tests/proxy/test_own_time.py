"""The time of a block counts, also if it raises."""

import time

import pytest
from farebox.proxy.own_time import OwnTime


def test_the_seconds_of_a_block_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, added = iter([10.0, 12.5, 20.0, 21.0]), list[float]()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))

    with OwnTime(added.append):
        pass
    with pytest.raises(ValueError, match="a fault"), OwnTime(added.append):
        raise ValueError("a fault")

    assert added == [2.5, 1.0]
