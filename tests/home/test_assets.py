"""Files that are no modules: in a wheel or in a checkout."""

from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.home import assets

from tests.support.paths import ROOT

ASSETS = [
    (assets.migrations, ROOT / "migrations", "migrations"),
    (assets.demo_redirect, ROOT / "addons" / "demo" / "redirect.py", "demo/redirect.py"),
]


@pytest.mark.parametrize(("find", "path", "shipped"), ASSETS)
def test_a_checkout_has_them_in_its_folders(find: Callable[[], Path], path: Path, shipped: str) -> None:
    assert path.exists()
    assert find() == path


@pytest.mark.parametrize(("find", "path", "shipped"), ASSETS)
def test_a_wheel_has_them_inside(
    find: Callable[[], Path], path: Path, shipped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "farebox" / "_assets" / shipped
    inside.mkdir(parents=True)
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "farebox")

    assert find() == inside
