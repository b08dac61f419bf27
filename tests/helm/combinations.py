"""Draws combinations of values: one choice of each axis, with a fixed seed."""

import random
from typing import Any

COUNT = 8
"""How many draws every test of value sets tries; `test_draws.py` tries more."""
KEY = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
PEM = f"-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n"
LABELS = {"matchLabels": {"app": "printer"}}
EXPRESSIONS = {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["a", ""]}]}
SPREAD = {"topologyKey": "kubernetes.io/hostname", "labelSelector": LABELS, "namespaces": ["express"]}
NODES = {"matchExpressions": [{"key": "cores", "operator": "Gt", "values": ["4"]}]}

DESK = {
    "enabled": True,
    "url": "https://desk.example",
    "serviceUrl": "https://masking.example:8443",
    "issuer": "https://login.example/1e3",
    "clientId": "1e3",
}

AXES: dict[str, list[dict[str, Any]]] = {
    "image": [
        {},
        {"image": {"tag": "1.30", "pullPolicy": "Always"}},
        {"image": {"repository": "registry.example:5000/a/b", "digest": f"sha256:{'0' * 64}", "pullSecrets": ["123"]}},
    ],
    "number": [
        {"replicas": 1},
        {"replicas": 500, "workers": 64},
        {"autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 1, "cpuPercent": 10}},
    ],
    "resources": [
        {},
        {"resources": {"requests": {"cpu": 0.001, "memory": "1.5Gi"}, "limits": {"cpu": None, "memory": "1536Mi"}}},
        {"resources": {"requests": {"cpu": "1500m", "memory": "1000000000"}, "limits": {"memory": "1G"}}},
        {"resources": {"limits": {"ephemeral-storage": "1Gi"}}},
    ],
    "drain": [{}, {"drainSeconds": 6}, {"drainSeconds": 300}],
    "address": [{}, {"service": {"port": 65535, "annotations": {"example.com/a": "true", "b": ""}}}],
    "pod": [
        {},
        {"podLabels": {"a": "true", "example.com/b": "1e3"}, "podAnnotations": {"a": "{{ no }}", "b": "x: y\n# z"}},
        {"podLabels": None, "podAnnotations": None, "settings": None, "schemas": None},
    ],
    "place": [
        {},
        {"nodeSelector": {"pool": "1"}, "tolerations": [{"operator": "Exists"}], "priorityClassName": "1000"},
        {"tolerations": [{"key": "a", "effect": "NoExecute", "tolerationSeconds": 0}], "priorityClassName": None},
        {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [SPREAD]}}},
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [NODES]},
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": NODES}],
                },
                "podAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": SPREAD}]
                },
            }
        },
    ],
    "account": [{}, {"serviceAccount": {"annotations": {"example.com/identity": "7"}}}],
    "keyset": [{}, {"keyset": {"existingSecret": "1e3"}}],
    "store": [
        {},
        {"redis": {"existingSecret": "true", "replicas": 0, "tls": {"existingSecret": "0", "clientCertificate": True}}},
        {"redis": {"replicas": None, "ports": [1, 65535], "peers": [{"ipBlock": {"cidr": "fd00::/8"}}]}},
        {"redis": {"peers": [{"podSelector": EXPRESSIONS, "namespaceSelector": {}}], "tls": {"existingSecret": "a.b"}}},
    ],
    "clients": [{}, {"clients": {"snapshotSecret": "null"}}],
    "policy": [
        {},
        {"policy": "  \n# odd\nroles: {}\n\n\n"},
        {"policy": "roles: {}", "issuers": {"keys": {"1.pem": PEM}}},
    ],
    "schemas": [{}, {"schemas": {"a.yaml": " b: c\nd: e", "b-1.yaml": "x"}}],
    "alerts": [{}, {"alerts": {"url": "https://alerts.example:8443/a?b=c&d=%20", "existingSecret": "yes"}}],
    "authorities": [{}, {"authorities": {"configMap": "no"}}],
    "settings": [{}, {"settings": {"MASKING_MAX_BODY_BYTES": "4194304"}}],
    "network": [
        {},
        {"network": {"clients": [{"namespaceSelector": {}}], "monitoring": [{"podSelector": LABELS}]}},
        {"network": {"dns": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}},
        {"network": {"egress": [{"to": [{"podSelector": LABELS}], "ports": [443, 8200]}]}},
    ],
    "monitoring": [{}, {"serviceMonitor": {"enabled": True, "interval": "6s", "labels": {"release": "1"}}}],
    "tiers": [
        {},
        {"intake": {"enabled": True}},
        {
            "intake": {
                "enabled": True,
                "replicas": 1,
                "redis": {"existingSecret": "1e3", "tls": {"existingSecret": "1"}},
            }
        },
    ],
    "witness": [
        {},
        {"witness": {"publicKey": PEM, "keepHours": 1, "storage": {"size": "1Ti", "storageClassName": "1"}}},
        {"witness": {"publicKey": PEM, "keepHours": 87840, "redis": {"tls": {"existingSecret": "1.0"}}}},
    ],
    "archive": [
        {},
        {"archive": {"existingSecret": "archive-key", "url": "https://archive.example:8090/audit"}},
        {"archive": {"existingSecret": "0"}, "witness": {"publicKey": PEM}},
    ],
    "desk": [
        {},
        {"desk": DESK},
        {
            "desk": {
                **DESK,
                "timezone": "UTC",
                "scope": "openid",
                "redis": {"tls": {"existingSecret": "0"}},
                "network": {
                    "clients": [{"namespaceSelector": {}}],
                    "egress": [{"to": [{"podSelector": {}}], "ports": [1]}],
                },
            }
        },
    ],
    "trial": [
        {},
        {"trialValkey": {"enabled": True}},
        {
            "trialValkey": {
                "enabled": True,
                "image": f"registry.example:5000/valkey@sha256:{'a' * 64}",
                "maxMemory": "512mb",
                "storage": {"size": "100"},
            }
        },
    ],
    "test": [{}, {"test": {"existingSecret": "0x10"}}],
}


def combination(number: int) -> dict[str, Any]:
    """Return the values of one draw. Axes set different keys, except those that `pod` removes."""
    drawn = random.Random(number)
    chosen: dict[str, Any] = {}
    for choices in AXES.values():
        chosen = drawn.choice(choices) | chosen
    return chosen
