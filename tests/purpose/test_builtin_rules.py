"""The known purposes are those that the documentation lists, and each known rule gives one of them."""

import re

from farebox.dialects import DIALECTS
from farebox.purpose.builtin_rules import CHAT, OF_OPERATION, RULES
from farebox.purpose.rule import PURPOSES, problems

from tests.support.paths import ROOT


def test_every_known_purpose_is_documented() -> None:
    page = (ROOT / "docs" / "attribution.md").read_text()
    _, _, section = page.partition("## Purposes")

    assert re.findall(r"^\| `(\w+)` \|", section.partition("\n### ")[0], re.MULTILINE) == list(PURPOSES)


def test_every_rule_gives_a_known_purpose() -> None:
    assert {rule.purpose for rule in RULES} | set(OF_OPERATION.values()) | {CHAT} <= set(PURPOSES)
    assert list(problems(RULES)) == []


def test_every_operation_is_one_of_a_dialect() -> None:
    assert OF_OPERATION.keys() <= {dialect.operation for dialect in DIALECTS}
