"""Reads YAML, and refuses a key given twice: PyYAML would silently drop the first."""

from collections.abc import Hashable
from typing import Any

import yaml


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable) or key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(None, None, f"a key twice, at line {line}", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(text: str) -> Any:
    """Return the content of one YAML document.

    Raises:
        yaml.YAMLError, ValueError, RecursionError: it is not YAML; `problem` and `problem_mark` say what and where.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 -- a safe loader, made stricter
