"""Who bills, by whole labels of the host."""

import re

import pytest
from farebox.dialects import DIALECTS
from farebox.providers.table import BY_NAME, PROVIDERS, UNKNOWN, provider_of, table_with


@pytest.mark.parametrize(
    ("host", "port", "name"),
    [
        ("api.openai.com", 443, "openai"),
        ("API.OpenAI.com", 443, "openai"),
        ("api.openai.com.", 443, "openai"),
        ("eu.api.openai.com", 443, "openai"),
        ("api.openai.com", 8443, "openai"),
        ("api.anthropic.com", 443, "anthropic"),
        ("generativelanguage.googleapis.com", 443, "gemini"),
        ("aiplatform.googleapis.com", 443, "vertex"),
        ("europe-west4-aiplatform.googleapis.com", 443, "vertex"),
        ("bedrock-runtime.eu-central-1.amazonaws.com", 443, "bedrock"),
        ("aiplatform.us.rep.googleapis.com", 443, "vertex"),
        ("bedrock-runtime-fips.us-east-1.amazonaws.com", 443, "bedrock"),
        ("bedrock-agent-runtime.us-east-1.amazonaws.com", 443, "bedrock"),
        ("bedrock-mantle.us-east-1.api.aws", 443, "bedrock"),
        ("vpce-0a1b.bedrock-runtime.us-east-1.vpce.amazonaws.com", 443, "bedrock"),
        ("riverside.eastus2.models.ai.azure.com", 443, "azure"),
        ("models.github.ai", 443, "github_models"),
        ("models.inference.ai.azure.com", 443, "github_models"),
        ("api.githubcopilot.com", 443, "github_copilot"),
        ("api.individual.githubcopilot.com", 443, "github_copilot"),
        ("chatgpt.com", 443, "chatgpt"),
        ("api.voyageai.com", 443, "voyage"),
        ("api.jina.ai", 443, "jina"),
        ("api.z.ai", 443, "zai"),
        ("open.bigmodel.cn", 443, "zhipuai"),
        ("riverside.openai.azure.com", 443, "azure"),
        ("riverside.services.ai.azure.com", 443, "azure"),
        ("api.mistral.ai", 443, "mistral"),
        ("api.groq.com", 443, "groq"),
        ("api.deepseek.com", 443, "deepseek"),
        ("api.x.ai", 443, "xai"),
        ("us-east-1.api.x.ai", 443, "xai"),
        ("openrouter.ai", 443, "openrouter"),
        ("api.moonshot.cn", 443, "moonshot"),
        ("ai-gateway.vercel.sh", 443, "vercel"),
        ("adb-1.2.azuredatabricks.net", 443, "databricks"),
        ("localhost", 11434, "ollama"),
        ("127.0.0.1", 11434, "ollama"),
        ("ollama.com", 443, "ollama"),
    ],
)
def test_a_host_has_its_biller(host: str, port: int, name: str) -> None:
    provider = provider_of(host, port)

    assert provider is not None
    assert provider.name == name


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("api.openai.com.evil.example", 443),
        ("evil-api.openai.com", 443),
        ("evilapi.openai.com", 443),
        ("openai.com", 443),
        ("chat.openai.com", 443),
        ("api.openai.co", 443),
        ("com", 443),
        ("api-openai-com", 443),
        ("openai.azure.com", 443),
        ("api.chatgpt.com", 443),
        ("githubcopilot.com", 443),
        ("rep.googleapis.com", 443),
        ("aiplatform.a.b.rep.googleapis.com", 443),
        ("mantle.us-east-1.api.aws", 443),
        ("eu.huggingface.co", 443),
        ("evilopenai.azure.com", 443),
        ("evil.aiplatform.googleapis.com", 443),
        ("a.b-aiplatform.googleapis.com", 443),
        ("bedrock-runtime.a.b.amazonaws.com", 443),
        ("bedrock-runtime.amazonaws.com", 443),
        ("bedrock.us-east-1.amazonaws.com", 443),
        ("s3.us-east-1.amazonaws.com", 443),
        ("www.openrouter.ai", 443),
        ("localhost", 8000),
        ("localhost", None),
        ("127.0.0.1", 443),
        ("10.0.0.1", 11434),
        ("", 443),
        (".", None),
    ],
)
def test_another_host_has_none(host: str, port: int | None) -> None:
    assert provider_of(host, port) is None


def test_a_host_of_many_labels_is_no_burden() -> None:
    assert provider_of("a." * 100_000 + "example") is None


def test_every_name_is_short_and_none_is_unknown() -> None:
    assert all(re.fullmatch(r"[a-z0-9_]+", provider.name) for provider in PROVIDERS)
    assert UNKNOWN not in BY_NAME


def test_no_host_has_two_billers() -> None:
    """The first line that matches wins, so a host that stands in two lines hides one of them."""
    exact = [host for provider in PROVIDERS for host in provider.hosts]

    assert len(exact) == len(set(exact))
    for provider in PROVIDERS:
        for host in provider.hosts:
            name, _, port = host.replace("*.", "a.").replace("*", "a").partition(":")
            assert provider_of(name, int(port) if port else None) is provider


def test_deviations_are_of_dialects_that_exist() -> None:
    names = {dialect.name for dialect in DIALECTS}

    assert {dialect for provider in PROVIDERS for dialect in provider.quirks} <= names


@pytest.mark.parametrize(
    "host", ["api.cloudflare.com", "adb-1.2.azuredatabricks.net", "riverside.cloud.databricks.com"]
)
def test_a_host_that_serves_much_else_is_shared(host: str) -> None:
    provider = provider_of(host)

    assert provider is not None
    assert provider.shared


@pytest.mark.parametrize("host", ["gateway.ai.cloudflare.com", "api.openai.com", "openrouter.ai"])
def test_a_host_that_serves_models_is_not_shared(host: str) -> None:
    provider = provider_of(host)

    assert provider is not None
    assert not provider.shared


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("llm.example.com", "riverside"),
        ("a.gpu.example.com", "riverside"),
        ("example.com", None),
        ("gateway.example.com", "xai"),
        ("api.x.ai", "xai"),
        ("api.mistral.ai", "own"),
        ("api.cloudflare.com", "cloudflare"),
    ],
)
def test_hosts_that_the_user_names_come_first(host: str, name: str | None) -> None:
    table = table_with(
        [
            ("riverside", ("llm.example.com", "*.gpu.example.com")),
            ("xai", ("gateway.example.com",)),
            ("own", ("api.mistral.ai",)),
        ]
    )

    provider = provider_of(host, 443, table)

    assert (provider.name if provider else None) == name


def test_a_known_name_brings_its_prices_and_deviations_along() -> None:
    gateway, *_ = table_with([("vercel", ("gateway.example.com",))])

    assert gateway.quirks == BY_NAME["vercel"].quirks
    assert gateway.hosts == ("gateway.example.com",)


def test_a_host_that_the_user_names_is_not_shared() -> None:
    assert BY_NAME["databricks"].shared
    assert not table_with([("databricks", ("models.example.com",))])[0].shared
