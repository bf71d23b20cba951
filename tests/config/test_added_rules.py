"""Rules are added to the text of farebox.yaml, and every line of the user's stays."""

import pytest
import yaml
from farebox.config.added_rules import AddedRule, rule_lines, with_rules
from farebox.purpose.rule import PurposeRule

RULES = [
    AddedRule(PurposeRule("title", stream=False, messages=1, user='Name "it"\n\n'), "titlePrompt of librechat.yaml"),
    AddedRule(PurposeRule("summary", user="Fasse zusammen: ä"), "summarization.prompt of librechat.yaml"),
]
LINES = """\
  # titlePrompt of librechat.yaml
  - purpose: title
    stream: false
    messages: 1
    user: "Name \\"it\\"\\n\\n"
  # summarization.prompt of librechat.yaml
  - purpose: summary
    user: "Fasse zusammen: ä"
"""
OWN = "purposes: # mine\n  - purpose: triage # first\n    tools: [a,\n      b]\n"
BLOCK = "purposes:\n- purpose: triage\n  begins: |\n    some text\n    more\n"


def flush(text: str) -> str:
    return "".join(line[2:] for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", f"purposes:\n{LINES}"),
        ("# nothing yet\n", f"# nothing yet\npurposes:\n{LINES}"),
        ("port: 8080 # mine", f"port: 8080 # mine\npurposes:\n{LINES}"),
        ("purposes: # none\n\nport: 1\n", f"purposes: # none\n{LINES}\nport: 1\n"),
        (f"{OWN}# the port\nport: 1\n", f"{OWN}{LINES}# the port\nport: 1\n"),
        (f"{BLOCK}port: 1\n", f"{BLOCK}{flush(LINES)}port: 1\n"),
        ("port: 1\r\n", f"port: 1\npurposes:\n{LINES}".replace("\n", "\r\n")),
    ],
    ids=["empty", "comments", "no line end", "empty list", "own rules", "block text", "CRLF"],
)
def test_rules_are_added_behind_the_user_s(text: str, wanted: str) -> None:
    assert with_rules(text, RULES) == wanted


@pytest.mark.parametrize(
    "text",
    ["purposes: []\n", "purposes: [{purpose: a, tools: [b]}]\nport: 1\n", "{port: 1}\n", "- a\n", "port: 1\n...\n"],
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(text: str) -> None:
    assert with_rules(text, RULES) is None


def test_a_file_that_is_not_yaml_is_an_error() -> None:
    with pytest.raises(yaml.YAMLError):
        with_rules("a: [", RULES)


def test_lines_to_paste_read_as_the_rules() -> None:
    content = yaml.safe_load("purposes:\n" + rule_lines(RULES))

    assert content["purposes"][0] == {"purpose": "title", "stream": False, "messages": 1, "user": 'Name "it"\n\n'}
