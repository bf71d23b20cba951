"""A host name counts as a provider only if the server's certificate was verified for it, or the user named the host."""

import pytest
from farebox.providers.table import PROVIDERS, table_with
from farebox.proxy.identity import provider_at
from mitmproxy.test import taddons

from tests.support.flows import answered, flow_of

OWN = table_with([("riverside", ("llm.example",)), ("openai", ("gateway.example",))])


@pytest.mark.parametrize(
    ("url", "sni", "provider"),
    [
        ("https://api.openai.com/v1", "api.openai.com", "openai"),
        ("https://api.openai.com/v1", "API.openai.com.", "openai"),
        ("https://api.openai.com/v1", "evil.example", "unknown"),
        ("https://api.openai.com/v1", None, "unknown"),
        ("http://api.openai.com/v1", None, "unknown"),
        ("http://api.openai.com/v1", "api.openai.com", "unknown"),
        ("http://llm.example/v1", None, "riverside"),
        ("http://gateway.example/v1", None, "openai"),
        ("http://localhost:11434/v1", None, "ollama"),
        ("http://litellm:4000/v1", None, "litellm"),
        ("http://ollama.com/v1", None, "unknown"),
    ],
)
def test_a_name_counts_with_a_certificate_or_if_it_is_configured(url: str, sni: str | None, provider: str) -> None:
    flow = flow_of(url)
    answered(flow)
    flow.server_conn.sni = sni

    assert provider_at(flow, flow.request.host, flow.request.port, OWN).name == provider


def test_no_name_counts_if_mitmproxy_checks_no_certificate() -> None:
    flow = flow_of()
    with taddons.context() as context:
        context.options.ssl_insecure = True

        assert provider_at(flow, "api.openai.com", 443, PROVIDERS).name == "unknown"
        assert provider_at(flow, "gateway.example", 443, OWN).name == "openai"
        # mitmproxy's options outlive the context.
        context.options.ssl_insecure = False


@pytest.mark.parametrize(("scheme", "provider"), [("https", "openai"), ("http", "unknown")])
def test_a_call_that_does_not_get_through_is_one_to_the_name(scheme: str, provider: str) -> None:
    flow = flow_of(f"{scheme}://api.openai.com/v1")
    flow.server_conn.timestamp_start = flow.server_conn.timestamp_tls_setup = None

    assert provider_at(flow, "api.openai.com", flow.request.port, PROVIDERS).name == provider
