"""Which of a waybill's stored custodies counts, and where a first one is set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from keys.aead import FORMAT, HOUR_FORMAT, OVERHEAD_BYTES, header_of
from keys.errors import IntegrityError
from masking_service.audit.actions import Action
from masking_service.service.call.recorder import ItemOutcome, Stated
from masking_service.service.custody.state import Custody
from masking_service.service.people.policy import Grant
from masking_service.service.state.sealed import StoredValue
from masking_service.service.vault.records import Record
from masking_service.service.vault.vault import StoredWaybill
from masking_service.service.vault.writing import Stored
from masking_service.service.waybills.tokenize import StoreAndCompare
from masking_service.store.layout import custody_key
from tests.store.stores import LATER


def test_the_custody_at_the_oldest_place_counts_and_an_intake_hosts_only_under_the_key_of_its_record() -> None:
    host, other = (bytes((HOUR_FORMAT,)).ljust(OVERHEAD_BYTES, mark) for mark in (b"a", b"b"))
    ours = bytes((FORMAT,)).ljust(OVERHEAD_BYTES, b"c")
    records = {
        "none": None,
        "unsealed": Record(b"", 1, 0, b""),
        "of the host": Record(b"", 1, 0, b"", header_of(host)),
        "of another": Record(b"", 1, 0, b"", header_of(other)),
        "ours": Record(b"", 1, 0, b"", header_of(ours)),
    }
    stored = {
        "nothing": (None, None),
        "ours, then the host's": (ours, host),
        "the host's, then ours": (host, ours),
        "the host's twice": (host + b"newer", host),
        "newer only": (host, None),
    }
    kept = StoredValue(custody_key(b"new"), host), StoredValue(custody_key(b"old"), host)
    first = StoredValue(custody_key(b"old"), ours)
    refused = "refused"

    found = {record: {what: _said(records[record], *stored[what]) for what in stored} for record in records}

    by_anybody = {"nothing": None, "ours, then the host's": kept[1], "the host's, then ours": first}
    by_anybody |= {"the host's twice": kept[1], "newer only": kept[0]}
    assert found == {
        "none": by_anybody,
        "unsealed": by_anybody,
        "of the host": by_anybody,
        "of another": by_anybody | dict.fromkeys(("ours, then the host's", "the host's twice", "newer only"), refused),
        "ours": by_anybody | dict.fromkeys(("ours, then the host's", "the host's twice", "newer only")),
    }


def _said(first: Record | None, newer: bytes | None, older: bytes | None) -> StoredValue | str | None:
    try:
        return StoredWaybill((b"new", b"old"), [(None, None, newer, None), (None, None, older, None)]).custody(first)
    except IntegrityError:
        return "refused"


@dataclass
class _Parts:
    """The parts of `StoreAndCompare` that set a custody; notes what they are given."""

    told: list[object] = field(default_factory=list)

    def prepare(self, *given: object, first: bool) -> str:
        self.told.append((*given, first))
        return "prepared"

    def change(
        self, context: object, action: Action, stated: Stated, prepare: Callable[[], object], *, items: object
    ) -> None:
        self.told.append((context, action, stated, prepare(), items))


def test_a_first_custody_is_set_where_none_is_known_at_the_other_place_of_a_waybill() -> None:
    """While the index secret is rotated a waybill has two places, and the call that sets the first looks at one."""
    parts, site = _Parts(), Custody("021001", "client/c-88")
    context = SimpleNamespace(principal=SimpleNamespace(tenant="default"))
    known = StoredValue(b"place", b"sealed")
    stored = iter(Stored(b"%d" % at, 0, Record(b"", 1, LATER + at, b""), created=True) for at in range(4))
    drafts = [
        SimpleNamespace(outcome=next(stored) if is_stored else None, other=other, custody=custody)
        for is_stored in (False, True)
        for other in (b"", b"other stem")
        for custody in (None, known)
    ]

    storing = SimpleNamespace(custodies=parts, recorder=parts)
    grant = Grant("printer", "waybill:tokenize", "label")
    StoreAndCompare._set_first_custody(*cast(Any, (storing, context, grant, drafts, site)))

    bases, ends = [b"0", b"1", b"2"], [LATER, LATER + 1, LATER + 2]
    items = [ItemOutcome(base, "done", site="021001", courier="client/c-88") for base in bases]
    assert parts.told == [
        ("default", bases, [site] * 3, ends, True),
        (context, Action.CUSTODY_FIRST, Stated(role="printer"), "prepared", items),
    ]
