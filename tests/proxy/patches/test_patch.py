"""mitmproxy's code is replaced where it is known, and stays as it is otherwise."""

import logging

import pytest
from farebox.proxy.patches._patch import Patch, apply, digest


def replacement() -> str:
    return "ours"


class Stock:
    def method(self) -> str:
        return "stock"


def patch_of(*known: str) -> Patch:
    return Patch(Stock, "method", replacement, without="something goes wrong", known=frozenset(known))


def test_known_code_is_replaced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stock, "method", Stock.method)
    patch = patch_of(digest(Stock.method))

    assert (apply(patch), apply(patch)) == (True, True)
    assert Stock.method is replacement  # type: ignore[comparison-overlap]


def test_other_code_stays_and_the_log_says_what_that_means(caplog: pytest.LogCaptureFixture) -> None:
    stock = Stock.method

    with caplog.at_level(logging.WARNING):
        assert not apply(patch_of("0123456789abcdef"))

    assert Stock.method is stock
    assert "new code in Stock.method, which stays as it is: something goes wrong." in caplog.text


def test_a_digest_does_not_depend_on_layout_and_code_without_source_has_none() -> None:
    def one(a: int) -> int:
        return a + 1

    other = {"one": lambda: None}
    exec("def one(a): return a", other)

    assert digest(one) == digest(one) != ""
    assert digest(other["one"]) == digest(len) == ""
