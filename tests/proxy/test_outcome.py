"""How a flow ended, by which side closed first."""

import pytest
from farebox.proxy.outcome import outcome_of
from mitmproxy.connection import ConnectionState
from mitmproxy.flow import Error
from mitmproxy.test import tflow


@pytest.mark.parametrize(
    ("client", "message", "is_answered", "expected"),
    [
        (ConnectionState.CLOSED, "Client disconnected.", True, "client_abort"),
        (ConnectionState.CLOSED, "Client disconnected.", False, "client_abort"),
        (ConnectionState.CAN_WRITE, "peer closed connection", True, "client_abort"),
        (ConnectionState.OPEN, "stream reset by client (CANCEL)", True, "client_abort"),
        (ConnectionState.OPEN, "certificate not accepted by client policy", True, "provider_cut"),
        (ConnectionState.OPEN, "stream reset by server (INTERNAL_ERROR)", True, "provider_cut"),
        (ConnectionState.OPEN, "peer closed connection without sending complete message body", True, "provider_cut"),
        (ConnectionState.OPEN, "Server TLS handshake failed.", False, "network_error"),
        (ConnectionState.OPEN, "server closed connection", False, "network_error"),
    ],
)
def test_the_side_that_closed_first_decides(
    client: ConnectionState, message: str, is_answered: bool, expected: str
) -> None:
    flow = tflow.tflow(resp=is_answered)
    flow.client_conn.state = client
    flow.error = Error(message)

    assert outcome_of(flow) == expected


def test_a_flow_without_a_message_has_an_outcome() -> None:
    flow = tflow.tflow(resp=True)
    flow.client_conn.state = ConnectionState.OPEN

    assert outcome_of(flow) == "provider_cut"
