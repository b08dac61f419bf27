"""What the use cases write down: who, what and how much, and no name, number, address, token or tenant."""

import json
from collections.abc import Sequence

import pytest

from masking_audit.format.entries import Entry
from masking_service.audit.actions import Action
from masking_service.audit.errors import NotArchived
from masking_service.audit.log import REPLACED, AuditLog, fact
from masking_service.service.call.denials import Denials
from masking_service.service.call.recorder import ItemOutcome, Recorder, RequestContext, SignatureProof, Stated
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import HashField, Prepared, PreparedFields, Sealed
from masking_service.store.errors import StoreUnavailable
from tests.every import every
from tests.keys.known import known_keyring
from tests.store.stores import NOW, NUMBER

KEYS = known_keyring().tenant("default")
(BASE,) = KEYS.bases([NUMBER])


class Kept(AuditLog):
    """A log that keeps what it is told."""

    writes_fields = True

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.fields: list[HashField] = []
        self.after: list[tuple[int, HashField]] = []

    def append(self, entry: Entry, fields: Sequence[HashField] = ()) -> str:
        self.entries.append(entry)
        self.fields += fields
        return f"w-{len(self.entries)}"

    def write(self, fields: Sequence[HashField]) -> None:
        self.after += [(len(self.entries), field) for field in fields]


class KeptInACluster(Kept):
    writes_fields = False


@pytest.fixture
def kept() -> Kept:
    return Kept()


def recorder(kept: AuditLog) -> Recorder:
    return Recorder(kept, Denials(kept, lambda: NOW), known_keyring(), "policy-1", None)


def context(principal: str = "staff/u-1", tenant: str = "default", request: str = "req-1") -> RequestContext:
    return RequestContext(Principal(principal, tenant, ("dispute-officer",), frozenset(), "jwt"), request, NOW)


def test_an_entry_says_who_did_what_when_and_under_which_policy(kept: Kept) -> None:
    recorded = recorder(kept).record(context(), Action.VIEW, "done", Stated(role="courier", profile="courier"))

    (entry,) = kept.entries
    said = (entry.principal, entry.action, entry.outcome, entry.role, entry.profile, entry.at, entry.policy)
    assert (recorded.id, said) == ("w-1", ("staff/u-1", "view", "done", "courier", "courier", NOW, "policy-1"))


def test_waybill_and_tenant_are_keyed_hashes(kept: Kept) -> None:
    recorder(kept).record(context(), Action.VIEW, "done", items=[ItemOutcome(BASE, "released")])

    (entry,) = kept.entries
    assert entry.tenant == KEYS.audit_hash("tenant")
    assert entry.items[0].waybill == KEYS.audit_hash("waybill", BASE.hex())


def test_the_same_waybill_has_another_hash_for_another_tenant(kept: Kept) -> None:
    for tenant in ("default", "other"):
        recorder(kept).record(context(tenant=tenant), Action.VIEW, "done", items=[ItemOutcome(BASE, "released")])

    one, other = kept.entries
    assert (one.tenant != other.tenant, one.items[0].waybill != other.items[0].waybill) == (True, True)


def test_the_count_is_of_what_was_released(kept: Kept) -> None:
    items = [
        ItemOutcome(BASE, "released"),
        ItemOutcome(BASE, "not-found"),
        ItemOutcome(None, "kind-not-allowed"),
        ItemOutcome(BASE, "released"),
    ]

    recorder(kept).record(context(), Action.DETOKENIZE, "done", items=items)

    (entry,) = kept.entries
    assert entry.count == 2
    assert [item.outcome for item in entry.items] == ["released", "not-found", "kind-not-allowed", "released"]


def test_an_item_without_a_waybill_names_none(kept: Kept) -> None:
    recorder(kept).record(context(), Action.DETOKENIZE, "done", items=[ItemOutcome(None, "not-found")])

    assert kept.entries[0].items[0].waybill == ""


