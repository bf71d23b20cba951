"""The line of a key in a file of settings."""

from pathlib import Path

import pytest
from farebox.config.lines import line_of, located

CONTENT = """# first
port: 1
budgets:
  - name: a

  - name: b
    match:
      - x
      - y
  - {name: c, window: day}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "given.yaml"
    path.write_text(CONTENT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("port", 2),
        ("budgets", 3),
        ("budgets[0]", 4),
        ("budgets[1].match", 7),
        ("budgets[1].match[1]", 9),
        ("budgets[2].window", 10),
        ("budgets[1].limit", 6),
        ("budgets[7].limit", 3),
        ("host", None),
    ],
)
def test_a_key_has_its_line_or_that_of_the_nearest_key_around_it(key: str, line: int | None, file: Path) -> None:
    assert line_of(file, key) == line


def test_a_problem_gets_file_and_line(file: Path) -> None:
    assert located("budgets[0].name: wrong", [file]) == f"{file}:4: budgets[0].name: wrong"


@pytest.mark.parametrize("content", [None, b"a: [", b"\xff", b""])
def test_a_file_that_cannot_be_read_adds_nothing(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "given.yaml"
    if content is not None:
        path.write_bytes(content)

    assert located("port: wrong", [path]) == "port: wrong"
