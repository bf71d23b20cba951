"""YAML as farebox.yaml is read: numbers stay as they are written, and no key may stand twice."""

from collections import Counter
from importlib import import_module
from typing import Any

import yaml

_TEXT = "tag:yaml.org,2002:str"


class _Loader(yaml.SafeLoader):
    """YAML's loader, but floats and times stay text, as they are written: no float is exactly 0.1.

    A key that stands twice in a mapping is refused: YAML would keep the last one and drop, say, half of the prices.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [key for key, _ in node.value if key.tag == _TEXT]
        number = Counter(key.value for key in keys)
        repeated = next((key for key in reversed(keys) if number[key.value] > 1), None)
        if repeated is not None:
            problem = f"the key {repeated.value!r} is there twice: merge both into one"
            raise yaml.constructor.ConstructorError(problem=problem, problem_mark=repeated.start_mark)
        return super().construct_mapping(node, deep)


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


for _tag in ("float", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _as_written)


def parse(text: str) -> Any:
    """Return the content of `text`, with all keys as text. ValueError if it is not YAML: `LINE: ` and what is wrong."""
    try:
        return _with_text_keys(yaml.load(text, _Loader))  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        # Only an error needs its words.
        raise ValueError(import_module(".yaml_problems", __package__).yaml_problem(error)) from error


def _with_text_keys(content: Any) -> Any:
    """Return YAML's content with all keys as text: YAML reads the keys `no:` and `1:` as a boolean and a number."""
    if isinstance(content, dict):
        return {str(key): _with_text_keys(value) for key, value in content.items()}
    return [_with_text_keys(item) for item in content] if isinstance(content, list) else content
