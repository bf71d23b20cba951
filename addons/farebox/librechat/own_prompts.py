"""Prompts of LibreChat that librechat.yaml replaces, and the rules by which farebox then knows their calls."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..config.added_rules import AddedRule
from ..purpose.builtin_rules import RULES
from ..purpose.rule import LEAST_TEXT, PurposeRule
from ..purpose.shape import Shape
from .deployment import Deployment
from .finding import Finding, Place, warning
from .located import Located

# As much of a prompt as a rule keeps: enough that nobody's message begins with it by chance.
_MARK = 64
_MEMORY_TOOLS = frozenset({"set_memory", "delete_memory"})
# A placeholder of LangChain's templates, such as {convo}; doubled braces are braces.
_PLACEHOLDER = re.compile(r"(?<!\{)(?:\{\{)*\{([^{}]+)\}")
_COMMAND = "a rule below `purposes` in farebox.yaml: `farebox librechat check --write-rules` writes it"


@dataclass(frozen=True, slots=True)
class OwnPrompt:
    """A prompt, where it stands, and the rule for its calls; None if nothing in the prompt is long enough for one.

    `call` is how a call with this prompt looks.
    """

    place: Place
    purpose: str
    rule: PurposeRule | None
    call: Shape

    def is_known(self, rules: Iterable[PurposeRule]) -> bool:
        """Return whether one of `rules` matches its calls."""
        return any(rule.matches("chat", self.call, {}) for rule in rules)


def own_prompts(config: Located | None) -> list[OwnPrompt]:
    """Return the prompts of `config`, librechat.yaml, each once."""
    found = {(one.purpose, one.call): one for one in _all(config)} if config else {}
    return list(found.values())


def missing_rules(deployment: Deployment) -> list[AddedRule]:
    """Return the rules that farebox's settings lack for the prompts of librechat.yaml, each with its key."""
    # Calls of the memory agent are known by their tools too; a rule for its instructions holds if these change.
    known = (*deployment.farebox.purposes, *(rule for rule in RULES if rule.has_prompt))
    prompts = [one for one in own_prompts(deployment.config) if not one.is_known(known)]
    found = {one.rule: f"{one.place.key} of {one.place.file}" for one in reversed(prompts) if one.rule}
    return [AddedRule(rule, comment) for rule, comment in reversed(found.items())]


def findings(deployment: Deployment) -> Iterator[Finding]:
    """Yield prompts whose calls farebox would take for chats."""
    for one in own_prompts(deployment.config):
        if one.is_known((*deployment.farebox.purposes, *RULES)):
            continue
        yield warning(
            one.place,
            f"no rule of `purposes` knows this prompt: its calls are recorded as chat instead of {one.purpose}",
            _COMMAND if one.rule else f"a prompt that begins or ends with {LEAST_TEXT} characters outside placeholders",
        )


def _all(config: Located) -> Iterator[OwnPrompt]:
    for place, text in _texts(config, "titlePrompt"):
        yield _title(place, text)
    for key in ("prompt", "updatePrompt"):
        yield from _of(config, _summary, "summarization", key)
    for key in ("activityPrompt", "activityPhasePrompt"):
        for place, text in _texts(config, key):
            yield _activity(place, text)
    yield from _of(config, _memory, "memory", "agent", "instructions")


def _of(config: Located, kind: Callable[[Place, str], OwnPrompt], *path: str) -> Iterator[OwnPrompt]:
    found = config.get(*path)
    if found is not None and found.text:
        yield kind(Place(found.file, found.line, ".".join(path)), found.text)


def _texts(value: Located, key: str, path: str = "") -> Iterator[tuple[Place, str]]:
    """Yield the texts of `key` wherever it stands: below endpoints.all, each endpoint, or at the top."""
    for number, one in enumerate(value.entries()):
        named = one.get("name")
        yield from _texts(one, key, f"{path}.{(named.text if named else None) or number}")
    for name, one in value.items():
        inner = f"{path}.{name}".lstrip(".")
        if name == key and one.text:
            yield Place(one.file, one.line, inner), one.text
        elif isinstance(one.value, dict | list):
            yield from _texts(one, key, inner)


def _title(place: Place, text: str) -> OwnPrompt:
    """Titles are LangChain templates: what comes before the first placeholder, or else after the last one."""
    cuts = [found.span(1) for found in _PLACEHOLDER.finditer(text)]
    head = _unescaped(text[: cuts[0][0] - 1] if cuts else text)
    tail = _unescaped(text[cuts[-1][1] + 1 :] if cuts else "")
    rule = None
    if len(head) >= LEAST_TEXT:
        rule = PurposeRule("title", stream=False, messages=1, user=head[:_MARK])
    elif len(tail) >= LEAST_TEXT:
        rule = PurposeRule("title", stream=False, messages=1, ends=tail[-_MARK:])
    return OwnPrompt(place, "title", rule, Shape(False, 1, frozenset(), user=f"{head}conversation{tail}"))  # noqa: FBT003


def _summary(place: Place, text: str) -> OwnPrompt:
    """The last message of the conversation; a summary streams as a chat does."""
    rule = PurposeRule("summary", user=text[:_MARK]) if len(text) >= LEAST_TEXT else None
    return OwnPrompt(place, "summary", rule, Shape(True, 3, frozenset(), user=text))  # noqa: FBT003


def _activity(place: Place, text: str) -> OwnPrompt:
    """The system prompt; on Bedrock, it can be in the user's message."""
    rule = PurposeRule("activity_label", stream=False, begins=text[:_MARK]) if len(text) >= LEAST_TEXT else None
    return OwnPrompt(place, "activity_label", rule, Shape(False, 1, frozenset(), system=text))  # noqa: FBT003


def _memory(place: Place, text: str) -> OwnPrompt:
    """The system prompt; on Bedrock, LibreChat puts it into the user's message."""
    rule = PurposeRule("memory", stream=False, begins=text[:_MARK]) if len(text) >= LEAST_TEXT else None
    return OwnPrompt(place, "memory", rule, Shape(False, 1, _MEMORY_TOOLS, system=text))  # noqa: FBT003


def _unescaped(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")