def test_ids_from_outside_are_replaced_where_they_hold_personal_data(kept: Kept) -> None:
    told = context("staff/13812345678", request="r-13812345678")

    stated = Stated(
        purpose="13812345678",
        case="D-13812345678",
        subject="staff/13812345679",
        approved_by=("staff/13812345680", "staff/lead"),
    )
    recorder(kept).record(told, Action.DETOKENIZE, "forbidden", stated)

    entry = kept.entries[0]
    assert (entry.principal, entry.request, entry.purpose, entry.case, entry.subject) == (REPLACED,) * 5
    assert entry.approved_by == [REPLACED, "staff/lead"]


@every("case", ["", "D 1", "李明的件", "../D-1", "D" * 65, "D-1\n"])
def test_an_entry_names_no_case_whose_name_is_malformed(kept: Kept, case: str) -> None:
    recorder(kept).record(context(), Action.CASE_CLOSE, "not-found", Stated(case=case))

    assert kept.entries[-1].case == ""


def test_a_whole_entry_holds_nothing_planted(kept: Kept) -> None:
    told = context("staff/13812345678", tenant="tenant-under-test", request="r-13812345678")

    recorder(kept).record(
        told, Action.DETOKENIZE, "done", items=[ItemOutcome(BASE, "released", "/recipient/phone", "phone")]
    )

    text = json.dumps([str(getattr(kept.entries[0], name)) for name in Entry.__struct_fields__])
    planted = ("13812345678", NUMBER, "tenant-under-test", BASE.hex())
    assert [value for value in planted if value in text] == []


DISCLOSED = HashField(b"k", b"f", b"v", NOW)
USED = HashField(b"keys", b"one", b"use", NOW)
SHOWN = PreparedFields([Sealed(b"k/f", b"v", until=NOW, once=False)], lambda: None, [DISCLOSED])
SIGNED = Stated(signed=SignatureProof((), (USED,)))


def test_an_entry_carries_its_disclosures_and_the_use_of_a_key(kept: Kept) -> None:
    recorder(kept).record(context(), Action.VIEW, "released", SIGNED, shown=SHOWN)

    assert (kept.fields, kept.after) == ([DISCLOSED, USED], [])


def test_in_a_cluster_they_follow_their_entry() -> None:
    kept = KeptInACluster()

    recorder(kept).record(context(), Action.VIEW, "released", SIGNED, shown=SHOWN)

    assert (kept.fields, kept.after) == ([], [(1, DISCLOSED), (1, USED)])


def test_a_disclosure_that_cannot_follow_its_entry_takes_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptInACluster()

    def fail(_: Sequence[HashField]) -> None:
        raise StoreUnavailable("timeout")

    monkeypatch.setattr(kept, "write", fail)

    with pytest.raises(StoreUnavailable):
        recorder(kept).record(context(), Action.VIEW, "released", shown=SHOWN)

    assert [(entry.outcome, [*entry.takes_back]) for entry in kept.entries] == [
        ("released", []),
        ("unavailable", ["w-1"]),
    ]


def test_what_is_shown_is_announced_beside_what_is_changed(kept: Kept) -> None:
    changed = Sealed(b"list", b"new", until=0, once=False)

    recorder(kept).record(context(), Action.DECOY_HEARD, "released", sealed=[changed], shown=SHOWN)

    assert kept.entries[0].facts == [fact(changed), fact(SHOWN.sealed[0])]


class Changes:
    """Changes of two values of a store, of which the first attempts are too late."""

    def __init__(self, log: Kept, late: Sequence[bool]) -> None:
        self._log = log
        self._late = iter(late)
        self.seen: list[tuple[str, int]] = []

    def prepare(self, name: str, *, racing: bool) -> Prepared[bool | None]:
        self.seen.append((f"read {name}", len(self._log.entries)))

        def write() -> bool | None:
            self.seen.append((f"write {name}", len(self._log.entries)))
            return not next(self._late) if racing else None

        return Prepared([Sealed(name.encode(), b"v", until=0, once=False)], write)


