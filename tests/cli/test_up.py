"""What `farebox up` prints: where it is, and what to paste."""

import shlex
from pathlib import Path

import pytest
from farebox.cli.up import banner
from farebox.config.settings import Settings
from farebox.process.ports import addresses, url
from farebox.supervisor.supervisor import Started

HOME = Path("/srv/data folder")
LEDGER = "sqlite:////srv/data folder/ledger.db"


@pytest.fixture
def printed() -> str:
    settings = Settings(home=str(HOME), ledger=LEDGER)
    listening = ["regular at 127.0.0.1:8080", "reverse:https://api.deepseek.com@8101 at 127.0.0.1:8101"]
    return banner(settings, Started(listening, "http://127.0.0.1:9464"))


def told(printed: str) -> dict[str, str]:
    """Return the banner's table."""
    table, _, _ = printed.partition("\n\n")
    return dict(line.split(maxsplit=1) for line in table.splitlines()[1:])


def test_the_banner_says_where_everything_is(printed: str) -> None:
    assert told(printed) == {
        "proxy": "http://127.0.0.1:8080",
        "also": "reverse:https://api.deepseek.com@8101 at 127.0.0.1:8101",
        "metrics": "http://127.0.0.1:9464/metrics",
        "ledger": LEDGER,
        "spool": str(HOME / "spool"),
        "CA": shlex.quote(str(HOME / "mitmproxy-ca-cert.pem")),
    }


def test_the_banner_says_how_to_read_the_ledger(printed: str) -> None:
    assert shlex.split(printed.splitlines()[-1]) == ["farebox", "report", "--ledger", LEDGER]


def test_the_banner_keeps_the_ledgers_password() -> None:
    settings = Settings(home=str(HOME), ledger="postgresql://farebox:canary@db/farebox")

    printed = banner(settings, Started(["regular at 127.0.0.1:8080"], "http://127.0.0.1:9464"))

    assert told(printed)["ledger"] == "postgresql://farebox:***@db/farebox"
    assert "canary" not in printed


def test_the_banners_export_lines_send_a_client_through_the_proxy_and_trust_it(printed: str) -> None:
    words = [shlex.split(line) for line in printed.splitlines() if line.startswith("  export ")]

    assert dict(word.split("=", 1) for line in words for word in line[1:]) == {
        "HTTPS_PROXY": "http://127.0.0.1:8080",
        "HTTP_PROXY": "http://127.0.0.1:8080",
        "http_proxy": "http://127.0.0.1:8080",
        "NO_PROXY": "localhost,127.0.0.1",
        "SSL_CERT_FILE": str(HOME / "ca-bundle.pem"),
        "REQUESTS_CA_BUNDLE": str(HOME / "ca-bundle.pem"),
        "CURL_CA_BUNDLE": str(HOME / "ca-bundle.pem"),
        "NODE_EXTRA_CA_CERTS": str(HOME / "mitmproxy-ca-cert.pem"),
        "NODE_USE_ENV_PROXY": "1",
    }


@pytest.mark.parametrize(
    ("started_as", "command"),
    [("/opt/the venv/bin/farebox", "/opt/the venv/bin/farebox"), ("/opt/farebox/__main__.py", "farebox")],
    ids=["by its path", "as a module"],
)
def test_the_banner_names_the_command_that_runs(started_as: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [started_as, "up"])

    printed = banner(Settings(home=str(HOME), ledger=LEDGER), Started(["regular at 127.0.0.1:8080"], "http://x"))

    assert shlex.split(printed.splitlines()[-1])[0] == command


def test_who_listens_on_every_address_is_reached_on_this_machine() -> None:
    assert Started(["regular at 0.0.0.0:8080"], "http://x").proxy == "http://127.0.0.1:8080"


@pytest.mark.parametrize(("host", "others"), [("127.0.0.1", None), ("192.168.1.7", "http://192.168.1.7:8080")])
def test_the_banner_says_where_other_machines_reach_the_proxy(host: str, others: str | None) -> None:
    settings = Settings(home=str(HOME), ledger=LEDGER, host=host)

    printed = banner(settings, Started([f"regular at {host}:8080"], "http://127.0.0.1:9464"))

    assert told(printed).get("others") == others


def test_a_listener_on_every_address_is_reached_by_each_of_this_machine() -> None:
    settings = Settings(home=str(HOME), ledger=LEDGER, host="0.0.0.0")

    others = told(banner(settings, Started(["regular at 0.0.0.0:8080"], "http://127.0.0.1:9464")))["others"]

    assert others == "this machine has no other address" or set(others.split(", ")) == {
        url(address, 8080) for address in addresses()
    }
