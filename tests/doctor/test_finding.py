"""Each level of a finding has one constructor, and only a finding that is OK has no fix."""

import pytest
from farebox.doctor.finding import OK, PROBLEM, WARNING, Finding, ok, problem, warning


@pytest.mark.parametrize(
    ("finding", "level", "fix"),
    [
        (ok("port 8080 is free"), OK, None),
        (warning("port 8080 is free", "start it"), WARNING, "start it"),
        (problem("port 8080 is free", "start it"), PROBLEM, "start it"),
    ],
    ids=[OK, WARNING, PROBLEM],
)
def test_a_finding_has_a_level_a_message_and_a_fix(finding: Finding, level: str, fix: str | None) -> None:
    assert (finding.level, finding.message, finding.fix) == (level, "port 8080 is free", fix)


def test_levels_differ() -> None:
    assert len({OK, WARNING, PROBLEM}) == 3
