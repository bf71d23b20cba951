"""`farebox ca`: what is shown of the CA, and what a rotation leaves."""

import json
from pathlib import Path

import pytest
from farebox.ca.folder import prepare, read
from farebox.ca.names import Names

from tests.support.commands import farebox


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    prepare(folder / "mitmproxy", Names(("api.openai.com",)), "ada")
    return folder


class Run:
    def __init__(self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        self._parts = (capfd, monkeypatch)
        self._home = home

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        return farebox(*self._parts, "ca", *arguments, home=self._home)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Run:
    return Run(capfd, monkeypatch, home)


def test_show_prints_the_name_the_end_and_the_hosts(run: Run, home: Path) -> None:
    code, out, _ = run("show")

    assert code == 0
    assert "CN=farebox on ada,O=farebox" in out
    assert "\ndomains       api.openai.com\n" in out
    assert f"\nexpires       {read(home / 'mitmproxy').root.not_valid_after_utc:%Y-%m-%d}\n" in out
    assert "PRIVATE" not in out


def test_show_as_json(run: Run, home: Path) -> None:
    facts = json.loads(run("show", "--format", "json")[1])

    assert facts["domains"] == ["api.openai.com"]
    assert (facts["key"], facts["old CA until"], facts["folder"]) == ("EC secp256r1", None, str(home / "mitmproxy"))


def test_without_a_ca_show_says_what_creates_one(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, _, errors = farebox(capfd, monkeypatch, "ca", "show", home=tmp_path)

    assert (code, errors) == (1, f"farebox: no CA in {tmp_path}/mitmproxy yet: `farebox up` creates it\n")


def test_rotate_gives_clients_both_certificates(run: Run, home: Path) -> None:
    old = (home / "mitmproxy" / "mitmproxy-ca-cert.pem").read_bytes()

    code, out, _ = run("rotate")

    new = (home / "mitmproxy" / "mitmproxy-ca-cert.pem").read_bytes()
    assert code == 0
    assert new != old
    assert (home / "mitmproxy-ca-cert.pem").read_bytes() == new + old
    assert "restart farebox: a sidecar that runs still uses the old key\n" in out
    assert json.loads(run("show", "--format", "json")[1])["old CA until"] in out


def test_rotate_without_a_grace_drops_the_old_one(run: Run, home: Path) -> None:
    _, out, _ = run("rotate", "--grace", "0")

    assert (home / "mitmproxy-ca-cert.pem").read_bytes().count(b"BEGIN") == 1
    assert "they don't accept the new CA" in out
