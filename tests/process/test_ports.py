"""Whether the proxy can listen, and how clients write the address."""

import errno
import os
import socket
from contextlib import closing

import pytest
from farebox.config.settings import Settings
from farebox.errors import SettingsError
from farebox.process.ports import by_whom, check, reserve, unusable, url


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


@pytest.mark.parametrize(
    ("host", "error"),
    [
        ("no.such.host.invalid", "'no.such.host.invalid' is not an address of this machine: use 127.0.0.1"),
        ("http://[::1", "'http://[::1' is not an address of this machine: use 127.0.0.1"),
        ("a..b", "'a..b' is not an address of this machine: use 127.0.0.1"),
        ("\0", "'\\x00' is not an address of this machine: use 127.0.0.1"),
        ("x" * 100, f"'{'x' * 100}' is not an address of this machine: use 127.0.0.1"),
        ("192.0.2.1", "192.0.2.1:8080 cannot be used (Cannot assign requested address): set --host"),
    ],
    ids=["no host", "part of a URL", "empty label", "NUL", "long label", "another machine"],
)
def test_an_address_that_is_not_of_this_machine_is_an_error_with_the_key(host: str, error: str) -> None:
    with pytest.raises(SettingsError) as refused:
        check(Settings(host=host))

    assert str(refused.value).startswith(f"host: {error}")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_reserved_port_is_ours_alone_and_refuses_clients(host: str) -> None:
    with closing(reserve(host, 0)) as reserved:
        port = reserved.getsockname()[1]

        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=10)
        reserved.listen()
        with pytest.raises(OSError, match="Address already in use"):
            reserve(host, port)


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("box", "http://box:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("::", "http://[::1]:80"),
        ("fe80::1", "http://[fe80::1]:80"),
    ],
)
def test_an_address_is_written_as_a_url(host: str, written: str) -> None:
    assert url(host, 80) == written


def test_a_taken_port_names_the_process_and_8080_the_program_that_has_it_by_default() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"\(Address already in use by .+, process {os.getpid()}\): stop the"):
            check(Settings(port=port))
        with pytest.raises(OSError, match="in use") as error:
            reserve("127.0.0.1", port)

    assert "llama.cpp" in unusable("127.0.0.1", 8080, error.value)
    assert "llama.cpp" not in unusable("127.0.0.1", 8081, error.value)
    assert by_whom(port, PermissionError(errno.EACCES, "no")) == ""
