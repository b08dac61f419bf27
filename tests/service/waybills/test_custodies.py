"""Which of a waybill's stored custodies counts."""

from keys.aead import FORMAT, HOUR_FORMAT, OVERHEAD_BYTES, header_of
from keys.errors import IntegrityError
from masking_service.service.state.sealed import StoredValue
from masking_service.service.waybills.records import Record
from masking_service.service.waybills.vault import _custody
from masking_service.store.layout import custody_key


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
        return _custody(first, (b"new", b"old"), [(None, None, newer, None), (None, None, older, None)])
    except IntegrityError:
        return "refused"
