"""Why no call was recorded, each reason with its fix."""

import pytest
from farebox.report.silence import reasons, untrusted_line
from farebox.spool.telemetry import ClientDiagnostics, UntrustedConnections


@pytest.mark.parametrize(
    ("diagnostics", "parts"),
    [
        (ClientDiagnostics(), ["No connection reached the proxy", "NO_PROXY must not contain the host"]),
        (ClientDiagnostics(1, passed={"llm.example": 3}), ["llm.example (3)", "intercept: {hosts: [...]}"]),
        (ClientDiagnostics(1, unread={"api.openai.com": 2}), ["does not recognise as LLM calls: api.openai.com (2)"]),
        (ClientDiagnostics(1, own_address=2), ["2 requests refused, as the target was the proxy's own address"]),
        (
            ClientDiagnostics(1, unverified={"api.openai.com (unable to get local issuer certificate)": 3}),
            ["3 connections to api.openai.com (unable to get local issuer", "set upstream_ca to the file of its CA"],
        ),
        (
            ClientDiagnostics(1, passed={f"h{n}.example": n for n in range(9)}),
            ["h8.example (8), h7.example (7)", "and 4 more"],
        ),
        (
            ClientDiagnostics(1, untrusted=(UntrustedConnections("api.openai.com", "127.0.0.1", "curl/8.5.0", 2),)),
            [
                "2 connections to api.openai.com closed by curl/8.5.0 at 127.0.0.1",
                "SSL_CERT_FILE",
                "NODE_EXTRA_CA_CERTS",
            ],
        ),
    ],
    ids=["bypassed", "passed", "unread", "own address", "unverified", "many", "no trust"],
)
def test_the_client_diagnostics_give_the_reason_and_its_fix(diagnostics: ClientDiagnostics, parts: list[str]) -> None:
    [reason] = reasons(diagnostics)

    assert all(part in reason for part in parts)


def test_a_client_without_a_user_agent_is_named_by_its_address() -> None:
    assert "1 connection to api.groq.com closed by a client at 10.0.0.7" in untrusted_line(
        UntrustedConnections("api.groq.com", "10.0.0.7", None, 1)
    )


def test_a_connection_without_a_request_gives_no_reason() -> None:
    assert list(reasons(ClientDiagnostics(connections=1))) == []
