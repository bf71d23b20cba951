"""Mistakes in farebox.yaml: mistakes.txt has them, each with its whole message."""

import re
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.errors import SettingsError

_TEXT = (Path(__file__).parent / "mistakes.txt").read_text(encoding="utf-8")
MISTAKES = re.findall(r"-- farebox\.yaml --\n(.*?)-- says --\n(.*?)\n", _TEXT, re.DOTALL)
# The words of the library that converts values, of Python's types, and of YAML's parser.
_FOREIGN = re.compile(r"`(int|str|float|bool|array|object|null|decimal[^`]*)`|msgspec|dict\b|scanning|mapping|NoneType")


@pytest.mark.parametrize(("content", "message"), MISTAKES, ids=[content.strip()[:40] for content, _ in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_the_fix(content: str, message: str) -> None:
    file = Path("farebox.yaml")
    file.write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError) as refused:
        load(config=file, environment={})

    assert str(refused.value) == message
    assert re.match(r"farebox\.yaml:\d+: ", message)
    assert not _FOREIGN.search(message)


def test_there_are_forty_and_more_kinds() -> None:
    assert len({message.partition(": ")[2] for _, message in MISTAKES}) >= 40
