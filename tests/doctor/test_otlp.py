"""The collector that metrics are pushed to: reached, away, or something else."""

import pytest
from farebox.config.otlp import Otlp
from farebox.config.settings import Settings
from farebox.doctor import otlp
from farebox.doctor.finding import OK, PROBLEM, Finding
from msgspec.structs import replace

from tests.support.findings import only
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.postgres import free_port


def found(settings: Settings, endpoint: str) -> Finding:
    return only(otlp.check(replace(settings, otlp=Otlp(endpoint))))


def test_without_an_endpoint_nothing_is_checked(settings: Settings) -> None:
    assert list(otlp.check(settings)) == []


def test_a_collector_that_answers_is_ok(settings: Settings) -> None:
    with OtlpReceiver() as receiver:
        assert found(settings, receiver.url) == Finding(OK, f"otlp: {receiver.url}/v1/metrics takes metrics")


@pytest.mark.parametrize(("status", "fix"), [(404, "port 4318"), (401, "OTEL_EXPORTER_OTLP_HEADERS")])
def test_an_answer_that_refuses_is_a_problem(settings: Settings, status: int, fix: str) -> None:
    with OtlpReceiver() as receiver:
        receiver.status = status
        finding = found(settings, receiver.url)

    assert (finding.level, finding.message) == (PROBLEM, f"otlp: {receiver.url}/v1/metrics answers {status}")
    assert fix in (finding.fix or "")


def test_an_endpoint_that_nobody_listens_at_is_a_problem_and_its_password_is_not_printed(settings: Settings) -> None:
    finding = found(settings, f"http://user:canary@127.0.0.1:{free_port()}")

    assert finding.level == PROBLEM
    assert "cannot be reached" in finding.message
    assert "canary" not in finding.message
