"""Prompts that librechat.yaml replaces become rules with a short part of them."""

import pytest
from farebox.librechat.own_prompts import findings, missing_rules, own_prompts
from farebox.purpose.rule import PurposeRule

from tests.support.librechat import described, places

LONG = "Name this talk. " * 20
CONFIG = """\
endpoints:
  all:
    titlePrompt: "Benenne das Gespraech.\\n\\n{convo}"
  agents:
    activityPrompt: Tell briefly, in past tense, what was done.
  custom:
    - name: Mistral
      titlePrompt: "{convo}\\n\\nName the talk above."
summarization:
  prompt: Sum up our whole conversation.
  updatePrompt: Bring the summary up to date.
memory:
  agent:
    instructions: Remember only what concerns our work.
"""


def rules(config: str) -> list[PurposeRule]:
    return [one.rule for one in missing_rules(described(config, ""))]


def test_each_prompt_becomes_a_rule_with_its_key_as_comment() -> None:
    found = missing_rules(described(CONFIG, ""))

    assert [one.rule for one in found] == [
        PurposeRule("title", stream=False, messages=1, user="Benenne das Gespraech.\n\n"),
        PurposeRule("title", stream=False, messages=1, ends="\n\nName the talk above."),
        PurposeRule("summary", user="Sum up our whole conversation."),
        PurposeRule("summary", user="Bring the summary up to date."),
        PurposeRule("activity_label", stream=False, begins="Tell briefly, in past tense, what was done."),
        PurposeRule("memory", stream=False, begins="Remember only what concerns our work."),
    ]
    assert [one.comment for one in found][:2] == [
        "endpoints.all.titlePrompt of librechat.yaml",
        "endpoints.custom.Mistral.titlePrompt of librechat.yaml",
    ]


@pytest.mark.parametrize(
    ("prompt", "given"),
    [
        (LONG, (LONG[:64], None)),
        (f"{LONG}{{convo}}", (LONG[:64], None)),
        ("As {{title}}: {convo}", ("As {title}: ", None)),
        ("{{{input}}} {output}, in English", (None, ", in English")),
        ("Title: {convo}", None),
    ],
    ids=["no placeholder", "long", "escaped braces", "braces around a placeholder", "too short"],
)
def test_a_title_s_rule_has_the_text_around_placeholders(
    prompt: str, given: tuple[str | None, str | None] | None
) -> None:
    found = rules(f"endpoints:\n  all:\n    titlePrompt: '{prompt}'\n")

    assert [(rule.user, rule.ends) for rule in found] == ([given] if given else [])


def test_prompts_that_no_rule_knows_are_named_with_their_line() -> None:
    found = list(findings(described(CONFIG, "")))

    assert places(found) == [
        "warning librechat.yaml:3: endpoints.all.titlePrompt",
        "warning librechat.yaml:8: endpoints.custom.Mistral.titlePrompt",
        "warning librechat.yaml:10: summarization.prompt",
        "warning librechat.yaml:11: summarization.updatePrompt",
        "warning librechat.yaml:5: endpoints.agents.activityPrompt",
    ]
    assert "--write-rules" in found[0].write
    assert "Benenne" not in str(found)


def test_a_prompt_without_a_usable_part_says_so() -> None:
    [finding] = findings(described("endpoints:\n  all:\n    titlePrompt: 'Title: {convo}'\n", ""))

    assert finding.write == "a prompt that begins or ends with 8 characters outside placeholders"


@pytest.mark.parametrize("prompt", ["Provide a concise, 5-word-or-less title for the conversation: {convo}"])
def test_a_prompt_that_farebox_knows_needs_no_rule(prompt: str) -> None:
    one = described(f"endpoints:\n  all:\n    titlePrompt: '{prompt}'\n", "")

    assert (list(findings(one)), missing_rules(one)) == ([], [])


def test_one_prompt_of_several_endpoints_is_one_rule() -> None:
    listed = "".join(f"    - name: {name}\n      titlePrompt: 'Name it, please: {{convo}}'\n" for name in "ab")

    assert len(rules(f"endpoints:\n  custom:\n{listed}")) == 1
    assert own_prompts(None) == []
