"""Every reference in the rendered objects resolves, and a broken one is reported."""

import copy
from collections.abc import Callable

from tests.every import every
from tests.helm.chart import VALUE_SETS, Chart, Object
from tests.helm.references import faults


@every("value_set", VALUE_SETS)
def test_everything_that_is_named_is_there(chart: Chart, value_set: str) -> None:
    assert faults(chart.render(value_set)) == []


Break = Callable[[Object], object]


def first(kind: str, objects: list[Object]) -> Object:
    return next(each for each in objects if each["kind"] == kind)


BROKEN: dict[str, tuple[str, Break]] = {
    "another one has its name": ("Service", lambda o: o["metadata"].update(name="masking-waybill-masking-witness")),
    "its name is refused": ("StatefulSet", lambda o: o["metadata"].update(name="a" * 53)),
    "its label app.kubernetes.io/instance is refused": (
        "ConfigMap",
        lambda o: o["metadata"]["labels"].update({"app.kubernetes.io/instance": 123}),
    ),
    "it does not find its own pods": ("Deployment", lambda o: o["spec"]["selector"]["matchLabels"].update(a="b")),
    "its number of pods is not set exactly once": ("Deployment", lambda o: o["spec"].update(replicas=3)),
    "no Service governs it": ("StatefulSet", lambda o: o["spec"].update(serviceName="none")),
    "it does not lead to one workload": ("Service", lambda o: o["spec"]["selector"].update(a="b")),
    "no container has the port web": ("Service", lambda o: o["spec"]["ports"][0].update(targetPort="web")),
    "it reads nothing": ("ServiceMonitor", lambda o: o["spec"]["endpoints"][0].update(port="web")),
    "it scales nothing": ("HorizontalPodAutoscaler", lambda o: o["spec"]["scaleTargetRef"].update(name="none")),
    "it selects nothing": ("PodDisruptionBudget", lambda o: o["spec"]["selector"]["matchLabels"].update(a="b")),
    "it gives access to [80, 8443, 9080], and [8000, 8080, 8443, 9080] are open": (
        "NetworkPolicy",
        lambda o: o["spec"]["ingress"][0]["ports"][0].update(port=80),
    ),
    "nothing makes the ConfigMap none": (
        "Pod",
        lambda o: o["spec"]["volumes"][0]["configMap"].update(name="none"),
    ),
    "its account does not exist": ("Pod", lambda o: o["spec"].update(serviceAccountName="none")),
    "a variable is set twice": ("Pod", lambda o: o["spec"]["containers"][0]["env"][0].update(name="MASKING_TEST_KEY")),
    "what it mounts is not there": (
        "Pod",
        lambda o: o["spec"]["containers"][0]["volumeMounts"][0].update(name="none"),
    ),
    "/run/masking/policy/policy.yaml is not mounted": (
        "Deployment",
        lambda o: next(
            mount
            for mount in o["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
            if mount["name"] == "policy"
        ).update(mountPath="/run/policy"),
    ),
    "a probe has no target": (
        "Deployment",
        lambda o: o["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["httpGet"].update(path="/health"),
    ),
}


@every(("fault", "place"), BROKEN.items())
def test_what_is_broken_is_noticed(chart: Chart, fault: str, place: tuple[str, Break]) -> None:
    objects = copy.deepcopy(chart.render("everything"))
    kind, change = place

    change(first(kind, objects))

    assert fault in {found.split(": ", 1)[1] for found in faults(objects)}
