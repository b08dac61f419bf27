"""The gate: who is frozen hears that before anything else, and only what may show a value asks the store."""

from collections.abc import Callable

import pytest

from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import QuotaExceeded, SignatureInvalid
from masking_service.service.freezes.state import Freeze, Freezes
from masking_service.service.people.errors import Forbidden, Frozen, PurposeRequired
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.pipeline import Question
from tests.keys.known import known_keyring
from tests.service.people.policies import DEFAULT, someone
from tests.store import stores
from tests.store.stores import counted

OFFICER = someone("dispute-officer")
FREEZE = Freeze(OFFICER.id, 1_796_000_000, "by hand", "staff/boss")
Grant = Callable[..., object]


def freezes_on(store: Store) -> Freezes:
    return Freezes(store, known_keyring(), stores.foreseen("freezes"))


@pytest.fixture
def freezes(store: Store) -> Freezes:
    return freezes_on(store)


@pytest.fixture
def gate(freezes: Freezes, store: Store) -> LiveGate:
    return LiveGate(DEFAULT, freezes, store)


def test_it_grants_what_the_policy_grants(gate: LiveGate) -> None:
    wanted = DEFAULT.grant(OFFICER, "token:detokenize", purpose="dispute")

    assert gate.grant(OFFICER, "token:detokenize", purpose="dispute") == wanted
    assert gate.grant_and_freeze_question(OFFICER, "token:detokenize", purpose="dispute")[0] == wanted
    assert gate.grant_live(OFFICER, "waybill:view") == DEFAULT.grant(OFFICER, "waybill:view")


def test_from_memory_it_asks_nothing_of_the_store(gate: LiveGate, store: Store) -> None:
    with counted(store) as trips:
        gate.grant(OFFICER, "waybill:view")

    assert trips == [0]


def test_live_it_asks_once(gate: LiveGate, store: Store) -> None:
    with counted(store) as trips:
        gate.grant_live(OFFICER, "waybill:view")

    assert trips == [1]


def test_its_question_brings_the_misses(gate: LiveGate, freezes: Freezes, store: Store) -> None:
    freezes.add_misses(OFFICER, 7)
    _, question = gate.grant_and_freeze_question(OFFICER, "waybill:view")
    store.ask(question)

    assert question.answer() == 7


def answering(answer: object) -> Question[object]:
    """Return a question that needs no exchange. It has this answer, or raises it."""

    def read(_: list[object]) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Question([], read)


def test_one_exchange_brings_misses_device_and_budget(gate: LiveGate, store: Store) -> None:
    _, frozen = gate.grant_and_freeze_question(OFFICER, "waybill:view")
    more = Question([(b"ECHO", b"more")], lambda replies: replies)

    with counted(store) as trips:
        answered = gate.ask(frozen, answering("a device"), answering("a budget"), more)

    assert (answered, more.answer(), trips) == ((0, "a device", "a budget"), [b"more"], [1])


def test_a_freeze_is_told_before_the_proof_and_the_proof_before_the_budget(gate: LiveGate, store: Store) -> None:
    _, frozen = gate.grant_and_freeze_question(OFFICER, "waybill:view")
    no_device = answering(SignatureInvalid("no device"))
    spent = answering(QuotaExceeded("1m", 1, role="officer", counts="fields"))

    with pytest.raises(SignatureInvalid):
        gate.ask(frozen, no_device, spent)
    stores.freeze(freezes_on(store), "default", FREEZE)
    with pytest.raises(Frozen):
        gate.ask(frozen, no_device, spent)


def test_a_caller_refused_by_the_policy_costs_no_round_trip(gate: LiveGate, store: Store) -> None:
    with counted(store) as trips, pytest.raises(Forbidden):
        gate.grant_live(OFFICER, "waybill:erase")

    assert trips == [0]


@pytest.mark.parametrize("permission", ["waybill:view", "waybill:erase", "no:such"])
def test_a_frozen_caller_is_told_so_for_every_permission(gate: LiveGate, freezes: Freezes, permission: str) -> None:
    stores.freeze(freezes, "default", FREEZE)

    for ask in (gate.grant, gate.grant_live):
        with pytest.raises(Frozen):
            ask(OFFICER, permission)


def test_a_freeze_counts_live_before_it_is_known_here(gate: LiveGate, store: Store) -> None:
    stores.freeze(freezes_on(store), "default", FREEZE)

    gate.grant(OFFICER, "waybill:view")
    with pytest.raises(Frozen):
        gate.grant_live(OFFICER, "waybill:view")


def test_an_unfreeze_counts_live_before_it_is_known_here(gate: LiveGate, freezes: Freezes, store: Store) -> None:
    stores.freeze(freezes, "default", FREEZE)
    stores.unfreeze(freezes_on(store), "default", OFFICER.id)

    assert gate.grant_live(OFFICER, "waybill:view").permission == "waybill:view"


def test_a_caller_who_is_not_frozen_is_told_what_is_missing(gate: LiveGate) -> None:
    with pytest.raises(PurposeRequired):
        gate.grant_live(OFFICER, "token:detokenize")


def test_without_a_store_nothing_is_granted_live_and_memory_goes_on(tmp_path: object) -> None:
    store = stores.admitted(f"unix://{tmp_path}/absent.sock")
    gate = LiveGate(DEFAULT, freezes_on(store), store)

    gate.grant(OFFICER, "waybill:view")
    with pytest.raises(StoreUnavailable):
        gate.grant_live(OFFICER, "waybill:view")
