"""Loads the shipped schemas: one YAML file a carrier, with the source of its field names, and nothing of masking."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from masking_service.masking.errors import DefinitionError
from masking_service.masking.records.schema import Schema
from masking_service.masking.strict_yaml import read_yaml


def load_schemas(extra_dir: Path | None = None) -> dict[str, Schema]:
    """Read every schema by name.

    The package's come first, then those of a site's own folder (``*.yaml``).

    Raises:
        DefinitionError: with the path of the first fault (``schemas.NAME...``); a name given twice is one.
        OSError: `extra_dir` cannot be read.
    """
    schemas = dict(_shipped())
    for name, text in _texts(extra_dir) if extra_dir is not None else ():
        if name in schemas:
            raise DefinitionError(f"schemas.{name}", "this name is taken by a shipped schema")
        schemas[name] = Schema.parse(name, _read(name, text))
    return schemas


@cache
def _shipped() -> Mapping[str, Schema]:
    return {name: Schema.parse(name, _read(name, text)) for name, text in _texts(resources.files(__name__))}


def _texts(folder: Traversable) -> Iterator[tuple[str, str]]:
    """The name and text of each schema in a folder, in order."""
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".yaml"):
            yield item.name.removesuffix(".yaml"), item.read_text(encoding="utf-8")


def _read(name: str, text: str) -> Any:
    try:
        return read_yaml(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise DefinitionError(f"schemas.{name}", f"is not valid YAML{where}") from None
