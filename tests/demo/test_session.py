"""`farebox demo`: what is made up, and that it is read and priced as if it were real."""

import json
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from farebox.demo.answers import answer_to
from farebox.demo.provider import provider
from farebox.demo.session import HOSTS, calls
from farebox.pricing.consumption import Consumption
from farebox.pricing.standard import standard
from farebox.providers.table import provider_of
from farebox.records.usage import Usage
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import opened
from farebox.store.schema import calls as ledger_calls
from sqlalchemy import select

from tests.support.postgres import Postgres
from tests.support.samples import record
from tests.support.sidecar import clean_environment, export

SECONDS = 120.0


def test_the_session_has_all_that_a_newcomer_should_see() -> None:
    session = list(calls())

    assert {call.model for call in session} >= {"gpt-4o", "claude-sonnet-4-5", "mistral-small-latest", "house-blend-7b"}
    assert any(call.wanted.get("cached") for call in session)
    assert any(call.wanted.get("written") for call in session)
    assert any(call.wanted.get("refuse") for call in session)
    assert any(call.aborted for call in session)
    assert any(not call.stream for call in session)
    assert all(
        call.wanted.get("cached", 0) <= call.wanted["input"] or "claude" in call.model
        for call in session
        if "input" in call.wanted
    )


@pytest.mark.parametrize("model", sorted({call.model for call in calls()}))
def test_no_price_depends_on_the_hour(model: str) -> None:
    """The docs show what the session costs."""
    url = next(call.url for call in calls() if call.model == model)
    provider = provider_of(httpx2.URL(url).host)
    assert provider
    day, used = datetime(2026, 11, 24, tzinfo=UTC), Usage(input_tokens=10**6, output_tokens=10**6)

    costs = {
        standard().price(Consumption(provider.name, (model,), used, day + timedelta(hours=hour))).nanousd
        for hour in range(24)
    }

    assert len(costs) == 1


def test_every_call_has_an_answer_and_a_host_with_a_certificate() -> None:
    for number, call in enumerate(calls()):
        answer = answer_to(httpx2.URL(call.url).path, call.body(number))

        assert answer.body or answer.events
        assert httpx2.URL(call.url).host in HOSTS
        assert (answer.status == 429) == bool(call.wanted.get("refuse"))


def test_the_provider_answers_under_the_real_names(tmp_path: Path) -> None:
    body = {"model": "gpt-4o", "metadata": {"call": "1", "input": "3", "output": "4"}}
    with provider(tmp_path, HOSTS) as made_up:
        trust = ssl.create_default_context(cafile=made_up.authority)
        url = f"https://127.0.0.1:{made_up.port}/v1/chat/completions"
        with httpx2.Client(verify=trust, trust_env=False) as client:
            answer = client.post(url, json=body, extensions={"sni_hostname": "api.openai.com"})

    assert answer.json()["usage"]["total_tokens"] == 7


def test_no_other_command_imports_mitmproxy() -> None:
    script = """
import sys
from farebox.cli.main import COMMANDS, app

app(name for name in COMMANDS if name != "demo")
print([name for name in sys.modules if name.startswith("mitmproxy")])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )

    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_the_demo_leaves_its_rows_and_a_report(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "farebox", "demo"],
        cwd=tmp_path / "here",
        env={**clean_environment(), "FAREBOX_HOME": str(tmp_path / "home"), "HTTPS_PROXY": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )

    rows = export(tmp_path / "home" / "demo")
    assert len(rows) == len(list(calls()))
    assert sorted({row["outcome"] for row in rows}) == ["client_abort", "http_error", "ok"]
    assert {"anthropic", "openai", "mistral", "groq"} == {row["provider"] for row in rows}
    # Where no terminal is, each call is a line of fields.
    assert len([line for line in done.stdout.splitlines() if line.count("\t") > 9]) == len(rows)
    assert re.search(r"^total +\$0\.\d+", done.stdout, re.MULTILINE)
    assert f"farebox report --by outcome --ledger sqlite:///{tmp_path}/home/demo/ledger.db" in done.stdout
    assert done.stderr == ""
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == ["demo", "demo.lock"]
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.slow
def test_the_demo_plays_into_a_ledger_that_has_no_real_calls(postgres: Postgres, database: str, tmp_path: Path) -> None:
    url = postgres.url(database)
    played, again = (start_demo(tmp_path / name, "--ledger", url) for name in ("one", "two"))
    for process in (played, again):
        assert process.wait(SECONDS) == 0, process.communicate()
        process.communicate()
    with opened(url) as engine:
        with engine.connect() as connection:
            sidecars = Counter(connection.scalars(select(ledger_calls.c.sidecar)))
        DatabaseSink(engine).write([record(sidecar="office")], {})
    assert sidecars == {"demo": 2 * len(list(calls()))}

    refused = start_demo(tmp_path / "three", "--ledger", url)

    assert "it has real calls" in refused.communicate(timeout=SECONDS)[1]
    assert refused.returncode == 1


@pytest.mark.slow
def test_a_demo_that_is_kept_serves_metrics_until_it_is_ended(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "farebox", "demo", "--keep"],
        env={**clean_environment(), "FAREBOX_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    end = threading.Timer(SECONDS, process.kill)
    end.start()
    metrics = next(line for line in process.stdout if line.startswith("Metrics: ")).split()[1]
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(metrics, timeout=10) as answer:
        counted = answer.read().decode()

    process.send_signal(signal.SIGINT)

    assert process.wait(SECONDS) == 0
    end.cancel()
    process.stdout.close()
    assert 'farebox_unpriced_calls_total{model="house-blend-7b",provider="groq"} 1.0' in counted


def test_an_answer_is_json_that_the_client_can_read() -> None:
    body = {
        "model": "gpt-4o",
        "stream": True,
        "stream_options": {"include_usage": True},
        "metadata": {"call": "1", "input": "3"},
    }
    *events, done = answer_to("/v1/chat/completions", body).events

    assert json.loads(events[-1].removeprefix(b"data: "))["usage"]["prompt_tokens"] == 3
    assert done == b"data: [DONE]\n\n"


def start_demo(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "farebox", "demo", *arguments],
        env={**clean_environment(), "FAREBOX_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_a_second_demo_leaves_the_first_alone(tmp_path: Path) -> None:
    first = start_demo(tmp_path / "home", "--keep")
    assert first.stdout
    assert any(line.startswith("Metrics: ") for line in iter(first.stdout.readline, ""))

    second = start_demo(tmp_path / "home")
    _, refusal = second.communicate(timeout=SECONDS)
    rows = export(tmp_path / "home" / "demo")
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=SECONDS)

    assert second.returncode == 1
    assert refusal.startswith(f"farebox: data folder {tmp_path}/home is in use by process {first.pid}")
    assert len(rows) == len(list(calls()))
    assert first.returncode == 0


@pytest.mark.slow
def test_a_demo_that_is_ended_before_its_time_says_so_in_one_line(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "home")
    give_up = time.monotonic() + SECONDS
    while not (tmp_path / "home" / "demo" / "ledger.db").exists() and time.monotonic() < give_up:
        time.sleep(0.02)

    demo.send_signal(signal.SIGINT)
    _, told = demo.communicate(timeout=SECONDS)

    assert told == "farebox: the demo was ended before its time: its ledger has a part of it\n"
    assert demo.returncode == 1
