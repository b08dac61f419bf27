"""Policies for tests: the default one, and edits of it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from masking_service.service.people.errors import PolicyError
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Budget

FILE = Path(__file__).parents[3] / "policy.yaml"
TEXT = FILE.read_text(encoding="utf-8")
DOCUMENT = yaml.safe_load(TEXT)
DEFAULT = Policy.load(FILE, development=False)
ISSUER = {
    "issuer": "https://login.example.com",
    "audience": "waybill-masking",
    "algorithm": "ES256",
    "keys": "https://login.example.com/jwks",
    "tenants": ["default"],
    "roles": ["dispute-officer"],
}

Edit = Callable[[dict[str, Any]], object]


def someone(*roles: str, source: Literal["key", "jwt"] = "jwt") -> Principal:
    return Principal("staff/u-1", "default", roles, frozenset(), source)


def put(*way: Any) -> Edit:
    """Puts the last argument at the end of the way that the others are."""

    def edit(p: Any) -> None:
        for step in way[:-2]:
            p = p[step]
        p[way[-2]] = way[-1]

    return edit


def edited(edit: Edit) -> str:
    document = copy.deepcopy(DOCUMENT)
    edit(document)
    return yaml.dump(document, Dumper=yaml.CSafeDumper)  # a tenth of the time


def policy(edit: Edit) -> Policy:
    return Policy.parse(edited(edit), development=False)


def faults(text: str) -> dict[str, str]:
    with pytest.raises(PolicyError) as refused:
        Policy.parse(text, development=False)
    return dict(refused.value.faults)


def limits(budget: Budget | None) -> dict[str, int]:
    assert budget is not None
    return {window.name: window.limit for window in budget.windows}
