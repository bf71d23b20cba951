"""The boards against Grafana's own JSON schemas, which FAREBOX_SHARED has."""

import os
import runpy
from pathlib import Path

import pytest

from tests.support.boards import CLICKHOUSE_NAMES, NAMES, board


@pytest.mark.parametrize("name", [*NAMES, *CLICKHOUSE_NAMES])
def test_a_board_is_what_grafanas_schemas_allow(name: str) -> None:
    shared = os.environ.get("FAREBOX_SHARED")
    if not shared:
        pytest.skip("FAREBOX_SHARED names no folder with Grafana's schemas")
    check = runpy.run_path(str(Path(shared) / "tools" / "grafana-schema" / "check.py"))["check"]

    assert check(board(name)) == []
