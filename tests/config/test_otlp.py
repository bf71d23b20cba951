"""Where metrics are pushed to."""

import pytest
from farebox.config.otlp import Otlp, problems


@pytest.mark.parametrize("endpoint", ["", "http://collector:4318", "https://otlp.example.com/gateway/"])
def test_an_endpoint_has_no_problem(endpoint: str) -> None:
    assert list(problems(Otlp(endpoint))) == []


@pytest.mark.parametrize("endpoint", ["collector:4318", "grpc://collector:4317", "http://u:secret@h:port"])
def test_another_text_is_a_problem_and_is_not_quoted(endpoint: str) -> None:
    assert list(problems(Otlp(endpoint))) == ["otlp.endpoint: not an http or https URL: write http://HOST:4318"]


@pytest.mark.parametrize("interval", [0.0, 0.5, float("inf"), float("nan")])
def test_an_interval_is_a_second_or_more(interval: float) -> None:
    assert list(problems(Otlp(interval=interval))) == [
        f"otlp.interval: {interval} is not a number of seconds: write 1 or more"
    ]


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://collector:4318", "http://collector:4318/v1/metrics"),
        ("https://otlp.example.com/gateway/", "https://otlp.example.com/gateway/v1/metrics"),
        ("http://collector:4318/v1/metrics", "http://collector:4318/v1/metrics"),
    ],
)
def test_metrics_have_the_path_that_the_protocol_gives_them(endpoint: str, url: str) -> None:
    assert Otlp(endpoint).url == url
