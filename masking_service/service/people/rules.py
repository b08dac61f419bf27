"""The content of a policy, as frozen typed values.

Nothing here decides.

`policy_file` reads them from YAML, `policy` decides by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from masking_service.masking.records.profiles import Profile
from masking_service.service.people.device_rules import DeviceRule
from masking_service.service.people.permissions import STAFF_ONLY_PERMISSIONS, Permission
from masking_service.service.people.signed_rules import SignedRule

WINDOWS = {"1m": 60, "1h": 3_600, "1d": 86_400, "30d": 2_592_000}
ALGORITHMS = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA")

STAFF_LIFETIME = 15 * 60  # seconds; the longest life of a token that may open, approve or erase
CALL_LIFETIME = 30 * 60  # seconds
DEVELOPMENT_ALIAS = "dev"
DEVELOPMENT_ISSUER = "urn:masking:dev-issuer"

Scope = Literal["all", "custody"]
Counted = Literal[
    "fields",
    "full_views",
    "calls",
    "searches",
    "decoys",
    "conflicts",
    "host_conflicts",
    "case_waybills",
    "checkpoints",
]


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` in any `seconds`. `name` is such as `1h`."""

    name: str
    seconds: int
    limit: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What one person may spend, in several windows, the shortest first.

    `people` is how many people the role has, `tenant_people` how many all roles that spend the same have; 0 where the
    policy does not say.
    """

    counts: Counted
    windows: tuple[Window, ...]
    people: int = 0
    tenant_people: int = 0


@dataclass(frozen=True, slots=True)
class Factors:
    """The budgets of a role and of a tenant, as multiples of a person's."""

    role: int
    tenant: int

    def of(self, budget: Budget) -> tuple[int, int, int]:
        """Return how many times a person's budget the person, the role and the tenant may spend.

        Where the policy says how many people a role has, two thirds of their budgets if that is more: on a peak day
        most of them come near their own. But what is opened stays bounded as for a few people.
        """
        if budget.counts == "fields":
            return 1, self.role, self.tenant
        return 1, max(self.role, _together(budget.people)), max(self.tenant, _together(budget.tenant_people))

    def fits(self, budget: Budget) -> int:
        """Return for how many people of a role the common budget is enough on a peak day."""
        return self.of(budget)[1] * 3 // 2


