"""What a login or key could do: its roles, and what each policy of the period gave them."""

from __future__ import annotations

from masking_audit.packs.subject import Reach, Subject, SubjectKind
from masking_service.masking.kinds.table import TOKEN_KINDS
from tests.audit.logs import entry
from tests.service.people.policies import DEFAULT, ISSUER, policy, put

BEGIN, TWO_HOURS = 1_000, 7_200
SHORT = DEFAULT.digest[:12]
COURIER = (SHORT, "courier", "-", "address", "call:make, waybill:search, waybill:view", 0, 1_500)
OFFICER = (
    SHORT,
    "dispute-officer",
    "dispute (name, phone) + case; redelivery (address, phone, unit) + case",
    "-",
    "call:make, case:read, token:detokenize, waybill:view",
    120,
    0,
)


def reach(kind: SubjectKind, name: str, *roles: str, seconds: int = TWO_HOURS) -> Reach:
    found = Reach(Subject(kind, name), BEGIN, BEGIN + seconds)
    for role in roles:
        found.add(entry(policy=DEFAULT.digest, role=role))
    return found


def test_each_role_has_what_the_policy_gives_it_and_the_most_that_the_strictest_window_leaves() -> None:
    can = reach("principal", "staff/o-1", "dispute-officer", "courier", "").can(DEFAULT)

    assert (can.title, [*can.rows]) == ("can", [COURIER, OFFICER])


def test_a_period_that_began_another_hour_leaves_that_hours_values_too() -> None:
    (officer,) = reach("principal", "staff/o-1", "dispute-officer", seconds=TWO_HOURS + 1).can(DEFAULT).rows

    assert officer[5] == 150  # the window of a day is stricter than three hours


def test_of_a_policy_or_role_that_is_not_known_only_the_name_is_said() -> None:
    found = reach("principal", "staff/o-1", "courier")
    found.add(entry(policy="~" * 64, role="gone"))
    could = found.could({DEFAULT.digest: DEFAULT})

    assert (could.title, [*could.rows]) == (
        "could",
        [
            COURIER,
            (SHORT, "gone", "-", "-", "-", 0, 0),
            ("~" * 12, "courier", "?", "?", "?", "?", "?"),
            ("~" * 12, "gone", "?", "?", "?", "?", "?"),
        ],
    )
    assert found.roles == {"courier", "gone"}


def test_each_kind_with_tokens_that_a_profile_shows_in_full_is_named() -> None:
    others = {kind: {"hide": "nothing"} for kind in TOKEN_KINDS if kind != "phone"}  # no profile may show phones
    shown = policy(put("profiles", "courier", others | {"phone": {"show_last": 4}}))
    ((_, _, _, full, *_),) = reach("principal", "staff/o-1", "courier").can(shown).rows

    assert full == ", ".join(sorted(others))


def test_an_issuer_reaches_all_roles_that_the_policy_lets_it_give() -> None:
    acted = policy(put("issuers", {"staff": ISSUER}))
    rows = [row[1] for row in reach("issuer", "staff", "courier").can(acted).rows]
    of_another = [row[1] for row in reach("issuer", "gone", "courier").can(acted).rows]
    of_a_login = [row[1] for row in reach("principal", "staff", "courier").can(acted).rows]

    assert (rows, of_another, of_a_login) == (["courier", "dispute-officer"], ["courier"], ["courier"])
    assert reach("issuer", "staff").roles == set()
