"""A rule of the setting `purposes`: what a request must be like to have a purpose."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from .shape import Shape

# The purposes that farebox gives by itself; rules may give others.
PURPOSES = (
    *("chat", "title", "summary", "memory", "activity_label", "classification", "moderation", "embedding", "rerank"),
    *("ocr", "image", "video", "speech", "token_count", "batch", "models_list", "subagent", "retry"),
)
# Those that follow from other calls.
_DERIVED = frozenset({"retry"})
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,31}")
# Shorter beginnings match what users write.
LEAST_TEXT = 8
_TEXT_LIMIT = 20_000


class PurposeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Calls that have everything that is given here have `purpose`.

    `operation` is the ledger's; `messages` is the number of messages without system prompts; `tools` are the names of
    all tools; `schema` is the name of the answer's schema. `system` and `user` are how the system prompt and the user's
    last message begin, `begins` how one of the two begins; `ends` is how the user's last message ends. `headers` are
    request headers with their values.
    """

    purpose: str
    operation: str | None = None
    stream: bool | None = None
    messages: int | None = None
    tools: tuple[str, ...] | None = None
    schema: str | None = None
    system: str | None = None
    user: str | None = None
    begins: str | None = None
    ends: str | None = None
    headers: dict[str, str] | None = None

    @property
    def has_prompt(self) -> bool:
        """Tell whether it is about the prompt, not only about the structure."""
        return not (self.system is None and self.user is None and self.begins is None and self.ends is None)

    def matches(self, operation: str, shape: Shape, headers: Mapping[str, str]) -> bool:
        """Tell whether a request of `operation` has everything that the rule asks for."""
        return (
            self.matches_structure(operation, shape)
            and (self.headers is None or self.headers.items() <= headers.items())
            and self._matches_prompt(shape)
        )

    def matches_structure(self, operation: str, shape: Shape) -> bool:
        """Tell whether a request of `operation` matches, but for its headers and its prompt."""
        return (
            self.operation in {None, operation}
            and (self.stream is None or self.stream is bool(shape.stream))
            and self.messages in {None, shape.messages}
            and (self.tools is None or shape.tools == frozenset(self.tools))
            and self.schema in {None, shape.schema}
        )

    def _matches_prompt(self, shape: Shape) -> bool:
        return (
            (self.system is None or shape.system.startswith(self.system))
            and (self.user is None or shape.user.startswith(self.user))
            and (self.begins is None or shape.system.startswith(self.begins) or shape.user.startswith(self.begins))
            and (self.ends is None or shape.user.endswith(self.ends))
        )


def problems(rules: Iterable[PurposeRule]) -> Iterator[str]:
    """Yield what is wrong with `rules`, each with its key and the fix."""
    for number, rule in enumerate(rules):
        yield from (f"purposes[{number}]{problem}" for problem in _in_rule(rule))


def _in_rule(rule: PurposeRule) -> Iterator[str]:
    if not _PURPOSE.fullmatch(rule.purpose) or rule.purpose in _DERIVED:
        yield f".purpose: {rule.purpose!r} is not a purpose: write a word such as title, in small letters"
    if rule == PurposeRule(rule.purpose):
        yield ": matches every call: add begins, system, user, ends, tools, schema, headers or operation"
    for key in ("system", "user", "begins", "ends"):
        text = getattr(rule, key)
        if text is not None and not LEAST_TEXT <= len(text) <= _TEXT_LIMIT:
            yield f".{key}: a text has {LEAST_TEXT} to {_TEXT_LIMIT:,} characters: shorter ones match what users write"
    for name in rule.headers or ():
        if name != name.lower():
            yield f".headers.{name}: write the header's name in small letters"
