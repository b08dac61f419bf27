"""What callers are told about themselves."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, Kind, Time, one_of


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


class Signs(Answer):
    """What the caller's own key has to sign."""

    rp_id: Annotated[str, Meta(description="The domain of the caller's keys.")]
    acts: Annotated[list[str], Meta(description="The acts that need a signature, of those that the caller may do.")]
    fields_at_most: Annotated[int, Meta(description="How many fields one signature opens.")]


class Me(Answer):
    """Who the caller is, and what the policy allows them."""

    principal: str
    name: Annotated[str | None, Meta(description="As the issuer says it; null where it says none.")]
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
    signs: Annotated[Signs | None, Meta(description="Null where the policy asks for no signatures.")]
    proves: Annotated[list[str], Meta(description="The calls that a device of the caller has to prove.")]
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