def _together(people: int) -> int:
    """Two thirds, rounded up."""
    return -(-people * 2 // 3)


CHECKPOINTS: Final = Budget("checkpoints", (Window("1m", 60, 60),))
"""Requests for a checkpoint. Each one may have to be signed and stored. Not part of a policy."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose of opening: the kinds it opens, and what it requires.

    `approvals` is how many people have to approve a case that needs approval: one at least, always. A phone opens only
    after `after_calls` unanswered calls to it are on record.
    """

    name: str
    kinds: frozenset[str]
    needs_case: bool
    always_approved: bool
    approvals: int
    after_calls: int = 0


@dataclass(frozen=True, slots=True)
class Role:
    """A role. `budgets` are those of each of its people, by what they count."""

    name: str
    permissions: frozenset[str]
    profiles: frozenset[str]
    purposes: frozenset[str]
    scope: Scope
    budgets: Mapping[Counted, Budget]

    @property
    def staff_only(self) -> bool:
        """Whether this role is for JWTs only, outside development."""
        searches_all = Permission.WAYBILL_SEARCH in self.permissions and self.scope != "custody"
        return searches_all or not STAFF_ONLY_PERMISSIONS.isdisjoint(self.permissions)


@dataclass(frozen=True, slots=True)
class CheckRule:
    """How the ticket system is asked about cases.

    `key` is the path of the key file, relative to the policy's folder. `pending_on_failure` lets a case wait for
    approval while the ticket system does not answer. It is asked again when something is opened `again_after` seconds
    after it confirmed the case. With `by_assignee` only the ticket's assignee opens values.
    """

    url: str
    key: str
    pending_on_failure: bool
    again_after: int
    by_assignee: bool


@dataclass(frozen=True, slots=True)
class CallRule:
    """The provider of privacy numbers (`https`, `aliyun` or `huawei`), and how it is asked.

    `key` and `records_key` are paths of key files, relative to the policy's folder. `account` and `pool` are what the
    provider calls the account and its numbers; empty where it needs none. `mode` is `pair` (one number for one pair of
    people) or `extension` (one number and an extension for the person called). A call lives for `lifetime` seconds.
    `records_from` are the networks, in CIDR form, from which call records may come.
    """

    provider: str
    url: str
    key: str
    lifetime: int = CALL_LIFETIME
    mode: str = "pair"
    account: str = ""
    pool: str = ""
    records_key: str = ""
    records_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRules:
    """Limits of cases. `longest` is in seconds.

    A case with more than `approve_above` waybills needs approval; `at_most` is the maximum. So does a case that names
    a waybill of the sample, which is `sample` thousandths of all.
    """

    approve_above: int
    at_most: int
    longest: int
    sample: int = 0
    check: CheckRule | None = None


@dataclass(frozen=True, slots=True)
class WatchRules:
    """When the service freezes a caller by itself.

    `misses` is how many items in a row opened or showed nothing, `refusals` how many calls within a minute a budget
    of opening or viewing refused.
    """

    misses: int = 100
    refusals: int = 200


@dataclass(frozen=True, slots=True)
class LookoutRules:
    """What the lookout does beyond its list of people with several signals.

    It freezes a person who has all the signals of `freeze`, no one if that is empty, and it lists a person for each
    single signal of `alone`.
    """

    freeze: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SearchRule:
    """Search indexes of a tenant: by a recipient's phone, and by its last four digits at a site."""

    phone: bool = False
    last4: bool = False


@dataclass(frozen=True, slots=True)
class KeyRules:
    """How old keys may become, in days: those of the keyset file, and API keys."""

    secrets: int = 365
    api_keys: int = 365


@dataclass(frozen=True, slots=True)
class Claims:
    """Paths of claims in a JWT, through nested objects.

    `phone`, `device` and `network` are empty where the issuer tells none. `name` decides nothing.
    """

    sub: tuple[str, ...] = ("sub",)
    roles: tuple[str, ...] = ("roles",)
    tenant: tuple[str, ...] = ("tenant",)
    sites: tuple[str, ...] = ("sites",)
    phone: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    name: tuple[str, ...] = ("name",)


@dataclass(frozen=True, slots=True)
class IssuerRule:
    """A trusted OIDC issuer, and what it may say.

    `keys` is the path of a PEM or JWKS file, relative to the policy's folder, or an https URL of a JWKS.
    `lifetime` is the longest life of a token, `max_age` the greatest age of a sign-in for unmasking, in seconds.
    """

    alias: str
    issuer: str
    audience: str
    algorithm: str
    keys: str
    tenants: frozenset[str]
    roles: frozenset[str]
    claims: Claims = Claims()
    lifetime: int = STAFF_LIFETIME
    acr: str | None = None
    max_age: int | None = None

    @property
    def fetched(self) -> bool:
        """Whether the keys come from a URL."""
        return self.keys.startswith("https://")


@dataclass(frozen=True, slots=True)
class Rules:
    """A whole valid policy.

    `digest` is the SHA-256 of its content, without comments, in hex. `own_numbers` are keyed hashes of the company's
    own phone numbers (`service/decoys/state.py`). `restricted_purposes` are those for which values of restricted
    waybills can be opened.
    """

    profiles: Mapping[str, Profile]
    purposes: Mapping[str, Purpose]
    roles: Mapping[str, Role]
    factors: Factors
    conflicts: Budget
    case_waybills: Budget
    cases: CaseRules
    watch: WatchRules
    lookout: LookoutRules
    retention_default: int  # days
    retention_tenants: Mapping[str, int]  # days
    search_default: SearchRule
    search_tenants: Mapping[str, SearchRule]
    issuers: Mapping[str, IssuerRule]
    digest: str
    calls: CallRule | None = None
    signed: SignedRule | None = None
    devices: DeviceRule | None = None
    own_numbers: frozenset[str] = frozenset()
    keys: KeyRules = KeyRules()
    restricted_purposes: frozenset[str] = frozenset()
