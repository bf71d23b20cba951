"""Few open files are a warning, before clients find out."""

import resource

import pytest
from farebox.doctor.finding import OK, WARNING
from farebox.doctor.open_files import check


@pytest.mark.parametrize(
    ("limit", "level", "words"),
    [
        (1024, WARNING, "enough for 512 connections"),
        (4096, OK, "4096 open files"),
        (resource.RLIM_INFINITY, OK, "any number of open files"),
    ],
)
def test_the_limit_is_told(limit: int, level: str, words: str) -> None:
    [finding] = check(limit)

    assert finding.level == level
    assert words in finding.message


def test_this_user_s_own_limit_is_the_default() -> None:
    assert len(list(check())) == 1
