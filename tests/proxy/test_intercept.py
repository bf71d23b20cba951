"""Which connections are decrypted."""

import pytest
from farebox.config.settings import Intercept
from farebox.providers.table import table_with
from farebox.proxy.intercept import decrypts, needs_client_certificate

NOTHING_MORE = Intercept()
MORE = Intercept(hosts=("llm.example.com", "*.llm.example.org", "gateway.example:8443", "api.cloudflare.com"))
ALL = Intercept(all=True)


@pytest.mark.parametrize(
    ("intercept", "host", "port", "expected"),
    [
        (NOTHING_MORE, "api.openai.com", 443, True),
        (NOTHING_MORE, "API.OpenAI.com", 443, True),
        (NOTHING_MORE, "eu.api.openai.com", 443, True),
        (NOTHING_MORE, "api.openai.com.evil.example", 443, False),
        (NOTHING_MORE, "notapi.openai.com", 443, False),
        (NOTHING_MORE, "chat.openai.com", 443, False),
        (NOTHING_MORE, "bank.example", 443, False),
        (NOTHING_MORE, "localhost", 11434, True),
        (NOTHING_MORE, "localhost", 443, False),
        (NOTHING_MORE, "api.cloudflare.com", 443, False),
        (NOTHING_MORE, None, 443, False),
        (NOTHING_MORE, "", 443, False),
        (NOTHING_MORE, "127.0.0.1", 443, False),
        (MORE, "llm.example.com", 443, True),
        (MORE, "LLM.example.com.", 443, True),
        (MORE, "other.example.com", 443, False),
        (MORE, "a.b.llm.example.org", 443, True),
        (MORE, "llm.example.org", 443, False),
        (MORE, "gateway.example", 8443, True),
        (MORE, "gateway.example", 443, False),
        (MORE, "gateway.example", None, False),
        (MORE, "api.cloudflare.com", 443, True),
        (MORE, "api.openai.com", 443, True),
        (ALL, "bank.example", 443, True),
        (ALL, None, None, True),
    ],
)
def test_only_llm_hosts_and_hosts_of_the_settings_are_decrypted(
    intercept: Intercept, host: str | None, port: int | None, expected: bool
) -> None:
    assert decrypts(intercept, host, port) is expected


def test_hosts_of_the_users_own_providers_are_decrypted() -> None:
    table = table_with([("riverside", ("llm.example.com",)), ("cloudflare", ("api.cloudflare.com",))])

    assert decrypts(NOTHING_MORE, "llm.example.com", 443, table)
    assert decrypts(NOTHING_MORE, "api.cloudflare.com", 443, table)
    assert not decrypts(NOTHING_MORE, "bank.example", 443, table)


@pytest.mark.parametrize(
    ("intercept", "host", "expected"),
    [
        (NOTHING_MORE, "mtls.api.openai.com", True),
        (ALL, "MTLS.api.openai.com", True),
        (NOTHING_MORE, "us-central1-aiplatform.mtls.googleapis.com", True),
        (NOTHING_MORE, "mtlsapi.example", False),
        (NOTHING_MORE, None, False),
        (Intercept(hosts=("mtls.api.openai.com:443",)), "mtls.api.openai.com", False),
    ],
)
def test_which_hosts_want_the_client_s_certificate(intercept: Intercept, host: str | None, expected: bool) -> None:
    assert needs_client_certificate(host, intercept) is expected
