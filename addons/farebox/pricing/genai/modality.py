"""Models whose output is not text, or not only text, although the catalogue prices it as text."""

import re

_TEXT, _AUDIO, _IMAGE, _VIDEO = (f"output{kind}_tokens" for kind in ("", "_audio", "_image", "_video"))
# All their output is of one kind, so the catalogue's output price is the price of that kind.
_OF_ONE_KIND = (
    (_IMAGE, re.compile(r"(openai|azure)/gpt-image-(1|1-mini|2|2\.5-.*)$")),
    (_AUDIO, re.compile(r".*-tts(-|$)")),
)
# They generate images or video besides text.
_MIXED = (
    (_IMAGE, re.compile(r".*(gpt-[\d.]+-image|-image-latest|gpt-image|gemini-.*-image|nano-banana)")),
    (_VIDEO, re.compile(r".*gemini-omni")),
)


def only_output(ref: str) -> str | None:
    """Return the amount that all output of the model `ref` counts as, if it is not text."""
    return next((name for name, models in _OF_ONE_KIND if models.match(ref)), None)


def mixed_output(ref: str) -> str | None:
    """Return the amount that output of the model `ref` can contain besides text; a usage without it is incomplete."""
    if only_output(ref):
        return None
    return next((name for name, models in _MIXED if models.match(ref)), None)
