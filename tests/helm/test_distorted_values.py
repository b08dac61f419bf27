"""Removes or distorts each default: values that the schema accepts render to valid objects."""

import copy
import functools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import yaml

from tests.every import every
from tests.helm.chart import ROOT, Chart, Object, objects, set_json, validate, values_of
from tests.helm.references import faults

DEFAULTS: Object = yaml.safe_load((ROOT / "helm" / "values.yaml").read_text())
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "helm" / "values.schema.json").read_text()))
NEVER: list[Any] = [-1, 0.0001, 10**7, "x y", "-a", [{}], ["A_b"], {"a": 1}, {"a": None}, {"unknown": {}}]
"""Never accepted for any value."""
AT_TIMES: list[Any] = [None, "", "123", 1, True, []]
"""Accepted for some values. An empty map is none of them: helm merges it, so it changes nothing."""

Path = tuple[str, ...]


def paths(values: Object, above: Path = ()) -> Iterator[Path]:
    """Yield the path of every default, at every level."""
    for name, value in values.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from paths(value, (*above, name))


def distorted(path: Path, value: Any) -> Object:
    """Return the defaults with one value changed. As in helm, null removes a value and objects are merged."""
    values = place = copy.deepcopy(DEFAULTS)
    for name in path[:-1]:
        place = place[name]
    before = place.pop(path[-1])
    if value is not None:
        place[path[-1]] = before | value if isinstance(before, dict) and isinstance(value, dict) else value
    return values


def given(path: Path, value: Any) -> Object:
    """Return the values that set it."""
    for name in reversed(path):
        value = {name: value}
    return dict(value)


@every("path", [*paths(DEFAULTS)])
def test_nonsense_is_taken_nowhere(path: Path) -> None:
    assert [value for value in NEVER if SCHEMA.is_valid(distorted(path, value))] == []


def accepted() -> Iterator[tuple[Path, Any]]:
    """Yield the distortions that the schema accepts."""
    for path in paths(DEFAULTS):
        yield from ((path, value) for value in AT_TIMES if SCHEMA.is_valid(distorted(path, value)))


@functools.cache
def valid(document: str) -> list[Object]:
    """What one document holds, when Kubernetes takes it. Most documents are those of the case before."""
    found = objects(document)
    for each in found:
        validate(each)
    return found


def test_what_the_schema_lets_through_kubernetes_takes(chart: Chart) -> None:
    rendered = 0
    for path, value in accepted():
        done = chart.template(*values_of("everything"), *set_json(given(path, value)))
        if done.returncode:
            assert "execution error at (waybill-masking/templates/deployment.yaml:1:4): " in done.stderr, (path, value)
            continue
        rendered += 1
        found = [each for document in done.stdout.split("\n---\n") for each in valid(document)]
        assert faults(found) == [], (path, value)

    assert rendered > 50