def test_changes_are_read_recorded_and_written_again_where_another_was_first(kept: Kept) -> None:
    changes = Changes(kept, [True, False])

    entry = recorder(kept).change(
        context(),
        Action.THAW,
        Stated(subject="staff/u-2"),
        lambda: changes.prepare("list", racing=True),
        lambda: changes.prepare("body", racing=False),
    )

    once = ["read list", "read body", "write list"]
    assert changes.seen == [
        *zip(once, (0, 0, 1), strict=True),
        *zip([*once, "write body"], (1, 1, 2, 2), strict=True),
    ]
    assert (entry.id, [(one.outcome, one.subject, len(one.facts), [*one.takes_back]) for one in kept.entries]) == (
        "w-2",
        [("done", "staff/u-2", 2, []), ("done", "staff/u-2", 2, ["w-1"])],
    )


def test_a_change_that_cannot_be_made_any_more_where_another_was_first_takes_its_entry_back(kept: Kept) -> None:
    changes: list[Prepared[bool | None]] = [Prepared([], lambda: False)]

    with pytest.raises(IndexError):
        recorder(kept).change(context(), Action.HOLD_PROPOSE, Stated(case="H-1"), changes.pop)

    assert [(one.outcome, one.case, [*one.takes_back]) for one in kept.entries] == [
        ("done", "H-1", []),
        ("unavailable", "H-1", ["w-1"]),
    ]


def test_a_change_that_shows_something_is_recorded_as_released(kept: Kept) -> None:
    changes = Changes(kept, [])

    recorder(kept).change(
        context(), Action.DECOY_HEARD, Stated(), lambda: changes.prepare("list", racing=False), shown=SHOWN
    )

    assert [(one.outcome, len(one.facts)) for one in kept.entries] == [("released", 2)]
    assert kept.fields == [DISCLOSED]


def test_a_change_whose_write_fails_takes_its_entry_back(kept: Kept) -> None:
    def write() -> bool:
        raise StoreUnavailable("timeout")

    with pytest.raises(StoreUnavailable):
        recorder(kept).change(context(), Action.THAW, Stated(), lambda: Prepared([], write))

    assert [(one.outcome, [*one.takes_back]) for one in kept.entries] == [("done", []), ("unavailable", ["w-1"])]


def test_a_write_that_fails_takes_its_entry_back_by_id(kept: Kept) -> None:
    recorder(kept).record(context(), Action.CASE_CLOSE, "done")
    recorded = recorder(kept).record(
        context(),
        Action.ERASE,
        "done",
        Stated(role="privacy-officer"),
        items=[ItemOutcome(BASE, "done")],
        sealed=[Sealed(b"k", b"v", until=0, once=False)],
    )

    with pytest.raises(StoreUnavailable), recorder(kept).take_back_on_failure(recorded):
        raise StoreUnavailable("timeout")

    taken_back = kept.entries[-1]
    assert (taken_back.outcome, taken_back.takes_back) == ("unavailable", ["w-2"])
    assert (taken_back.action, taken_back.role) == ("erase", "privacy-officer")
    assert (taken_back.items, taken_back.facts, taken_back.count) == ([], [], 0)


class Full:
    """Room for no entry."""

    refuses = True


def test_without_room_only_what_takes_rights_away_is_recorded(kept: Kept) -> None:
    strict = Recorder(kept, Denials(kept, lambda: NOW), known_keyring(), "policy-1", Full())
    with pytest.raises(NotArchived):
        strict.record(context(), Action.VIEW, "released")
    for action in (Action.FREEZE, Action.CASE_CLOSE, Action.CASE_DENY):
        strict.record(context(), action, "done")
    strict.record_denial(context(), Action.VIEW, "forbidden", Stated())

    assert [entry.action for entry in kept.entries] == ["freeze", "case-close", "case-deny", "view"]
