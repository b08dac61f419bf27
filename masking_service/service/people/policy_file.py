"""Parses a policy file into `Rules`, or a `PolicyError` with every fault.

Nothing is guessed: an unknown key, a key twice, a limit of zero and a role that could spend without a budget are
faults, because each of them would read as a restriction and be none.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from masking_service.masking.errors import DefinitionError
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.records.profiles import Profile, union_check
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people import principals, rules
from masking_service.service.people.device_rules import read_devices
from masking_service.service.people.document import DocumentPlace, read_document
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.outside_rules import call_rule, check_rule, read_issuers
from masking_service.service.people.permissions import PROFILE_PERMISSIONS, PURPOSE_PERMISSIONS, Permission
from masking_service.service.people.rules import (
    Budget,
    CaseRules,
    Factors,
    KeyRules,
    LookoutRules,
    Purpose,
    Role,
    Rules,
    SearchRule,
    WatchRules,
    Window,
)
from masking_service.service.people.signals import SIGNALS
from masking_service.service.people.signed_rules import read_signed

_MILLION = 1_000_000
_MAX_RETENTION = 3_650 * SECONDS_A_DAY
_COUNTED: Final[tuple[rules.Counted, ...]] = ("fields", "full_views", "calls", "searches", "decoys")
SECTIONS: Final = ("version", "profiles", "purposes", "roles", "factors", "budgets", "cases", "retention")
MORE_SECTIONS: Final = tuple("issuers watch lookout calls search decoys keys restriction signed devices".split())
"""Sections that may be missing."""
_is_hashed_number: Final = re.compile(r"[0-9a-f]{32}", re.ASCII).fullmatch
"""Whether a text has the form of what `service/decoys/state.py` makes of a number."""


def read_policy(text: str, source: str) -> Rules:
    """Parse a policy's YAML text. `source` is the file's name, for errors."""
    document = read_document(text)
    sections = document.fields(SECTIONS, MORE_SECTIONS)
    sections["version"].integer(1, 1)
    profiles = _profiles(sections["profiles"])
    purposes = sections["purposes"].each(principals.rule_name, _purpose)
    roles = sections["roles"].each(principals.role_name, lambda name, place: _role(name, place, profiles, purposes))
    roles = _with_all_people(roles)
    factors = sections["factors"].fields(("role", "tenant"))
    budgets = sections["budgets"].fields(("conflicts", "case_waybills"))
    retention = sections["retention"].fields(("default",), ("tenants",))
    tenants = retention.get("tenants")
    search_default, search_tenants = _search(sections.get("search"))
    read = Rules(
        profiles={name: profile for name, profile in profiles.items() if profile},
        purposes=purposes,
        roles=roles,
        factors=Factors(role=factors["role"].integer(1, _MILLION), tenant=factors["tenant"].integer(1, _MILLION)),
        conflicts=_budget("conflicts", budgets["conflicts"]),
        case_waybills=_budget("case_waybills", budgets["case_waybills"]),
        cases=_cases(sections["cases"]),
        watch=_watch(sections.get("watch")),
        lookout=_lookout(sections.get("lookout")),
        retention_default=_days(retention["default"]),
        retention_tenants=tenants.each(principals.tenant_name, lambda _, place: _days(place)) if tenants else {},
        search_default=search_default,
        search_tenants=search_tenants,
        issuers=read_issuers(sections["issuers"], roles) if "issuers" in sections else {},
        calls=call_rule(sections["calls"]) if "calls" in sections else None,
        signed=read_signed(sections["signed"]) if "signed" in sections else None,
        devices=read_devices(sections["devices"], roles) if "devices" in sections else None,
        own_numbers=_own_numbers(sections["decoys"]) if "decoys" in sections else frozenset(),
        keys=_keys(sections.get("keys")),
        restricted_purposes=_restricted_purposes(sections.get("restriction"), purposes),
        digest="" if document.faults else _digest(document.value),
    )
    for name in principals.SURROUNDINGS:
        named = [bool(getattr(issuer.claims, name)) for issuer in read.issuers.values()]
        if f"new-{name}" in read.lookout.freeze | read.lookout.alone and named and not any(named):
            sections["lookout"].fault(f"new-{name} is of no use while no issuer names the claim of the {name}")
    if read.calls is None and any(purpose.after_calls for purpose in purposes.values()):
        sections["purposes"].fault("after_calls is of no use without the section calls")
    if document.faults:
        raise PolicyError(document.faults, source)
    return read


def _profiles(place: DocumentPlace) -> dict[str, Profile | None]:
    """Return the profiles by name; None for a faulty one, so that a role that names it is not called faulty, too."""
    found = dict[str, Profile | None]()
    for name, entry in place.named().items():
        found[name] = None
        try:
            principals.rule_name(name)
            found[name] = Profile.parse(name, entry.value)
        except DefinitionError as error:
            entry.faults.append((error.path, error.reason))
        except ValueError as error:
            entry.fault(str(error))
    try:
        union_check([profile for profile in found.values() if profile])
    except DefinitionError as error:
        place.faults.append((error.path, error.reason))
    return found


def _purpose(name: str, place: DocumentPlace) -> Purpose:
    found = place.fields(("kinds", "case"), ("approval", "approvals", "after_calls"))
    kinds = found["kinds"].words(TOKEN_KINDS, "kind that can be opened")
    if not kinds:
        found["kinds"].fault("a purpose opens at least one kind")
    needs_case = found["case"].word(("required", "none"), "word") != "none"
    approval = found["approval"].word(("required", "above-limit"), "word") if "approval" in found else "above-limit"
    if approval == "required" and not needs_case:
        found["approval"].fault("there is nothing to approve where no case is required")
    # Missing means one. Zero is a fault: it must never mean that no approval is needed.
    approvals = found["approvals"].integer(1, 10) if "approvals" in found else 1
    after_calls = found["after_calls"].integer(1, 10) if "after_calls" in found else 0
    if after_calls and "phone" not in kinds:
        found["after_calls"].fault("of no use for a purpose that opens no phone")
    return Purpose(name, kinds, needs_case, approval == "required", approvals, after_calls)


def _role(name: str, place: DocumentPlace, profiles: Mapping[str, Profile | None], purposes: Collection[str]) -> Role:
    found = place.fields(("permissions",), ("profiles", "purposes", "scope", "people", "budget"))
    people = found["people"].integer(1, _MILLION) if "people" in found else 0
    if people and "budget" not in found:
        found["people"].fault("of no use for a role without a budget")
    budget = found["budget"].fields((), _COUNTED) if "budget" in found else {}
    role = Role(
        name=name,
        permissions=found["permissions"].words(tuple(Permission), "permission"),
        profiles=found["profiles"].words(profiles, "profile") if "profiles" in found else frozenset(),
        purposes=found["purposes"].words(purposes, "purpose") if "purposes" in found else frozenset(),
        scope="custody" if "scope" in found and found["scope"].word(("custody", "all"), "scope") != "all" else "all",
        budgets={counts: _budget(counts, budget[counts], people) for counts in _COUNTED if counts in budget},
    )
    _check_role(role, place, profiles)
    return role


def _check_role(role: Role, place: DocumentPlace, profiles: Mapping[str, Profile | None]) -> None:
    """Report what a role lacks, and what it could never use."""
    masks = bool(role.permissions & PROFILE_PERMISSIONS)
    opens = bool(role.permissions & PURPOSE_PERMISSIONS)
    views = Permission.WAYBILL_VIEW in role.permissions
    searches = Permission.WAYBILL_SEARCH in role.permissions
    seen = [profiles[name] for name in role.profiles]
    views_in_full = views and any(full_kinds(profile) for profile in seen if profile)
    calls = Permission.CALL_MAKE in role.permissions
    calls_by_case = calls and role.scope == "all"
    needs = (
        ("profiles", masks, bool(role.profiles), "a permission to mask or view"),
        (
            "purposes",
            opens or calls_by_case,
            bool(role.purposes),
            "token:detokenize, and for call:make outside custody",
        ),
        ("budget.fields", opens, "fields" in role.budgets, Permission.DETOKENIZE),
        ("budget.calls", calls, "calls" in role.budgets, Permission.CALL_MAKE),
        ("budget.full_views", views_in_full, "full_views" in role.budgets, "a view that shows a kind in full"),
        ("budget.searches", searches, "searches" in role.budgets, Permission.WAYBILL_SEARCH),
        ("budget.decoys", Permission.DECOY_PLANT in role.permissions, "decoys" in role.budgets, Permission.DECOY_PLANT),
    )
    for key, needed, present, by in needs:
        if needed != present and not (key == "budget.full_views" and None in seen):
            place.fault(f"needed for {by}" if needed else f"of no use without {by}", key)
    if searches and not views:
        place.fault("waybill:search shows what waybill:view would: name both", "permissions")
    if role.scope == "custody" and (opens or Permission.WAYBILL_ERASE in role.permissions or not (views or calls)):
        place.fault("narrows waybill:view and call:make only, and neither opening nor erasing", "scope")


def full_kinds(profile: Profile) -> frozenset[str]:
    """Return the kinds with tokens that a profile shows in full."""
    return frozenset(kind for kind in TOKEN_KINDS if profile.shows_in_full(kind))


def _budget(counts: rules.Counted, place: DocumentPlace, people: int = 0) -> Budget:
    found = place.fields((), rules.WINDOWS)
    if not found and isinstance(place.value, Mapping):
        place.fault("has to limit at least one window")
    windows = [
        Window(name, seconds, found[name].integer(1, _MILLION))
        for name, seconds in rules.WINDOWS.items()
        if name in found
    ]
    return Budget(counts, tuple(windows), people)


def _with_all_people(roles: Mapping[str, Role]) -> dict[str, Role]:
    """Tell each budget, but that of decoys, how many people all roles have that spend the same."""
    total = Counter[str]()
    for role in roles.values():
        total.update({counts: budget.people for counts, budget in role.budgets.items() if counts != "decoys"})

    def told(role: Role) -> Role:
        budgets = {counts: replace(budget, tenant_people=total[counts]) for counts, budget in role.budgets.items()}
        return replace(role, budgets=budgets)

    return {name: told(role) for name, role in roles.items()}


def _cases(place: DocumentPlace) -> CaseRules:
    found = place.fields(("approve_above", "at_most", "longest"), ("sample", "check"))
    return CaseRules(
        approve_above=found["approve_above"].integer(0, 1_000),
        at_most=found["at_most"].integer(1, 1_000),
        longest=found["longest"].seconds(366 * SECONDS_A_DAY),
        sample=found["sample"].thousandths() if "sample" in found else 0,
        check=check_rule(found["check"]) if "check" in found else None,
    )


def _watch(place: DocumentPlace | None) -> WatchRules:
    """Missing members mean the default; leaving them out turns nothing off."""
    found = place.fields((), ("misses", "refusals")) if place else {}
    return WatchRules(**{name: entry.integer(1, _MILLION) for name, entry in found.items()})


def _keys(place: DocumentPlace | None) -> KeyRules:
    """Missing members mean a year."""
    found = place.fields((), ("secrets", "api_keys")) if place else {}
    return KeyRules(**{name: _days(entry) for name, entry in found.items()})


def _lookout(place: DocumentPlace | None) -> LookoutRules:
    """Missing means that the lookout freezes no one, and lists no one for a single signal."""
    found = place.fields(("freeze",), ("alone",)) if place else {}
    signals = {name: entry.words(SIGNALS, "signal of the lookout") for name, entry in found.items()}
    freeze = signals.get("freeze", frozenset())
    if len(freeze) == 1:
        found["freeze"].fault("one signal alone proves too little: name at least two, or none")
    return LookoutRules(**signals)


def _search(place: DocumentPlace | None) -> tuple[SearchRule, dict[str, SearchRule]]:
    """Return the rule of all tenants and those of single ones. Missing means that no index is kept."""
    found = place.fields((), ("phone", "last4", "tenants")) if place else {}
    tenants = found.pop("tenants", None)
    if tenants is None:
        return _search_rule(found), {}
    return _search_rule(found), tenants.each(
        principals.tenant_name, lambda _, entry: _search_rule(entry.fields((), ("phone", "last4")))
    )


def _search_rule(found: Mapping[str, DocumentPlace]) -> SearchRule:
    return SearchRule(**{name: entry.truth() for name, entry in found.items()})


def _own_numbers(place: DocumentPlace) -> frozenset[str]:
    """Return the keyed hashes of the company's numbers. Faults repeat no entry, which may be in clear."""
    found: set[str] = set()
    for entry in place.fields(("own_numbers",))["own_numbers"].items():
        value = entry.value
        if not isinstance(value, str) or not _is_hashed_number(value):
            entry.fault("has to be a keyed hash that `policy number` prints, in quotes, and no number in clear")
        elif value in found:
            entry.fault("is repeated")
        else:
            found.add(value)
    return frozenset(found)


def _restricted_purposes(place: DocumentPlace | None, purposes: Collection[str]) -> frozenset[str]:
    """Return the purposes that open restricted waybills. Missing means none."""
    return place.fields(("purposes",))["purposes"].words(purposes, "purpose") if place else frozenset()


def _days(place: DocumentPlace) -> int:
    seconds = place.seconds(_MAX_RETENTION)
    if seconds % SECONDS_A_DAY and seconds > 1:
        place.fault("has to be whole days, such as 180d")
    return seconds // SECONDS_A_DAY


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
