"""Reads YAML, and refuses a key given twice: PyYAML would silently drop the first."""

from collections.abc import Hashable
from typing import Any, Final, NoReturn

import yaml

_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
)
"""What PyYAML takes an untagged value for, other than ``<<`` and ``=``."""


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[Hashable, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                _refuse(key_node, "a key has to be one value, not a list or a mapping")
            if key in lines:
                _refuse(key_node, f"this key is there already, at line {lines[key]}")
            lines[key] = key_node.start_mark.line + 1
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node.tag not in _TAGS:
            _refuse(node, "tags, << and = are not read here: write the value out, a text in quotes")
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError):  # such as a day that no month has
            _refuse(node, "no number, date or truth value that can be read: put a text in quotes")


def _refuse(node: yaml.Node, problem: str) -> NoReturn:
    raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def read_yaml(text: str) -> Any:
    """Return the content of one YAML document.

    Raises:
        yaml.YAMLError, ValueError, RecursionError: it is not YAML; `problem` and `problem_mark` say what and where.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 -- a safe loader, made stricter
