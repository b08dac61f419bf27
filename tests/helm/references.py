"""Checks the references between objects, which the schemas of Kubernetes do not."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.helm.chart import Object

WORKLOADS = ("Deployment", "StatefulSet", "Pod")
ADDRESSES = ("/healthz", "/readyz?for=mask", "/readyz", "/metrics")
GIVEN = {"authorities"}
"""Volumes whose ConfigMap is not made by the chart."""

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
STATEFUL = re.compile(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?")
"""Ten characters of a hash follow the name, and a hyphen, in a label of its pods: kubernetes/kubernetes#64023."""
LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")


def faults(objects: list[Object]) -> list[str]:
    """Return the faults of a rendered chart as sentences."""
    return [f"{each['kind']} {each['metadata']['name']}: {fault}" for each, fault in Faults(objects).all()]


class Faults:
    """Resolves the references between objects."""

    def __init__(self, objects: list[Object]) -> None:
        self.objects = objects
        self.pods = [(labels_of(each), pod_of(each)) for each in objects if each["kind"] in WORKLOADS]

    def all(self) -> Iterator[tuple[Object, str]]:
        names = Counter((each["kind"], each["metadata"]["name"]) for each in self.objects)
        for each in self.objects:
            look = getattr(self, f"of_{each['kind'].lower()}", lambda _: ())
            found = [*metadata(each), *look(each), *(self.in_pod(pod_of(each)) if each["kind"] in WORKLOADS else ())]
            if names[each["kind"], each["metadata"]["name"]] > 1:
                found.append("another one has its name")
            yield from ((each, fault) for fault in found)

    def named(self, kind: str, name: str) -> Object | None:
        found = (each for each in self.objects if (each["kind"], each["metadata"]["name"]) == (kind, name))
        return next(found, None)

    def selected(self, labels: Object) -> list[Object]:
        return [pod for given, pod in self.pods if labels.items() <= given.items()]

    def of_deployment(self, each: Object) -> Iterator[str]:
        yield from selects_its_own(each)
        targets = [o["spec"]["scaleTargetRef"] for o in self.objects if o["kind"] == "HorizontalPodAutoscaler"]
        scaled = any(target["name"] == each["metadata"]["name"] for target in targets)
        if scaled == ("replicas" in each["spec"]):
            yield "its number of pods is not set exactly once"
        for spread in each["spec"]["template"]["spec"]["topologySpreadConstraints"]:
            if spread["labelSelector"]["matchLabels"] != each["spec"]["selector"]["matchLabels"]:
                yield "it spreads other pods"

    def of_statefulset(self, each: Object) -> Iterator[str]:
        yield from selects_its_own(each)
        governing = self.named("Service", each["spec"]["serviceName"])
        if governing is None or governing["spec"]["selector"] != each["spec"]["selector"]["matchLabels"]:
            yield "no Service governs it"

    def of_service(self, each: Object) -> Iterator[str]:
        pods = self.selected(each["spec"]["selector"])
        if len(pods) != 1:
            yield "it does not lead to one workload"
        for port in each["spec"].get("ports", []):
            if [port["targetPort"]] * len(pods) != [
                name for pod in pods for name in ports_of(pod) if name == port["targetPort"]
            ]:
                yield f"no container has the port {port['targetPort']}"

    def of_servicemonitor(self, each: Object) -> Iterator[str]:
        wanted = each["spec"]["selector"]["matchLabels"].items()
        services = [o for o in self.objects if o["kind"] == "Service" and wanted <= o["metadata"]["labels"].items()]
        ports = {port["name"] for service in services for port in service["spec"]["ports"]}
        for endpoint in each["spec"]["endpoints"]:
            if len(services) != 1 or endpoint["port"] not in ports or endpoint["path"] not in ADDRESSES:
                yield "it reads nothing"
            if int(endpoint["interval"][:-1]) * (60 if endpoint["interval"][-1] == "m" else 1) < 5:
                yield "it reads again before it gives up"

    def of_horizontalpodautoscaler(self, each: Object) -> Iterator[str]:
        target = each["spec"]["scaleTargetRef"]
        if self.named(target["kind"], target["name"]) is None:
            yield "it scales nothing"
        if each["spec"]["minReplicas"] > each["spec"]["maxReplicas"]:
            yield "its least is greater than its most"

    def of_poddisruptionbudget(self, each: Object) -> Iterator[str]:
        if len(self.selected(each["spec"]["selector"]["matchLabels"])) != 1:
            yield "it selects nothing"

    def of_networkpolicy(self, each: Object) -> Iterator[str]:
        pods = self.selected(each["spec"]["podSelector"]["matchLabels"])
        if len(pods) != 1:
            yield "it selects nothing"
        there = {number for pod in pods for number in ports_of(pod).values()}
        asked = {port["port"] for rule in each["spec"].get("ingress", []) for port in rule["ports"]}
        if not asked <= there:
            yield f"it gives access to {sorted(asked)}, and {sorted(there)} are open"

    def in_pod(self, pod: Object) -> Iterator[str]:
        volumes = [volume["name"] for volume in pod.get("volumes", [])] + pod["claims"]
        if len(set(volumes)) < len(volumes):
            yield "two volumes have one name"
        for volume in pod.get("volumes", []):
            made = volume.get("configMap", {}).get("name")
            if made and volume["name"] not in GIVEN and self.named("ConfigMap", made) is None:
                yield f"nothing makes the ConfigMap {made}"
        if self.named("ServiceAccount", pod["serviceAccountName"]) is None:
            yield "its account does not exist"
        for container in containers_of(pod):
            yield from in_container(container, set(volumes))
        mounted = {mount["name"] for container in containers_of(pod) for mount in container["volumeMounts"]}
        if mounted != set(volumes):
            yield f"nothing mounts {sorted(set(volumes) - mounted)}"


