"""The recorder's process."""

import gc

import pytest
from farebox.recorder import process
from farebox.recorder.__main__ import main


def test_the_process_ends_with_the_recorders_code_and_collects_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    collects: list[bool] = []

    def record() -> int:
        collects.append(gc.isenabled())
        return 3

    monkeypatch.setattr(process, "main", record)

    assert main() == 3
    assert collects == [True]
    gc.unfreeze()
