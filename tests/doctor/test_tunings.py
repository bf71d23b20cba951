"""A release of mitmproxy that farebox doesn't know is told, before it is missed."""

from farebox.config.settings import load
from farebox.doctor.finding import OK, WARNING
from farebox.doctor.tunings import check


def test_a_release_that_is_not_known_is_a_warning() -> None:
    [finding] = check(load({}, environment={}), "12.9.0")

    assert finding.level == WARNING
    assert "mitmproxy 12.9.0 is not known" in finding.message
    assert "mitmproxy 12.3.1" in (finding.fix or "")


def test_without_tunings_any_release_is_fine() -> None:
    [finding] = check(load({"tunings_off": ["all"]}, environment={}), "12.9.0")

    assert finding.level == OK


def test_the_installed_release_is_the_default() -> None:
    assert len(list(check(load({}, environment={})))) == 1
