"""What farebox runs with: pinned by hashes, and under licences that its users can accept."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.paths import ROOT

LOCKS = [ROOT / "requirements-runtime.lock", ROOT / "scripts" / "uv-requirements.txt"]
# What a licence's name contains. The LGPL is that of libraries which are imported unchanged.
ALLOWED = re.compile(r"MIT|BSD|Apache|ISC|MPL|Mozilla|PSF|LGPL|Lesser General Public", re.IGNORECASE)
# Their metadata names none; their repositories have the MIT licence.
UNNAMED = {"mitmproxy-linux", "mitmproxy-rs", "mitmproxy-macos", "mitmproxy-windows"}
EXTRAS = ("", "parquet", "notify", "otel")


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def installed() -> dict[str, Distribution]:
    """Return farebox and the packages that it runs with, as far as they are installed here."""
    found: dict[str, Distribution] = {}
    wanted = ["farebox"]
    while wanted:
        name = name_of(wanted.pop())
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        needed = map(Requirement, found[name].requires or ())
        extras = EXTRAS if name == "farebox" else ("",)
        wanted += [
            one.name for one in needed if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in extras)
        ]
    return found


def licences(package: Distribution) -> Iterator[str]:
    data = package.metadata
    yield from filter(None, (data.get("License-Expression"), data.get("License")))
    yield from (line for line in data.get_all("Classifier") or () if line.startswith("License"))


def test_every_licence_is_an_allowed_one() -> None:
    packages = installed()
    refused = [name for name, one in packages.items() if not any(map(ALLOWED.search, licences(one)))]

    assert len(packages) > 50
    assert set(refused) <= UNNAMED


def test_no_test_tool_runs_with_farebox() -> None:
    assert installed().keys().isdisjoint({"libfaketime", "pytest", "hypothesis"})


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_a_hash_for_each_version_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    pinned = re.split(r"\n(?=\S)", text.strip())

    assert pinned
    assert all(re.match(r"[\w.-]+==\S+ ?.*\\\n", one) and "--hash=sha256:" in one for one in pinned)
    assert "://" not in text


def test_the_run_time_lock_has_the_versions_of_the_tests() -> None:
    tested = set(re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    pinned = set(re.findall(r"^[\w.-]+==[^\s;]+", LOCKS[0].read_text(), re.MULTILINE))

    assert pinned <= tested


def test_uv_is_installed_by_its_hash() -> None:
    script = (ROOT / "scripts" / "install-uv.sh").read_text()

    assert script.count('"${pinned[@]}"') == 2
    assert "pinned=(--require-hashes --requirement " in script


def test_the_bill_of_materials_is_made_from_the_run_time_lock_by_a_pinned_tool_and_names_no_index() -> None:
    [recipe] = re.findall(r"^sbom: wheel .*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert re.search(r"--from cyclonedx-bom==\d+\.\d+\.\d+ ", recipe)
    assert '-i "" ' in recipe
    assert recipe.rstrip().endswith("dist/farebox.cdx.json requirements-runtime.lock")
