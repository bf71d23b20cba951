"""Variables come from the process's start or, later, from .env; Compose's references are replaced as Compose does."""

import pytest
from farebox.librechat.environment import Environment, Variable, interpolate, parse_env

VALUES = {"SET": "v", "EMPTY": ""}


def test_an_env_file_is_read_with_its_lines() -> None:
    text = 'A=1\n\n# B=2\nexport C="x\ny"\n\nD=\nA=3\nnot a line at all =\n'

    found = parse_env(".env", text)

    assert found["A"] == Variable("3", ".env", 8)
    assert found["C"] == Variable("x\ny", ".env", 4)
    assert found["D"] == Variable("", ".env", 7)


def test_the_real_environment_wins_even_if_it_is_empty() -> None:
    environment = Environment(
        {"A": Variable("1", "c"), "B": Variable("", "c")}, {"A": Variable("2", "e"), "B": Variable("3", "e")}
    )

    assert environment.value("A") == "1"
    assert environment.get("B") is None
    assert environment.get("X", "A") == ("A", Variable("1", "c"))
    assert environment.started_with("B", "A")
    assert not environment.started_with("B")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ${SET} $SET $$SET", "a v v $SET"),
        ("${EMPTY:-d} ${EMPTY-d} ${UNSET-d} ${UNSET:-d}", "d  d d"),
        ("${SET:+o} ${EMPTY:+o}|${EMPTY+o} ${UNSET+o}|", "o |o |"),
        ("${UNSET:?must be set}${SET:?must be set}|$UNSET|", "v||"),
    ],
)
def test_references_are_replaced_as_compose_replaces_them(text: str, expected: str) -> None:
    assert interpolate(text, VALUES) == expected
