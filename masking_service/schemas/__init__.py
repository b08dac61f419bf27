"""Loads the shipped schemas: one YAML file a carrier, with the source of its field names, and nothing of masking."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from masking_service.domain.errors import DefinitionError
from masking_service.domain.schema import Schema
from masking_service.schemas.places import place_code, place_of

__all__ = ["load_schemas", "place_code", "place_of"]


def load_schemas(extra_dir: Path | None = None) -> dict[str, Schema]:
    """Read every schema by name.

    The package's come first, then those of a site's own folder (``*.yaml``).

    Raises:
        DefinitionError: with the path of the first fault (``schemas.NAME...``); a name given twice is one.
        OSError: `extra_dir` cannot be read.
    """
    schemas: dict[str, Schema] = {}
    shipped = sorted(
        (item for item in resources.files(__name__).iterdir() if item.name.endswith(".yaml")),
        key=lambda item: item.name,
    )
    own = [] if extra_dir is None else sorted(item for item in extra_dir.iterdir() if item.name.endswith(".yaml"))
    for item in (*shipped, *own):
        name = item.name.removesuffix(".yaml")
        if name in schemas:
            raise DefinitionError(f"schemas.{name}", "this name is taken by a shipped schema")
        schemas[name] = Schema.parse(name, _read(name, item.read_text(encoding="utf-8")))
    return schemas


def _read(name: str, text: str) -> Any:
    try:
        return yaml.load(text, _Once)  # noqa: S506 - a SafeLoader, only stricter
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise DefinitionError(f"schemas.{name}", f"is not valid YAML{where}") from None


class _Once(yaml.SafeLoader):
    """YAML that refuses a key given twice.

    The first path would silently lose its kind.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, "a key is given twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
