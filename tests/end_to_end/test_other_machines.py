"""Another machine, and a proxy on every address: it starts only with clients or a password, and gives nothing away."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.namespaces import CLIENT, GATEWAY, SECONDS, Namespaces, missing, namespaces
from tests.support.sidecar import Sidecar, clean_environment
from tests.support.upstream import Asked, Step, Upstream, plain

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing("curl")), reason=missing("curl") or "")]

REDIRECTED = b"HTTP/1.1 302 Found\r\nlocation: http://%s/secret\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
METADATA = b"169.254.169.254"


def answer(asked: Asked) -> list[Step]:
    return [REDIRECTED % METADATA] if asked.target == "/redirect" else plain(b'{"inside": true}')


@pytest.fixture(scope="module")
def network() -> Iterator[Namespaces]:
    with namespaces() as both:
        yield both


@pytest.fixture(scope="module")
def inside(network: Namespaces) -> Iterator[Upstream]:
    """A service of the proxy's machine, for itself alone."""
    with Upstream(answer) as running:
        yield running


@pytest.fixture(scope="module")
def sidecar(inside: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """A proxy on every address, for clients with a password."""
    folder = tmp_path_factory.mktemp("other-machines")
    (folder / "password").write_text("secret\n")
    settings = {
        "FAREBOX_HOST": "0.0.0.0",
        "FAREBOX_CLIENTS": f"{CLIENT}/32",
        "FAREBOX_AUTH_USER": "shop",
        "FAREBOX_AUTH_PASSWORD_FILE": str(folder / "password"),
        # By this name alone.
        "FAREBOX_UPSTREAMS_ALLOW": f"localhost:{inside.plain_port}",
    }
    with Sidecar(folder / "home", environment=settings) as running:
        yield running


def curl(network: Namespaces, *arguments: str) -> str:
    done = network.in_client("curl", "--silent", "--max-time", "20", "--write-out", "\n%{http_code}", *arguments)
    return done.stdout


def through(network: Namespaces, sidecar: Sidecar, url: str, *more: str, user: str = "shop:secret") -> str:
    proxy = ("--proxy", f"http://{GATEWAY}:{sidecar.port}", "--proxy-user", user)
    return curl(network, *proxy, *more, url)


def code(output: str) -> str:
    return output.rpartition("\n")[2]


def test_without_clients_or_a_password_it_does_not_start(network: Namespaces, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "farebox", "up", "--host", "0.0.0.0", "--port", "0", "--metrics-port", "0"],
        env={**clean_environment(), "FAREBOX_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert "farebox: host: 0.0.0.0 lets any machine that reaches it use the proxy: add to farebox.yaml" in done.stderr


def test_its_addresses_for_others_are_printed(sidecar: Sidecar) -> None:
    assert f"others      http://{GATEWAY}:{sidecar.port}" in sidecar.banner


@pytest.mark.parametrize("user", ["shop:wrong", "other:secret", "shop:"])
def test_a_wrong_password_gets_a_407(network: Namespaces, sidecar: Sidecar, user: str) -> None:
    assert code(through(network, sidecar, "https://api.openai.com/v1/models", "--proxytunnel", user=user)) == "000"
    assert code(through(network, sidecar, "http://api.openai.com/v1/models", user=user)) == "407"


def test_the_inside_is_refused_by_name_number_and_redirect(
    network: Namespaces, sidecar: Sidecar, inside: Upstream
) -> None:
    port = inside.plain_port
    hosts = (f"127.0.0.1:{port}", "localhost:22", f"2130706433:{port}", f"[::1]:{port}")
    metadata = ("169.254.169.254", "2852039166", "[::ffff:169.254.169.254]", "100.100.100.200", "168.63.129.16")

    answers = [through(network, sidecar, f"http://{host}/secret") for host in (*hosts, *metadata)]
    redirect = through(network, sidecar, f"http://localhost:{port}/redirect", "--location")
    reached = through(network, sidecar, f"http://localhost:{port}/")

    assert [code(answer) for answer in answers] == ["502"] * len(answers)
    assert all("is on the inside of this network" in answer for answer in answers)
    assert (code(redirect), code(reached)) == ("502", "200")
    assert [asked.target for asked in inside.asked] == ["/redirect", "/"]
    assert sidecar.rows() == []


def test_the_metrics_are_not_reached(network: Namespaces, sidecar: Sidecar) -> None:
    port = sidecar.metrics_url.rpartition(":")[2].partition("/")[0]

    assert code(curl(network, f"http://{GATEWAY}:{port}/metrics")) == "000"
    assert code(through(network, sidecar, f"http://127.0.0.1:{port}/metrics")) == "502"


def test_a_base_url_needs_the_password_too(network: Namespaces, sidecar: Sidecar) -> None:
    url = f"http://{GATEWAY}:{sidecar.port}/nothing/v1/models"
    stated = f"Proxy-Authorization: Basic {base64.b64encode(b'shop:secret').decode()}"

    assert code(curl(network, url)) == "407"
    assert code(curl(network, "--header", stated, url)) == "404"
