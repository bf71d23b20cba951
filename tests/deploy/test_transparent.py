"""The scripts for transparent mode, in network namespaces: LLM calls are recorded, the rest stays untouched."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support import raw_client
from tests.support.chats import answer
from tests.support.namespaces import OTHER, PROVIDER, Namespaces, missing, namespaces, run
from tests.support.paths import ROOT, SUPPORT
from tests.support.sidecar import Sidecar, redirected
from tests.support.upstream import Upstream

SCRIPTS = ROOT / "deploy" / "transparent"
LISTINGS = {
    "nft": [["nft", "list", "ruleset"]],
    "iptables": [["iptables", "-t", "nat", "-S"], ["ip6tables", "-t", "nat", "-S"]],
}
NOBODY = 65534
PORT = 8081

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing(*LISTINGS)), reason=str(missing(*LISTINGS))),
]


@pytest.fixture
def network() -> Iterator[Namespaces]:
    with namespaces() as both:
        yield both


@pytest.fixture
def provider(network: Namespaces) -> Iterator[Upstream]:
    """Serves in the gateway."""
    with Upstream(answer) as running:
        yield running


@pytest.fixture
def sidecar(provider: Upstream, tmp_path: Path) -> Iterator[Sidecar]:
    """The sidecar of the gateway, in all three modes."""
    options = (*redirected(provider, tmp_path), "--mode", f"transparent@{PORT}", "--host", "0.0.0.0")
    # The provider is on this machine, where the script sends every connection.
    meant = {"FAREBOX_OPEN": "true", "FAREBOX_UPSTREAMS_ALLOW": "127.0.0.1"}
    with Sidecar(tmp_path / "home", *options, environment=meant) as running:
        yield running


@pytest.fixture
def roots(provider: Upstream, sidecar: Sidecar, tmp_path: Path) -> str:
    """A file of the roots that a client trusts: the provider's and farebox's."""
    path = tmp_path / "roots.pem"
    path.write_bytes(provider.authority.cert_pem.bytes() + Path(sidecar.ca).read_bytes())
    return str(path)


@pytest.fixture(params=LISTINGS)
def script(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def listing(script: str) -> str:
    return "".join(run(*command).stdout for command in LISTINGS[script])


def changed(script: str, *arguments: str) -> None:
    done = run(str(SCRIPTS / f"{script}.sh"), *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def chat(address: str, host: str, roots: str) -> list[str]:
    return [sys.executable, str(SUPPORT / "programs" / "tls_chat.py"), address, host, roots]


def reach(address: str) -> list[str]:
    """Return a command that connects, for a user who can read nothing of ours."""
    return ["timeout", "5", "bash", "-c", f"exec 3<>/dev/tcp/{address}/443"]


def test_a_gateway_records_the_calls_of_its_clients_beside_the_other_ways_in(
    network: Namespaces, sidecar: Sidecar, roots: str, script: str
) -> None:
    changed(script, "gateway", "clients")

    called = network.in_client(*chat(PROVIDER, "api.openai.com", roots))
    other = network.in_client(*chat(OTHER, "www.example.org", roots))

    assert json.loads(called.stdout) == {"issuer": "farebox", "status": 200}, called.stderr
    # The provider's own certificate: nobody decrypted it.
    assert json.loads(other.stdout)["issuer"].startswith("trustme"), other.stderr
    body = b'{"model": "gpt-4o"}'
    request = b"POST /v1/chat/completions HTTP/1.1\r\nhost: api.anthropic.com\r\ncontent-length: %d\r\n\r\n" % len(body)
    raw_client.exchange(sidecar.port, Path(sidecar.ca), "api.deepseek.com", request + body)
    url = f"http://127.0.0.1:{sidecar.port}/openrouter/api/v1/chat/completions"
    assert httpx2.post(url, content=body, trust_env=False).status_code == 200
    rows = sidecar.rows(3)
    assert [row["host"] for row in rows] == ["api.openai.com", "api.deepseek.com", "openrouter.ai"]
    assert {row["input_tokens"] for row in rows} == {300}


def test_a_host_records_the_calls_of_its_other_users(
    network: Namespaces, sidecar: Sidecar, roots: str, script: str
) -> None:
    changed(script, "host", "nobody")

    called = run(*chat(PROVIDER, "api.openai.com", roots))
    other = run(*chat(OTHER, "www.example.org", roots))
    reached = [run(*reach(PROVIDER), user=user).returncode == 0 for user in (None, NOBODY)]

    assert json.loads(called.stdout) == {"issuer": "farebox", "status": 200}, called.stderr
    assert json.loads(other.stdout)["issuer"].startswith("trustme"), other.stderr
    # Nobody stands for farebox's own user, whose connections go to the real address: here, to nobody.
    assert reached == [True, False]
    assert [row["host"] for row in sidecar.rows(1)] == ["api.openai.com"]


@pytest.fixture
def others() -> Callable[[str], None]:
    """Rules that were there before."""

    def add(script: str) -> None:
        if script == "nft":
            run("nft", "add table inet other; add chain inet other c { type nat hook prerouting priority -100; }")
            run("nft", "add rule inet other c tcp dport 80 redirect to :81")
        else:
            run("iptables", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "80", "-j", "REDIRECT")

    return add


@pytest.mark.parametrize("mode", [("gateway", "clients"), ("host", "nobody")], ids=lambda mode: mode[0])
def test_undo_leaves_the_rules_as_they_were(
    network: Namespaces, others: Callable[[str], None], script: str, mode: tuple[str, str]
) -> None:
    others(script)
    before = listing(script)

    # Once more changes nothing, neither here nor there.
    for _ in range(2):
        changed(script, *mode)
    loaded = listing(script)
    for _ in range(2):
        changed(script, "undo")

    assert loaded != before
    assert loaded.count(str(PORT)) in {1, 2}
    assert listing(script) == before


@pytest.mark.parametrize(
    "arguments", [[], ["gateway"], ["host"], ["undo", "x"], ["start", "eth0"], ["host", "nobody-1"]]
)
def test_a_script_that_is_called_wrongly_changes_nothing(
    network: Namespaces, script: str, arguments: list[str]
) -> None:
    before = listing(script)

    assert run(str(SCRIPTS / f"{script}.sh"), *arguments).returncode != 0

    assert listing(script) == before
