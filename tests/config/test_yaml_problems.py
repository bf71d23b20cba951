"""What is wrong with a file that is not YAML, by line and without a quotation."""

import pytest
from farebox.config.yaml_text import parse


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n\tb: 2", "2: a tab stands where spaces belong: indent with spaces"),
        ("a: [*.example.com]", "1: a value that begins with * needs quotes, as in '*.example.com'"),
        ("a: 'canary\nb: 1\n", "1: a quote is not closed"),
        ("a: {b: [canary]\nc: 1\n", "1: a group that begins with { is not closed, or lacks a comma"),
        ("a:\n  - b: 1\n   c: 1\n", "3: a wrong indentation: lines of one group begin in the same column"),
        ("a: 1\na: 2", "2: the key 'a' is there twice: merge both into one"),
        ("a: b: canary", "1: a value that has a colon and a space needs quotes"),
        ("a: 1\nb: 'c': canary", "2: a value that has a colon and a space needs quotes"),
        ("a: 1\n  b: 2", "2: this line doesn't fit the one before: give both a colon, or indent both alike"),
        ("a 1\nb: 2", "2: this line doesn't fit the one before: give both a colon, or indent both alike"),
    ],
)
def test_a_mistake_in_yaml_is_told_with_line_and_fix(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^\d") as refused:
        parse(text)

    assert str(refused.value) == said