def in_container(container: Object, volumes: set[str]) -> Iterator[str]:
    """Yield the faults of a container in a pod with these volumes."""
    variables = container.get("env", [])
    if len({variable["name"] for variable in variables}) < len(variables):
        yield "a variable is set twice"
    if not all(("value" in variable) != ("valueFrom" in variable) for variable in variables):
        yield "a variable is not set once"
    mounts = container["volumeMounts"]
    if len({mount["mountPath"] for mount in mounts}) < len(mounts):
        yield "two volumes are mounted in one place"
    if not {mount["name"] for mount in mounts} <= volumes:
        yield "what it mounts is not there"
    words = [variable.get("value", "") for variable in variables] + container.get("args", [])
    for path in (word for word in words if re.fullmatch(r"/(run|var)/[^\s]+", word)):
        if not any(f"{path}/".startswith(f"{mount['mountPath']}/") for mount in mounts):
            yield f"{path} is not mounted"
    ports = {port["name"] for port in container.get("ports", [])}
    for probe in (container[name] for name in container if name.endswith("Probe")):
        asked = probe.get("httpGet") or probe["tcpSocket"]
        if asked["port"] not in ports or asked.get("path", ADDRESSES[0]) not in ADDRESSES:
            yield "a probe has no target"


def metadata(each: Object) -> Iterator[str]:
    """Yield names and labels that the API server would refuse."""
    rule = {"Service": SERVICE, "StatefulSet": STATEFUL}.get(each["kind"], NAME)
    if not rule.fullmatch(each["metadata"]["name"]):
        yield "its name is refused"
    for name, value in (labels_of(each) | each["metadata"]["labels"]).items():
        if not isinstance(value, str) or not LABEL.fullmatch(value):
            yield f"its label {name} is refused"


def selects_its_own(each: Object) -> Iterator[str]:
    if not each["spec"]["selector"]["matchLabels"].items() <= labels_of(each).items():
        yield "it does not find its own pods"


def labels_of(each: Object) -> Object:
    """Return the labels of a workload's pods, or of another object."""
    template = each if "template" not in each.get("spec", {}) else each["spec"]["template"]
    labels: Object = template["metadata"]["labels"]
    return labels


def pod_of(each: Object) -> Object:
    """Return the specification of a workload's pods, with the names of their claims."""
    pod = each["spec"] if each["kind"] == "Pod" else each["spec"]["template"]["spec"]
    claims = [claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", [])]
    return {**pod, "claims": claims}


def containers_of(pod: Object) -> list[Any]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def ports_of(pod: Object) -> dict[str, int]:
    return {port["name"]: port["containerPort"] for each in pod["containers"] for port in each.get("ports", [])}
