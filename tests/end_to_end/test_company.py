"""In a company: TLS to farebox, a proxy with a password behind it, and certificates that the company signs."""

import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.support.chats import answer
from tests.support.sidecar import REDIRECT, Sidecar, clean_environment, wait_until
from tests.support.upstream import Upstream

pytestmark = pytest.mark.slow

SECONDS = 100.0
CHAT = {"model": "gpt-4o", "messages": []}


@pytest.fixture(scope="module")
def provider() -> Iterator[Upstream]:
    with Upstream(answer) as running:
        yield running


@pytest.fixture(scope="module")
def company(provider: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The company's proxy, stock mitmproxy that decrypts nothing: its address, and its log of tunnels."""
    folder = tmp_path_factory.mktemp("company")
    log = folder / "log"
    options = [
        *("proxyauth=me:s3cret", f"upstream_port={provider.port}", f"confdir={folder / 'confdir'}"),
        *("listen_host=127.0.0.1", "listen_port=0", "ignore_hosts=.*", f"upstream_plain_port={provider.plain_port}"),
    ]
    sets = [word for option in options for word in ("--set", option)]
    mitmdump = str(Path(sys.executable).with_name("mitmdump"))
    with log.open("wb") as written:
        process = subprocess.Popen(
            [mitmdump, "-s", str(REDIRECT), *sets], env=clean_environment(), stdout=written, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: "listening at 127.0.0.1:" in log.read_text(), SECONDS)
        yield log.read_text().partition("listening at ")[2].split()[0].rstrip("."), log
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def sidecar(
    provider: Upstream, company: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("sidecar")
    provider.authority.cert_pem.write_to_path(str(folder / "company.pem"))
    environment = {
        "HTTPS_PROXY": f"http://me:s3cret@{company[0]}",
        "NO_PROXY": "api.groq.com",
        "FAREBOX_UPSTREAM_CA": str(folder / "company.pem"),
    }
    with Sidecar(folder / "home", environment=environment) as running:
        yield running


def tunnels_of(company: tuple[str, Path]) -> int:
    """Return how many tunnels the company's proxy has opened."""
    return company[1].read_text().count("server connect")


def client(sidecar: Sidecar, trusted: bytes | None = None) -> httpx2.Client:
    """Return a client that speaks TLS with the proxy too, and trusts what a client that starts now is given."""
    trusting = ssl.create_default_context(cadata=(trusted or Path(sidecar.ca).read_bytes()).decode())
    proxy = httpx2.Proxy(f"https://localhost:{sidecar.port}", ssl_context=trusting)
    return httpx2.Client(proxy=proxy, verify=trusting, timeout=SECONDS)


def ask(sidecar: Sidecar, trusted: bytes | None = None, host: str = "api.openai.com") -> httpx2.Response:
    with client(sidecar, trusted) as http:
        return http.post(f"https://{host}/v1/chat/completions", json=CHAT)


def test_a_call_passes_both_proxies_by_tls(provider: Upstream, company: tuple[str, Path], sidecar: Sidecar) -> None:
    before, tunnels = len(sidecar.rows()), tunnels_of(company)

    answered = ask(sidecar)

    assert answered.status_code == 200
    row = sidecar.rows(before + 1)[-1]
    assert (row["host"], row["provider"], row["outcome"]) == ("api.openai.com", "openai", "ok")
    assert tunnels_of(company) == tunnels + 1
    assert all("proxy-authorization" not in asked.headers for asked in provider.asked)


def test_a_host_of_no_proxy_is_not_asked_for_at_the_companys_proxy(company: tuple[str, Path], sidecar: Sidecar) -> None:
    tunnels = tunnels_of(company)

    # Its real server can't be reached, or doesn't have the company's certificate.
    with client(sidecar) as http, suppress(httpx2.HTTPError):
        http.post("https://api.groq.com/v1/chat/completions", json=CHAT, timeout=5)

    assert tunnels_of(company) == tunnels


def test_no_process_shows_the_proxys_password(sidecar: Sidecar) -> None:
    lines = [
        (process / "cmdline").read_bytes()
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and (process / "cmdline").exists()
    ]

    assert not [line for line in lines if b"farebox" in line and b"me:s3cret" in line and b"mitmdump" not in line]
    assert "s3cret" not in sidecar.log.read_text()


def test_a_new_ca_takes_over_while_clients_go_on(company: tuple[str, Path], sidecar: Sidecar) -> None:
    old = Path(sidecar.ca).read_bytes()
    command = [sys.executable, "-m", "farebox", "ca", "rotate"]
    environment = {**clean_environment(), "FAREBOX_HOME": str(sidecar.home)}

    subprocess.run(command, env=environment, check=True, timeout=SECONDS, cwd=sidecar.home.parent)

    new = Path(sidecar.ca).read_bytes()
    assert new.endswith(old)
    # The sidecar that runs has the old key.
    assert [ask(sidecar, trusted).status_code for trusted in (old, new)] == [200, 200]
    assert sidecar.stop() == 0
    own = new.removesuffix(old)
    trusts = {
        "HTTPS_PROXY": f"http://me:s3cret@{company[0]}",
        "FAREBOX_UPSTREAM_CA": f"{sidecar.home.parent}/company.pem",
    }
    with Sidecar(sidecar.home, environment=trusts) as again:
        assert [ask(again, trusted).status_code for trusted in (old, new, own)] == [200, 200, 200]


def test_without_the_companys_ca_doctor_names_the_host_and_the_setting(
    company: tuple[str, Path], tmp_path: Path
) -> None:
    with Sidecar(tmp_path / "home", environment={"HTTPS_PROXY": f"http://me:s3cret@{company[0]}"}) as refused:
        with client(refused) as http:
            assert http.post("https://api.openai.com/v1/chat/completions", json=CHAT).status_code == 502
        doctor = [
            sys.executable,
            "-m",
            "farebox",
            "doctor",
            "--metrics-port",
            refused.metrics_url.split(":")[2].split("/")[0],
        ]
        environment = {**clean_environment(), "FAREBOX_HOME": str(refused.home)}
        found: list[str] = []

        def is_told() -> bool:
            done = subprocess.run(doctor, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)
            found.append(done.stdout)
            return "api.openai.com (" in done.stdout

        wait_until(is_told, SECONDS)

    assert "failed, as its certificate can't be verified" in found[-1]
    assert "set upstream_ca to the file of its CA" in found[-1]
    assert "s3cret" not in found[-1]
