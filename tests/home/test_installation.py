"""The command that adds an extra fits the way in which farebox was installed, and where it was installed from."""

from pathlib import Path

import pytest
from farebox.home.installation import extra_command, installed_from

UV = "home = /usr/bin\nuv = 0.9.1\n"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"uv-receipt.toml": ""}, "uv tool install --force '/home/ann/farebox[parquet]'"),
        ({"pipx_metadata.json": "{}"}, "pipx install --force '/home/ann/farebox[parquet]'"),
        ({"pyvenv.cfg": UV}, "uv pip install --python PREFIX '/home/ann/farebox[parquet]'"),
        (
            {"pyvenv.cfg": UV, "../.tools/uv/bin/uv": ""},
            "CLONE/.tools/uv/bin/uv pip install --python PREFIX '/home/ann/farebox[parquet]'",
        ),
        ({"pyvenv.cfg": "home = /usr/bin\n", "bin/pip": ""}, "PREFIX/bin/pip install '/home/ann/farebox[parquet]'"),
        ({"other": ""}, "pip install '/home/ann/farebox[parquet]'"),
    ],
)
def test_an_extra_is_added_as_farebox_was_installed(files: dict[str, str], command: str, tmp_path: Path) -> None:
    prefix = tmp_path / "env"
    prefix.mkdir()
    for name, content in files.items():
        (prefix / name).parent.resolve().mkdir(parents=True, exist_ok=True)
        (prefix / name).write_text(content, encoding="utf-8")

    said = extra_command("parquet", prefix, "/home/ann/farebox")

    assert said.replace(str(prefix), "PREFIX").replace(str(tmp_path), "CLONE") == command


@pytest.mark.parametrize(
    ("direct_url", "source"),
    [
        ('{"url": "file:///home/ann/my%20clone", "dir_info": {}}', "/home/ann/my clone"),
        ('{"url": "https://example.com/farebox.whl", "archive_info": {}}', "farebox"),
        (None, "farebox"),
    ],
)
def test_farebox_is_named_as_it_was_installed(direct_url: str | None, source: str) -> None:
    assert installed_from(direct_url) == source
