"""A log line has a time where nobody else adds one."""

from pathlib import Path

import pytest
from farebox.home.log_lines import form

PLAIN, DATED = "farebox: %(message)s", "%(asctime)s farebox: %(message)s"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, DATED), ({"JOURNAL_STREAM": "8:1234"}, PLAIN), ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, PLAIN)],
    ids=["terminal or file", "journald", "Kubernetes"],
)
def test_a_line_is_dated_unless_its_reader_does_so(environment: dict[str, str], expected: str) -> None:
    assert form("farebox", environment, ()) == expected


def test_a_container_s_log_is_dated_by_its_runtime(tmp_path: Path) -> None:
    (tmp_path / ".dockerenv").touch()

    assert form("farebox", {}, (str(tmp_path / ".dockerenv"),)) == PLAIN
