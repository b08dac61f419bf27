"""The screens, one file each. What a person may see and use follows from `GET /v1/me`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from masking_console.screens import (
    approvals,
    audit,
    cases,
    decoys,
    find,
    incidents,
    keys,
    me,
    new_case,
    people,
    sums,
    values,
    waybills,
)
from masking_console.texts import later

_PAGES: Final = (new_case, cases, values, find, approvals, people, waybills, audit, sums, decoys, incidents, keys, me)
SCREENS: Final = (keys.own, *(each.pages for each in _PAGES))


@dataclass(frozen=True, slots=True)
class Screen:
    """An entry of the navigation, for people with one of its permissions; for all where it names none."""

    path: str
    name: Any
    permissions: tuple[str, ...]


NAVIGATION: Final = (
    Screen("/cases", later("Cases"), ("case:read",)),
    Screen("/approvals", later("Approvals"), ("case:approve",)),
    Screen("/people", later("People"), ("principal:freeze",)),
    Screen("/waybills", later("Waybills"), ("waybill:erase",)),
    Screen("/audit", later("Audit"), ("audit:read",)),
    Screen("/sums", later("Sums"), ("audit:sums",)),
    Screen("/decoys", later("Decoys"), ("decoy:plant",)),
    Screen("/incidents", later("Incidents"), ("hold:set", "audit:read")),
    Screen("/keys", later("Signing keys"), ("key:approve",)),
    Screen("/me", later("Me"), ()),
)


PERMISSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    **{each.path.removeprefix("/"): each.permissions for each in NAVIGATION},
    "new_case": ("case:open",),
    "cases.label": ("waybill:view",),
    "cases.mark": ("token:detokenize",),
    "find": ("waybill:search",),
}
"""The permissions of a blueprint, or of an endpoint that differs, one of which is needed; none for all."""


def may_use(me: Mapping[str, Any], endpoint: str) -> bool:
    """Whether a person may use an endpoint of the desk."""
    return _has_one(me, PERMISSIONS.get(endpoint, PERMISSIONS.get(endpoint.partition(".")[0], ())))


def screens_of(me: Mapping[str, Any]) -> list[Screen]:
    """The screens of a person, the first of them their home."""
    return [each for each in NAVIGATION if _has_one(me, each.permissions)]


def _has_one(me: Mapping[str, Any], permissions: tuple[str, ...]) -> bool:
    return not permissions or not set(permissions).isdisjoint(me["permissions"])
