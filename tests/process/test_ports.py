"""Whether the proxy's port is free."""

import socket
from contextlib import closing

import pytest
from farebox.config.settings import Settings
from farebox.errors import SettingsError
from farebox.process.ports import check, reserve


def test_a_free_port_is_fine() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]

    check(Settings(port=port))
    check(Settings(port=0))


@pytest.mark.parametrize("shares", [False, True])
def test_a_port_that_another_has_is_named_though_that_one_would_share_it(shares: bool) -> None:
    with closing(socket.create_server(("127.0.0.1", 0), reuse_port=shares)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=rf"^port: 127\.0\.0\.1:{port} cannot be used .* set --port"):
            check(Settings(port=port, workers=4))


@pytest.mark.parametrize(("host", "told"), [("no.such.host.invalid", "is no address"), ("192.0.2.1", "cannot be used")])
def test_an_address_that_is_not_here_is_named(host: str, told: str) -> None:
    with pytest.raises(SettingsError, match=f"^host: .*{told}"):
        check(Settings(host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_reserved_port_is_ours_alone_and_refuses_clients(host: str) -> None:
    with closing(reserve(host, 0)) as reserved:
        port = reserved.getsockname()[1]

        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=10)
        reserved.listen()
        with pytest.raises(OSError, match="Address already in use"):
            reserve(host, port)
