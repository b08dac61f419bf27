"""Who may open what, in which order a call is refused, and what is done before a value is answered. Without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.audit.actions import Action, Outcome
from masking_service.masking.records.schema import Place
from masking_service.service.acts.deeds import Deed
from masking_service.service.call.recorder import UNSIGNED, ItemOutcome, RequestContext, SignatureProof, Stated
from masking_service.service.disclosures.state import Disclosure, Opened
from masking_service.service.opening import answers
from masking_service.service.opening.use import Detokenize
from masking_service.service.people.errors import AccessError
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import Principal
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.phone_calls.state import hash_called
from masking_service.service.vault.records import Record, Tokens
from masking_service.store.errors import StoreUnavailable
from tests.every import every
from tests.keys.known import known_keyring
from tests.service.cases.examples import case
from tests.store.stores import LATER, NAME, NOW, NUMBER, PHONE, body_of

KEYRING = known_keyring()
KEYS = KEYRING.tenant("default")
OFFICER = Principal("staff/officer", "default", ("dispute-officer",), frozenset(), "jwt")
CONTEXT = RequestContext(OFFICER, "r-1", NOW)
OTHER = "SF1234567891"
ADDRESS, REMARK = Place.parse("address recipient.address"), Place.parse("text remark")
RECORD = Record(
    b"ab",
    0,
    LATER,
    body_of("standard", [(NAME, "张三"), (PHONE, "13812345678"), (ADDRESS, "建国路1号"), (REMARK, "hi")]),
)
BASE, OTHER_BASE = KEYS.bases([NUMBER, OTHER])
CASE = case(("approve", "staff/lead"))
PROOF = SignatureProof(("signed",), (), 0)  # type: ignore[arg-type]  # is passed on


def token(ordinal: int = 1, *, base: bytes = BASE, record: Record = RECORD) -> str:
    asked = Tokens(KEYS.tokens)
    asked.add(base, 0, record, bytes([ordinal]))
    (made,) = asked.make()[record.token_version]
    return made


@dataclass
class Parts:
    """The parts of an opening. Each notes that it was reached, in `steps`, and `refusing` refuses.

    Attributes:
        stored: the record of each waybill.
        unanswered: how many calls to the phone of `RECORD` were not answered.
        told: what was recorded, or refused, and what was counted.
    """

    refusing: str = ""
    error: Exception = field(default_factory=AccessError)
    stored: dict[bytes, Record] = field(default_factory=lambda: {BASE: RECORD, OTHER_BASE: RECORD})
    restricted_purposes: tuple[str, ...] = ("regulator",)
    unanswered: int = 0
    steps: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def step(self, name: str, answer: Any = None) -> Any:
        self.steps.append(name)
        if name == self.refusing:
            raise self.error
        return answer

    def grant(self, principal: Principal, permission: str, *, purpose: str | None) -> Any:
        kinds = {"dispute": {"name", "phone"}, "regulator": {"address"}, "delivery": {"phone"}, "parcel": {"phone"}}
        granted = Grant("dispute-officer", permission, purpose=purpose, kinds=frozenset(kinds.get(purpose or "", ())))
        return self.step("purpose", (granted, "frozen?"))

    def refuse_without_case(self, principal: Principal, proves: bool, notice: Callable[[], None]) -> None:
        self.told["proves"] = proves
        self.step("no case")
        raise self.error

    def verify(
        self, context: RequestContext, frozen: str, expected: Any, deed: Callable[[], Deed], *questions: Any
    ) -> Any:
        assert (frozen, deed().act) == ("frozen?", SignedAct.DETOKENIZE)
        return self.step("freeze and signature", (3, PROOF if expected else UNSIGNED))

    def notice(self, context: RequestContext, bases: list[bytes]) -> None:
        self.told["named"] = bases
        self.step("decoys")

    def reserve(self, principal: Principal, grant: Grant, count: int, now: int, nonce: object) -> SimpleNamespace:
        self.told |= {"reserved": count, "nonce": nonce}
        back = SimpleNamespace(try_to_give_back=lambda left: self.step(f"give back {left}"))
        return SimpleNamespace(answer=lambda: self.step("budget", back))

    def by_token(self, tenant: str, places: list[tuple[bytes, int]], now: int) -> SimpleNamespace:
        return SimpleNamespace(answer=lambda: self.step("records", [self.stored.get(base) for base, _ in places]))

    def by_number(self, tenant: str, bases: list[bytes], now: int) -> SimpleNamespace:
        found = [self.stored.get(base) for base in bases]
        return SimpleNamespace(answer=lambda: [one and SimpleNamespace(record=one) for one in found])

    def count_misses(self, context: RequestContext, missed: int, hits: list[bool]) -> None:
        self.told["hits"] = missed, hits
        self.step("misses")

    @contextmanager
    def record_denials(self, context: RequestContext, action: Action, stated: Stated) -> Iterator[None]:
        try:
            yield
        except AccessError:
            self.told["refused"] = action, stated
            raise

    @contextmanager
    def count_refusals(self, context: RequestContext) -> Iterator[None]:
        try:
            yield
        except AccessError:
            self.told["counted"] = True
            raise

    def record(self, context: RequestContext, action: Action, outcome: str, stated: Stated, **more: Any) -> Any:
        self.told["entry"] = outcome, stated, more
        return self.step("entry", SimpleNamespace(release=lambda value: self.step("value", value)))

    def opening(self) -> Detokenize:
        no_case = SimpleNamespace(needs_case=False, after_calls=0)
        purposes = {
            "dispute": SimpleNamespace(needs_case=True, after_calls=0),
            "regulator": SimpleNamespace(needs_case=True, after_calls=0),
            "delivery": SimpleNamespace(needs_case=False, after_calls=2),
            "parcel": no_case,
        }
        given: dict[str, Any] = {
            "policy": SimpleNamespace(
                rules=SimpleNamespace(purposes=purposes, restricted_purposes=self.restricted_purposes)
            ),
            "gate": SimpleNamespace(grant_and_freeze_question=self.grant, refuse_without_case=self.refuse_without_case),
            "issuers": SimpleNamespace(check_unmasking=lambda principal, now: self.step("sign-in")),
            "store": SimpleNamespace(ask=lambda *questions: self.step("exchange")),
            "keyring": KEYRING,
            "vault": SimpleNamespace(records_question=self.by_token, newest_question=self.by_number),
            "budgets": SimpleNamespace(reserve_question=self.reserve),
            "signatures": SimpleNamespace(
                needs=lambda act: True,
                expect=lambda context, act, signed: self.step("signature", signed),
                check_fields=lambda expected, count: self.step("number of items"),
                keys=lambda context, expected: KEYS,
                verify=self.verify,
            ),
            "freezing": SimpleNamespace(count_refusals=self.count_refusals, count_misses=self.count_misses),
            "watch": SimpleNamespace(
                notice=lambda context, bases: self.step("decoys") or self.told.update(named=bases)
            ),
            "case_authority": SimpleNamespace(
                case_question=lambda context, name: SimpleNamespace(answer=lambda: CASE),
                authorise=lambda context, found, purposes: self.step("case", found),
            ),
            "disclosures": SimpleNamespace(prepare=lambda tenant, shown: shown),
            "call_records": SimpleNamespace(
                unanswered=lambda tenant, bases: self.step(
                    "earlier calls", {(base, hash_called(KEYS, "13812345678")): self.unanswered for base in bases}
                )
            ),
            "recorder": SimpleNamespace(record_denials=self.record_denials, record=self.record),
        }
        return Detokenize(**given)

    def open(self, *items: Any, purpose: str = "dispute", name: str | None = "D-2026-0001", signed: Any = None) -> Any:
        return self.opening()(CONTEXT, purpose, name, items, signed)


ORDER = [
    "purpose",
    "signature",
    "number of items",
    "freeze and signature",
    "decoys",
    "sign-in",
    "case",
    "exchange",
    "budget",
    "records",
    "misses",
    "entry",
    "give back 0",
    "value",
]
REFUSING = ORDER[: ORDER.index("records")]


def test_an_opening_takes_these_steps_in_this_order() -> None:
    parts = Parts()

    opened = parts.open({"token": token()})

    assert parts.steps == ORDER
    assert opened == [answers.OpenedToken(token(), "phone", "13812345678")]


@pytest.mark.parametrize("step", REFUSING)
def test_what_refuses_ends_the_call_before_the_next_step(step: str) -> None:
    parts = Parts(refusing=step)

    with pytest.raises(AccessError):
        parts.open({"token": token()})

    assert parts.steps == ORDER[: ORDER.index(step) + 1]
    assert parts.told["refused"] == (Action.DETOKENIZE, Stated(purpose="dispute", case="D-2026-0001"))
    assert parts.told["counted"]


@pytest.mark.parametrize("step", ["records", "misses", "entry"])
def test_no_value_is_answered_where_a_later_step_fails(step: str) -> None:
    parts = Parts(refusing=step, error=StoreUnavailable("down"))

    with pytest.raises(StoreUnavailable):
        parts.open({"token": token()})

    assert "value" not in parts.steps
    assert "refused" not in parts.told


def test_a_refusal_names_no_purpose_that_the_policy_does_not_have() -> None:
    parts = Parts(refusing="purpose")

    with pytest.raises(AccessError):
        parts.open(purpose="13812345678")

    assert parts.told["refused"] == (Action.DETOKENIZE, Stated(case="D-2026-0001"))


@every(
    ("purpose", "item"),
    [
        ("dispute", {"token": token()}),
        ("parcel", {"waybill_no": NUMBER, "field": "/recipient/phone"}),
        ("parcel", {"waybill_no": 1}),
    ],
)
def test_a_case_is_needed_for_the_purpose_or_for_an_item_by_number(purpose: str, item: Any) -> None:
    parts = Parts()

    with pytest.raises(AccessError):
        parts.open(item, purpose=purpose, name=None)

    assert parts.steps == ["purpose", "no case"]
    assert parts.told["proves"] is True


def test_a_purpose_without_a_case_opens_tokens() -> None:
    parts = Parts()

    opened = parts.open({"token": token()}, {"token": token(base=OTHER_BASE)}, purpose="parcel", name=None)

    assert [type(one) for one in opened] == [answers.OpenedToken] * 2
    assert "case" not in parts.steps
    assert "sign-in" in parts.steps


def by_number(field: str, number: str = NUMBER) -> dict[str, str]:
    return {"waybill_no": number, "field": field}


@every(
    ("item", "code"),
    [
        ({"token": token()}, Outcome.RELEASED),
        ({"token": token(0)}, Outcome.RELEASED),
        (by_number("/recipient/phone"), Outcome.RELEASED),
        ({"token": token(2)}, "kind-not-allowed"),
        (by_number("/recipient/address"), "kind-not-allowed"),
        (by_number("/remark"), "kind-not-allowed"),
        ({"token": token(base=OTHER_BASE)}, Outcome.NOT_FOUND),
        (by_number("/recipient/phone", OTHER), Outcome.NOT_FOUND),
        (by_number("/sender/phone"), Outcome.NOT_FOUND),
        (by_number("/recipient/phone", "no number"), Outcome.NOT_FOUND),
        ({"token": token(record=Record(b"xy", 0, LATER, RECORD.body))}, Outcome.NOT_FOUND),
        ({"token": "wbt1"}, Outcome.NOT_FOUND),
        ({"token": token(), "field": "/recipient/phone"}, "invalid-item"),
        ("no item", "invalid-item"),
    ],
)
def test_a_case_opens_these_items_of_its_waybills(item: Any, code: str) -> None:
    parts = Parts()

    (answer,) = parts.open(item)

    got = Outcome.RELEASED if isinstance(answer, answers.OpenedToken | answers.OpenedField) else answer.error.code
    assert got == code
    released, missed = code == Outcome.RELEASED, code == Outcome.NOT_FOUND
    assert parts.told["hits"] == (3, [released] if released or missed else [])
    assert ("value" in parts.steps) is released


def test_each_item_gets_the_record_of_its_own_waybill_behind_items_that_are_not_looked_up() -> None:
    other = Record(b"cd", 0, LATER, body_of("standard", [(PHONE, "13912345679")]))
    parts = Parts(stored={BASE: RECORD, OTHER_BASE: other})
    phone = "/recipient/phone"

    opened = parts.open(by_number(phone, OTHER), {"token": token(0)}, by_number(phone))

    assert opened == [
        answers.UnopenedField(OTHER, phone, answers.Unopened(Outcome.NOT_FOUND)),
        answers.OpenedToken(token(0), "name", "张三"),
        answers.OpenedField(NUMBER, phone, "phone", "13812345678"),
    ]


@every(("purpose", "code"), [("dispute", Outcome.RESTRICTED), ("regulator", Outcome.RELEASED)])
def test_a_restricted_waybill_opens_for_the_purposes_of_the_policy_only(purpose: str, code: str) -> None:
    restricted = Record(b"ab", 0, LATER, RECORD.body, restricted=True)
    parts = Parts(stored={BASE: restricted})

    parts.open({"token": token(1 if purpose == "dispute" else 2)}, purpose=purpose)

    (_, _, told) = parts.told["entry"]
    assert [one.outcome for one in told["items"]] == [code]


@every(("unanswered", "code"), [(1, "call-first"), (2, Outcome.RELEASED)])
def test_a_phone_is_held_back_until_enough_calls_were_not_answered(unanswered: int, code: str) -> None:
    parts = Parts(unanswered=unanswered)

    parts.open({"token": token()}, purpose="delivery", name=None)

    (_, _, told) = parts.told["entry"]
    assert [one.outcome for one in told["items"]] == [code]
    assert parts.told["hits"] == (3, [True] if code == Outcome.RELEASED else [])


def test_what_was_reserved_and_not_released_is_given_back() -> None:
    parts = Parts()

    parts.open({"token": token()}, {"token": token(2)}, {"token": token(base=OTHER_BASE)}, "no item")

    assert parts.told["reserved"] == 2
    assert "give back 1" in parts.steps


def test_the_entry_says_who_opened_what_by_whose_approval_and_signature() -> None:
    parts = Parts()

    parts.open({"token": token()}, by_number("/recipient/name"), signed=SimpleNamespace(nonce=b"nonce"))

    outcome, stated, more = parts.told["entry"]
    assert outcome == Outcome.RELEASED
    assert stated == Stated(
        role="dispute-officer", purpose="dispute", case="D-2026-0001", approved_by=("staff/lead",), signed=PROOF
    )
    assert more["items"] == [
        ItemOutcome(BASE, Outcome.RELEASED, "/recipient/phone", "phone"),
        ItemOutcome(BASE, Outcome.RELEASED, "/recipient/name", "name"),
    ]
    fields = ("/recipient/phone", "/recipient/name")
    assert more["shown"] == [Disclosure(BASE, LATER, Opened(NOW, OFFICER.id, "D-2026-0001", ("staff/lead",), fields))]
    assert parts.told["nonce"] == b"nonce"


def test_every_waybill_that_an_item_names_is_looked_for_among_decoys() -> None:
    parts = Parts()

    parts.open({"token": token(base=OTHER_BASE)}, by_number("/x", OTHER), {"token": token(), "waybill_no": NUMBER})

    assert parts.told["named"] == [OTHER_BASE, OTHER_BASE, BASE, BASE]
