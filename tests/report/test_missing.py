"""The lines for farebox.yaml that give a model its price."""

import pytest
import yaml
from farebox.report.missing import is_local, rule_for


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("ollama", True),
        ("127.0.0.1", True),
        ("192.168.1.7", True),
        ("gpu.local", True),
        ("host.docker.internal", True),
        ("8.8.8.8", False),
        ("api.openai.com", False),
        ("", False),
    ],
)
def test_a_model_on_one_s_own_machine_is_told_by_its_host(host: str, *, local: bool) -> None:
    assert is_local(host) is local


@pytest.mark.parametrize(
    ("provider", "host", "free"),
    [
        ("ollama", "localhost", True),
        ("llamacpp", "gpu.lan", True),
        ("vllm", "vllm", True),
        ("ollama", "ollama.com", False),
        ("litellm", "localhost", False),
        ("portkey", "portkey", False),
        ("unknown", "localhost", False),
        ("openai", "10.0.0.7", False),
        ("", "localhost", False),
    ],
)
def test_only_a_server_that_runs_models_itself_is_proposed_as_free(provider: str, host: str, *, free: bool) -> None:
    assert ("mode: free" in rule_for(provider, "m", host=host)) is free


def test_the_lines_to_add_name_the_port_where_the_host_has_one() -> None:
    [rule] = yaml.safe_load(rule_for("ollama", "m", host="[::1]:11434"))

    assert rule["match"] == {"host": "::1", "port": 11434, "model": "m"}


def test_the_lines_to_add_name_the_provider_where_there_is_one() -> None:
    units = ["audio_milliseconds", "characters", "input_tokens", "service_tier"]
    assert yaml.safe_load(rule_for("groq", "x-1", units=units).replace("...", "1")) == [
        {
            "match": {"provider": "groq", "model": "x-1"},
            "per_mtok": {"input": 1},
            "per_unit": {"audio_seconds": 1, "characters": 1},
        }
    ]
    assert yaml.safe_load(rule_for("groq", "x-1", host="api.groq.com").replace("...", "1")) == [
        {"match": {"provider": "groq", "model": "x-1"}, "per_mtok": {"input": 1, "output": 1}}
    ]
