"""Which records a leaked key opens: as they are stored, or as they were before they were sealed again."""

from __future__ import annotations

from keys.hour_keys import WrapHead
from masking_audit.packs.key_leak import BEFORE, NOW, KeyLeak, KeyLeakKind
from masking_audit.packs.persons import SealedRevision, StoredRevision
from masking_service.service.vault.records import Record
from masking_service.service.vault.wrapped_keys import HOLD_DAY, WrappedKey
from tests.every import every

DAY = 86_400
D = 20_000
"""The day of the leak."""
KEPT = 180
HOST, OTHER = b"host-one", b"host-two"


def leak(kind: KeyLeakKind) -> KeyLeak:
    """A leak of day D; of a host from a quarter past one to two o'clock on it."""
    begin, end = (D * DAY + 4_500, D * DAY + 7_200) if kind == "host" else (D * DAY, (D + 1) * DAY)
    return KeyLeak(kind, 0 if kind == "backup" else begin, end, lambda _: [90, KEPT], HOST.decode(), frozenset({HOST}))


def revision(key_day: int, *, stored: int = D * DAY, number: int = 0, head: WrapHead | None = None) -> StoredRevision:
    """A record that was stored at a time (Unix seconds), and has the key of a day now."""
    sealed = SealedRevision("a" * 32, number, WrappedKey("default", key_day, 0, b"key"), head)
    return StoredRevision(sealed, Record(b"\0\0", 0, stored + KEPT * DAY, b"[]"))


def of_host(hour: int, host: bytes = HOST) -> StoredRevision:
    return revision(D, stored=D * DAY + hour * 3_600, head=WrapHead(b"day-key1", host, D * 24 + hour))


@every(
    ("kind", "one", "opened"),
    [
        ("data-key", revision(D), NOW),
        ("data-key", revision(D + 1, stored=(D + 1) * DAY), ""),
        ("data-key", revision(D - 1, stored=(D - 1) * DAY), ""),
        ("data-key", revision(D + 9), BEFORE),  # resealed
        ("data-key", revision(HOLD_DAY), BEFORE),
        ("data-key", revision(HOLD_DAY, stored=(D + 1) * DAY), ""),
        ("data-key", revision(HOLD_DAY, stored=(D - 9) * DAY), ""),
        ("data-key", revision(HOLD_DAY, stored=(D - 9) * DAY, number=1), BEFORE),  # perhaps revised on day D
        ("data-key", revision(HOLD_DAY, stored=(D - KEPT + 90) * DAY), BEFORE),  # an earlier policy kept it for 90 days
        ("backup", revision(D - 9, stored=(D - 9) * DAY), NOW),
        ("backup", revision(D + 9, stored=(D - 9) * DAY), BEFORE),
        ("backup", revision(HOLD_DAY, stored=D * DAY), BEFORE),
        ("backup", revision(D + 1, stored=(D + 1) * DAY), ""),
        ("keyset", revision(HOLD_DAY), NOW),
        ("keyset", of_host(9, OTHER), NOW),
        ("host", of_host(0), ""),
        ("host", of_host(1), NOW),  # the hour had begun
        ("host", of_host(2), ""),
        ("host", of_host(1, OTHER), ""),
        ("host", revision(HOLD_DAY, stored=D * DAY + 3_600), BEFORE),
        ("host", revision(HOLD_DAY, stored=D * DAY), ""),
    ],
)
def test_a_leaked_key_opens_what_it_seals_and_what_it_may_have_sealed(
    kind: KeyLeakKind, one: StoredRevision, opened: str
) -> None:
    found = leak(kind)

    assert (found.opens(one) if found.may_open(one.sealed) else "") == opened


def test_a_host_has_the_key_of_the_hour_before_for_a_few_seconds() -> None:
    found = KeyLeak("host", D * DAY + 7_205, D * DAY + 7_300, lambda _: [KEPT], "intake-1", frozenset({HOST}))

    assert [found.opens(of_host(hour)) for hour in (0, 1, 2)] == ["", NOW, NOW]


def test_a_shredded_day_says_how_many_records_only_the_leaked_key_opens() -> None:
    found = leak("data-key")
    found.add([(WrappedKey("default", D, 0, None), 7)], 0)
    found.opens(StoredRevision(revision(D).sealed, None))

    (days, *_) = found.document({}, {}, counted=True).tables

    assert [*days.rows] == [("2024-10-04", "default", 0, 0, 1, 0, "shredded")]
