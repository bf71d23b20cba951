"""The recorder is behind for as long as there is trouble with the ledger."""

import pytest
from farebox.recorder.health import Health
from farebox.spool.telemetry import ClientDiagnostics


@pytest.mark.parametrize(("trouble", "is_behind"), [(None, False), ("", True), ("database is locked", True)])
def test_trouble_means_behind(trouble: str | None, *, is_behind: bool) -> None:
    assert Health(1, 0, trouble).is_behind is is_behind


def test_one_worker_without_losses_is_expected_by_default() -> None:
    assert Health(1, 0, None) == Health(1, 0, None, ClientDiagnostics(), 1, 0)
