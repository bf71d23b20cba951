"""Files that are no modules: in a wheel or in a checkout."""

from pathlib import Path

import pytest
from farebox import assets


def test_a_checkout_has_its_migrations_beside_the_addons() -> None:
    folder = assets.migrations()

    assert folder.parent == Path(__file__).resolve().parent.parent
    assert (folder / "env.py").is_file()
    assert list((folder / "versions").glob("*.py"))


def test_a_wheel_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "farebox" / "_assets" / "migrations"
    shipped.mkdir(parents=True)
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "farebox")

    assert assets.migrations() == shipped
