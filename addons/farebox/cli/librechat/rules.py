"""The rules that `farebox librechat check --write-rules` puts into farebox.yaml."""

import os
from collections.abc import Sequence
from pathlib import Path

import yaml

from ...config.added_rules import AddedRule, rule_lines, with_rules
from ...config.sources import FILE, named
from ...errors import FareboxError
from ...home import atomic
from ...report.figures import plural


def write_rules(rules: Sequence[AddedRule], config: Path | None) -> str:
    """Add `rules` to the file of settings, which is made if there is none, and return a sentence about it.

    FareboxError with the lines to paste if the file can't be changed without a risk.
    """
    path = named(config, os.environ) or Path(FILE)
    if not rules:
        return f"{path}: nothing to add; every prompt of librechat.yaml is known."
    try:
        # Bytes, for the ends of lines stay as they are.
        text = path.read_bytes().decode() if path.is_file() else ""
        new = with_rules(text, rules)
        if new is None:
            raise _to_paste(path, "has rules that are not a list in block style", rules)
        real = path.resolve()
        atomic.write(real, new.encode(), mode=real.stat().st_mode & 0o777 if real.is_file() else None)
    except OSError as error:
        raise _to_paste(path, f"cannot be written ({error.strerror})", rules) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise _to_paste(path, "is not YAML", rules) from error
    return f"{path}: {plural(len(rules), 'rule')} added below purposes. Restart farebox to use them."


def _to_paste(path: Path, why: str, rules: Sequence[AddedRule]) -> FareboxError:
    return FareboxError(f"{path} {why}: add these lines yourself:\n\npurposes:\n{rule_lines(rules)}")
