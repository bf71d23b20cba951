"""LibreChat's files are recognised by their names and contents."""

import os
from pathlib import Path

import pytest
from farebox.cli.librechat.files import read
from farebox.errors import FareboxError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_files_of_the_current_folder_are_read_in_composes_order(folder: Path) -> None:
    for name in ("docker-compose.override.yml", "docker-compose.yml"):
        (folder / name).write_text("services: {api: {env_file: [.env, absent.env]}}")
    (folder / "librechat.yaml").write_text("version: 1")
    (folder / ".env").write_text("A=1")

    found = read(())

    assert [one.file for one in found.compose] == ["docker-compose.yml", "docker-compose.override.yml"]
    assert found.config is not None
    assert found.config.file == "librechat.yaml"
    assert found.dotenv is not None
    assert found.dotenv[1] == found.env_files[".env"]
    assert list(found.env_files) == [".env"]


def test_compose_file_in_env_names_the_compose_files(folder: Path) -> None:
    names = ["docker-compose.yml", "docker-compose.farebox.yml"]
    for name in (*names, "docker-compose.override.yml"):
        (folder / name).write_text("services: {api: {image: librechat}}")
    (folder / ".env").write_text(f"COMPOSE_FILE={os.pathsep.join(names)}\n")

    assert [one.file for one in read(()).compose] == names


def test_an_env_file_is_found_beside_the_compose_file_that_names_it(folder: Path) -> None:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "stack.yml").write_text("services: {api: {env_file: x.env}}")
    (folder / "deploy" / "x.env").write_text("A=1")

    found = read([folder / "deploy" / "stack.yml"])

    assert found.env_files["x.env"]["A"].value == "1"


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({}, "none of LibreChat's files in "),
        ({"a.env": "", "b.env": ""}, "more than one .env or librechat.yaml"),
        ({"a.yaml": "a: 1", "b.yaml": "b: 1"}, "more than one .env or librechat.yaml"),
        ({"folder": None}, "folder: not a file"),
        ({"a.env": b"\xff\xfe"}, "not a text file in UTF-8"),
    ],
)
def test_what_cannot_be_checked_is_an_error(folder: Path, files: dict[str, str | bytes | None], error: str) -> None:
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(FareboxError, match=error):
        read([folder / name for name in files])
