"""`farebox prices diff`: what the catalogues say of the same call."""

import re
from pathlib import Path

import pytest

from tests.support.commands import Done, farebox

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def diff(capfd: Capture, monkeypatch: Patch, tmp_path: Path, *arguments: str) -> Done:
    return farebox(capfd, monkeypatch, "prices", "diff", *arguments, home=tmp_path / "home")


def test_it_tells_who_is_used_and_why(capfd: Capture, monkeypatch: Patch, tmp_path: Path) -> None:
    done = diff(capfd, monkeypatch, tmp_path, "--provider", "together")

    line, _ = (line.split() for line in done.out.splitlines() if line.startswith("together/Qwen/Qwen3.7-Max "))
    # 6,000 x $2.50 + 4,000 x $0.50 + 1,000 x $7.50 a million, and 6,000 x $1.50 + 4,000 x $0.30 + 1,000 x $4.50.
    assert line[-4:] == ["$0.0245", "$0.0147", "litellm", "[1]"]
    assert "[1] from Together's own list of models" in done.out


def test_a_model_is_shown_though_they_agree(capfd: Capture, monkeypatch: Patch, tmp_path: Path) -> None:
    done = diff(capfd, monkeypatch, tmp_path, "--provider", "openai", "--model", "GPT-4o-2024-08-*")

    assert done.out.splitlines()[1].split()[-3:] == ["$0.0300", "$0.0300", "genai-prices"]
    assert "they agree on 2." in done.out


def test_where_they_agree_on_all_it_says_so(capfd: Capture, monkeypatch: Patch, tmp_path: Path) -> None:
    [line] = diff(capfd, monkeypatch, tmp_path, "--provider", "groq").out.splitlines()

    assert re.fullmatch(r"(\d+) calls that both catalogues price: they agree on \1\.", line)


def test_an_unknown_provider_is_named(capfd: Capture, monkeypatch: Patch, tmp_path: Path) -> None:
    done = diff(capfd, monkeypatch, tmp_path, "--provider", "antropic")

    assert (done.code, done.out) == (1, "")
    assert "unknown provider 'antropic': use one of ai21, anthropic," in done.err
