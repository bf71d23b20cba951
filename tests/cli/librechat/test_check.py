"""`farebox librechat check` prints findings with their lines, the headers, and exits with 1 if calls are missed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import Done, farebox
from tests.support.librechat import COMPOSE, ENV, OVERRIDE


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    (tmp_path / "home").mkdir()
    return lambda *arguments: farebox(capfd, monkeypatch, "librechat", "check", *arguments, home=tmp_path / "home")


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (
            folder / {"env": ".env", "compose": "docker-compose.yml", "override": "docker-compose.override.yml"}[name]
        ).write_text(text)


def test_a_librechat_whose_calls_arrive_exits_with_0(run: Callable[..., Done], tmp_path: Path) -> None:
    write(tmp_path, env=ENV, compose=COMPOSE, override=OVERRIDE)

    done = run()

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("✓ no call of these endpoints would be missed\n")
    assert "\nheaders:\n  X-LC-User-Id: '{{LIBRECHAT_USER_ID}}'\n" in done.out


def test_variables_that_node_reads_at_its_start_are_of_no_use_in_the_env_file(
    run: Callable[..., Done], tmp_path: Path
) -> None:
    write(tmp_path, env=ENV + "NODE_EXTRA_CA_CERTS=/ca.pem\nNODE_USE_ENV_PROXY=1\n", compose=COMPOSE)

    done = run(".env", "docker-compose.yml")

    assert done.code == 1
    assert "✗ .env:5: NODE_EXTRA_CA_CERTS: Node reads it only when it starts" in done.out
    assert "    write: below services.api.environment of the Compose file: NODE_USE_ENV_PROXY=1\n" in done.out
    assert "2 problems, 0 warnings.\n" in done.out


def test_the_same_variables_by_env_file_are_there_at_the_start(run: Callable[..., Done], tmp_path: Path) -> None:
    env = ENV + "NODE_EXTRA_CA_CERTS=/farebox/ca.pem\nNODE_USE_ENV_PROXY=1\n"
    by_env_file = COMPOSE.replace("    environment:", "    env_file: .env\n    environment:")
    write(tmp_path, env=env, compose=by_env_file + "      - ./ca.pem:/farebox/ca.pem:ro\n")

    assert run().code == 0


def test_the_port_of_farebox_is_that_of_the_settings(run: Callable[..., Done], tmp_path: Path) -> None:
    write(tmp_path, env=ENV, compose=COMPOSE, override=OVERRIDE)

    done = run("--port", "9999", "--release", "v0.8.8-rc4", "--node", "24.21")

    assert done.code == 1
    assert "HTTPS_PROXY: leads to port 8080, where no farebox runs, and its settings name 9999\n" in done.out


@pytest.mark.parametrize("option", ["--release", "--node"])
def test_a_version_that_is_none_is_an_error(run: Callable[..., Done], tmp_path: Path, option: str) -> None:
    write(tmp_path, env=ENV)

    done = run(option, "latest")

    assert done == Done(1, "", f"farebox: {option[2:]}: 'latest' is not a version: write it as 0.8.7 or 24.16.0\n")


def test_without_compose_files_the_terminal_s_environment_is_that_of_librechat(
    run: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, env="OPENAI_API_KEY=sk-made-up\nMONGO_URI=mongodb://127.0.0.1:27017/LibreChat\n")

    assert "HTTPS_PROXY is not set" in run().out

    exported = {"HTTPS_PROXY": "http://127.0.0.1:8080", "NODE_EXTRA_CA_CERTS": "/ca.pem", "NODE_USE_ENV_PROXY": "1"}
    for name, value in exported.items():
        monkeypatch.setenv(name, value)

    assert run().out.startswith("✓ no call of these endpoints would be missed\n")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9999")
    assert "this terminal's environment: HTTPS_PROXY: leads to port 9999" in run().out


def test_in_containers_the_terminal_s_environment_is_not_that_of_librechat(
    run: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, env="OPENAI_API_KEY=sk-made-up\nMONGO_URI=mongodb://mongodb:27017/LibreChat\n")
    monkeypatch.setenv("HTTPS_PROXY", "http://farebox:8080")

    assert "HTTPS_PROXY is not set" in run().out
