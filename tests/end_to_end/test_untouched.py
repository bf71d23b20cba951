"""Other traffic than LLM calls passes undecrypted and unbuffered, as without farebox."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import StartSidecar
from tests.support import processes
from tests.support.sidecar import Sidecar, wait_until
from tests.support.upstream import Asked, Step, Upstream, plain

MEGABYTE = 1 << 20
MEASURED = 100 * MEGABYTE
ALLOWED_KILOBYTES = 10 * 1024


@pytest.fixture
def large_upstream() -> Iterator[Upstream]:
    def answer(asked: Asked) -> list[Step]:
        if asked.method == "POST":
            return plain(str(asked.body_bytes).encode())
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {MEASURED}\r\n\r\n"
        return [head.encode(), *[b"d" * MEGABYTE] * (MEASURED // MEGABYTE)]

    with Upstream(answer, keep_bodies=False) as running:
        yield running


def workers_peak(sidecar: Sidecar) -> int:
    """Return the peak resident memory of all workers, in kilobytes."""
    return sum(map(_peak, processes.children(sidecar.process.pid, "farebox.proxy")))


def _peak(worker: processes.Process) -> int:
    status = Path(f"/proc/{worker.pid}/status").read_text()
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return int(lines["VmHWM"].split()[0])


def transfer(sidecar: Sidecar, url: str, size: int) -> None:
    """Upload and download `size` bytes."""
    with httpx2.Client(
        proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca), timeout=120
    ) as client:
        sent = client.post(url, content=(b"u" * MEGABYTE for _ in range(size // MEGABYTE)))
        assert sent.text == str(size)
        with client.stream("GET", url) as answer:
            received = sum(len(piece) for piece in answer.iter_raw())
        assert received == MEASURED


@pytest.mark.slow
@pytest.mark.parametrize(
    "url", ["https://api.openai.com/v1/files", "http://www.example.org/files"], ids=["LLM host", "plain"]
)
def test_large_transfers_take_no_memory(large_upstream: Upstream, start_sidecar: StartSidecar, url: str) -> None:
    sidecar = start_sidecar(large_upstream)
    with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
        for _ in range(3):
            client.post(url, content=b"u" * MEGABYTE)
    before = workers_peak(sidecar)

    transfer(sidecar, url, MEASURED)

    grown = workers_peak(sidecar) - before
    print(f"{url}: 100 MB up and down raised the workers' peak by {grown} kB from {before} kB")
    assert grown < ALLOWED_KILOBYTES
    assert sidecar.rows() == []


def test_other_hosts_keep_their_own_certificates(upstream: Upstream, sidecar: Sidecar) -> None:
    def certificate(host: str) -> bytes:
        with socket.create_connection(("127.0.0.1", sidecar.port), timeout=15) as connection:
            connection.sendall(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
            assert b" 200 " in connection.recv(4096)
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(connection, server_hostname=host) as tunnel:
                return tunnel.getpeercert(binary_form=True) or b""

    theirs = ssl.PEM_cert_to_DER_cert(upstream.certificate.cert_chain_pems[0].bytes().decode())

    assert certificate("www.example.org") == theirs
    assert certificate("api.openai.com.example.org") == theirs
    assert certificate("api.openai.com") != theirs


def test_an_unclaimed_call_on_an_llm_host_is_streamed_both_ways(upstream: Upstream, sidecar: Sidecar) -> None:
    seen = threading.Event()
    upstream.answer = lambda _asked: plain(b'{"data": []}')

    with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
        answer = client.get("https://api.openai.com/v1/models")
    seen.set()

    assert answer.json() == {"data": []}
    assert sidecar.rows() == []


def test_a_plain_http_call_through_the_proxy_is_metered(upstream: Upstream, sidecar: Sidecar) -> None:
    upstream.answer = lambda _asked: plain(b'{"model": "llama", "usage": {"prompt_tokens": 3, "completion_tokens": 4}}')

    with httpx2.Client(proxy=sidecar.proxy) as client:
        client.post("http://ollama:11434/v1/chat/completions", json={"model": "llama"})

    [row] = sidecar.rows(1)
    assert (row["provider"], row["model_returned"], row["output_tokens"]) == ("ollama", "llama", 4)


def test_a_client_that_does_not_trust_the_ca_is_counted(upstream: Upstream, sidecar: Sidecar) -> None:
    verify = ssl.create_default_context()
    with httpx2.Client(proxy=sidecar.proxy, verify=verify) as client, pytest.raises(httpx2.ConnectError):
        client.get("https://api.openai.com/v1/models")

    sidecar.wait_for_metric("farebox_tls_untrusted_connections_total", 1)
    wait_until(lambda: bool(sidecar.healthz()[1]["clients"]["untrusted"]))
    assert [one["host"] for one in sidecar.healthz()[1]["clients"]["untrusted"]] == ["api.openai.com"]
