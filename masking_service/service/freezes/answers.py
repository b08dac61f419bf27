"""Answers about principals: identity, budgets, activity, freezes."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, Kind, No, Time, one_of


class Freeze(Answer):
    """A frozen principal."""

    id: str
    since: Time
    why: Annotated[str, Meta(description="The reason that was given, or by hand, misses, burst, decoy or lookout.")]


class FrozenPrincipals(Answer):
    """Who is frozen."""

    principals: list[Freeze]


class FrozenNow(Answer):
    """The principal is frozen, by this call or since before."""

    id: str
    frozen: Annotated[bool, Meta(extra_json_schema={"const": True})]
    since: Time
    why: str


class ThawedNow(Answer):
    """The principal is not frozen."""

    id: str
    frozen: No


class PurposeRule(Answer):
    """What a purpose opens and requires."""

    kinds: list[Kind]
    case: Annotated[str, one_of("required", "optional")]
    approval: Annotated[
        str,
        one_of(
            "required",
            "above-limit",
            description="above-limit: cases with more than approve_above waybills need approval.",
        ),
    ]


class CaseLimits(Answer):
    """How large cases may be, and how long they may last."""

    approve_above: Annotated[int, Meta(description="A case with more waybills waits for approval.")]
    at_most: Annotated[int, Meta(description="Waybills in one case.")]
    longest: Annotated[int, Meta(description="The longest time that a case can be open, in seconds.")]


class Searches(Answer):
    """How the caller may search: only by what an index is kept for."""

    phone: bool
    last4: bool


class SignIn(Answer):
    """How and when the caller signed in."""

    acr: str | None
    at: Time | None
    fresh_until: Annotated[
        Time | None,
        Meta(
            description="Until when the sign-in is recent enough for opening values; null where the issuer's rule "
            "sets no age."
        ),
    ]


class Me(Answer):
    """Who the caller is, and what the policy allows them."""

    principal: str
    tenant: str
    roles: list[str]
    permissions: list[str]
    profiles: list[str]
    purposes: Annotated[
        dict[str, PurposeRule],
        Meta(description="The purposes for which the caller may open values or open cases."),
    ]
    cases: CaseLimits
    calls: Annotated[bool, Meta(description="Whether the caller may make calls, and a provider is set up.")]
    search: Searches
    sites: list[str]
    frozen: bool
    sign_in: Annotated[SignIn | None, Meta(description="Null for an API key.")]


class WindowLeft(Answer):
    """What is left of a budget in one window."""

    window: Annotated[str, one_of("1m", "1h", "1d", "30d")]
    limit: Annotated[int, Meta(ge=0, description="The limit of one person.")]
    left: Annotated[int, Meta(ge=0, description="The smallest of what the person, the role and the tenant have left.")]
    frees_at: Annotated[Time | None, Meta(description="When more becomes available; null where nothing is used.")]


class BudgetLeft(Answer):
    """What is left of one budget."""

    counts: str
    windows: list[WindowLeft]


class Budgets(Answer):
    """What is left of the caller's budgets.

    Reading it spends nothing.
    """

    budgets: list[BudgetLeft]


Counts = Annotated[dict[str, int], Meta(description="Counts of the last 1m, 1h and 1d.")]


class FrozenSince(Answer):
    """When, why and by whom a principal was frozen."""

    since: Time
    by: Annotated[str, Meta(description="The principal who froze it, or service/watch for the service itself.")]
    why: str


class ActivePrincipal(Answer):
    """What a principal did in the last day."""

    principal: str
    roles: Annotated[list[str], Meta(description="The roles that it acted in.")]
    fields: Counts
    full_views: Counts
    cases: Counts
    refusals: Counts
    limits: Annotated[
        dict[str, dict[str, int]],
        Meta(description="The policy's limits, by what is counted and by window. Passing a limit of refusals freezes."),
    ]
    frozen: FrozenSince | None


class ListedReason(Answer):
    """Why the lookout listed a person: the name of the signal, and a sentence in English and Chinese."""

    signal: str
    en: str
    zh: str


class ListedPerson(Answer):
    """A person whom the lookout listed."""

    principal: str
    at: Time
    total: Annotated[float, Meta(description="The sum of the signals' scores; a person is listed from 5 on.")]
    frozen: Annotated[bool, Meta(description="Whether the lookout froze the person, which the policy decides.")]
    reasons: Annotated[list[ListedReason], Meta(description="The strongest reason first.")]


class Activity(Answer):
    """The frozen principals, then the most active ones of the last day, at most 1,000."""

    principals: list[ActivePrincipal]
    listed: Annotated[
        list[ListedPerson],
        Meta(description="People whom the lookout listed in the last 30 days, at most five a day, the newest first."),
    ]
    since: Annotated[
        Time, Meta(description="The time from which calls are counted: a day ago, or later if the log is busy.")
    ]
