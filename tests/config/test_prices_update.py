"""Where newer list prices come from."""

import pytest
from farebox.config.prices_update import PricesUpdate, problems


@pytest.mark.parametrize("url", ["", "https://mirror.example.com/data.json", "http://127.0.0.1:8000/x"])
def test_a_url_has_no_problem(url: str) -> None:
    assert list(problems(PricesUpdate(url))) == []


@pytest.mark.parametrize("url", ["mirror.example.com", "ftp://x/y", "https://", "http://u:secret@h:0", "http://h:port"])
def test_another_text_is_a_problem_and_is_not_quoted(url: str) -> None:
    assert list(problems(PricesUpdate(url))) == ["prices_update.url: not an http or https URL: write https://HOST/PATH"]
