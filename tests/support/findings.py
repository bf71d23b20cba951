"""Findings of `farebox doctor`, as tests compare them."""

from collections.abc import Iterable

from farebox.doctor.finding import Finding


def levels(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Return each finding's level and message."""
    return [(finding.level, finding.message) for finding in findings]


def only(findings: Iterable[Finding]) -> Finding:
    """Return the one finding."""
    [finding] = findings
    return finding
