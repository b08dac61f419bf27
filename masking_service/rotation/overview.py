"""What is known of every key: state, age, uses, what still depends on it, and what its keeper has to do next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keys.aead import key_id_of
from keys.keyring import Keyring
from keys.keyset_file import KeysetFile, RootEntry, SecretEntry, date_of, day_of
from masking_service.rotation.workers import Beat, living
from masking_service.store.client import Store
from masking_service.store.layout import DATA_KEY_USES
from masking_service.vault.wrapped_keys import WrappedKeys

YEAR_DAYS: Final = 365
"""Root and token keys are to be rotated once a year."""


@dataclass(frozen=True, slots=True)
class Line:
    """One key, or the data keys of one day; `age` in days, `uses` None where they are not counted."""

    use: str
    key: str
    state: str
    age: int
    uses: int | None
    depends: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All keys, what is due, the living processes, and the digest of the keyset file that they should have."""

    keys: list[Line]
    due: list[str]
    processes: Sequence[Beat]
    digest: str


@dataclass(slots=True)
class _Day:
    """The data keys of one day."""

    living: int = 0
    shredded: int = 0
    uses: int = 0


def overview_of_file(file: KeysetFile, today: int) -> Overview:
    """What the keyset file alone tells; `today` is a day since 1970-01-01."""
    lines = [_line("root", entry.id, entry, today, None, "") for entry in file.roots]
    lines += [_line(entry.use, str(entry.version), entry, today, None, "") for entry in file.secrets]
    return Overview(lines, _due_of_file(file, today), (), "")


def overview(file: KeysetFile, store: Store, keyring: Keyring, retention: int, today: int) -> Overview:
    """What the keyset file and the store tell together.

    Args:
        retention: the longest of the policy, in days.
        today: a day since 1970-01-01.

    Raises:
        StoreUnavailable: the store did not answer.
        IntegrityError: something in it was changed.
    """
    days: dict[int, _Day] = {}
    under: Counter[str] = Counter()
    for portion in WrappedKeys(store, keyring, bytes).all():
        for standing, uses in portion.values():
            day = days.setdefault(standing.day, _Day())
            if standing.wrapped is None or standing.day < keyring.keyset.shredded_before:
                day.shredded += 1
                continue
            day.living += 1
            day.uses += uses
            under[key_id_of(standing.wrapped).hex()] += 1
    lines = [_line("root", one.id, one, today, None, f"data keys: {under[one.id]}") for one in file.roots]
    versions = [f"token/{entry.version}".encode() for entry in file.secrets]
    made = store.read([(b"HMGET", DATA_KEY_USES, *versions)])[0]
    for entry, uses in sorted(zip(file.secrets, made, strict=True), key=lambda one: (one[0].use, one[0].version)):
        counted = int(uses or 0) if entry.use == "token" else None
        lines.append(_line(entry.use, str(entry.version), entry, today, counted, _readers(entry, retention, today)))
    for number, day in sorted(days.items(), reverse=True):
        state = "active" if number == today else "retired" if day.living else "shredded"
        lines.append(Line("data", date_of(number), state, max(today - number, 0), day.uses, _records(day)))
    due = _due_of_file(file, today) + _due_of_store(file, days, under, retention, today)
    return Overview(lines, due, living(store, keyring), keyring.keyset.digest.hex())


def _line(use: str, key: str, entry: RootEntry | SecretEntry, today: int, uses: int | None, depends: str) -> Line:
    return Line(use, key, entry.state, max(today - day_of(entry.created), 0), uses, depends)


def _readers(entry: SecretEntry, retention: int, today: int) -> str:
    """What a token key's tokens still name."""
    if entry.use != "token":
        return "every record" if entry.use == "index" else ""
    if entry.state != "retired":
        return "tokens of living records" if entry.state == "active" else "nothing yet"
    end = day_of(entry.since or entry.created) + retention + 1
    return f"tokens of records that expire by {date_of(end)}" if today <= end else "nothing: its records have expired"


def _records(day: _Day) -> str:
    told = []
    if day.living:
        told.append(f"records; keys: {day.living}")
    if day.shredded:
        told.append(f"shredded keys: {day.shredded}")
    return ", ".join(told)


def _due_of_file(file: KeysetFile, today: int) -> list[str]:
    due = []
    for which, entries in (("root", file.roots), ("token", [one for one in file.secrets if one.use == "token"])):
        if any(entry.state == "distributed" for entry in entries):
            due.append(f"a rotation was interrupted: keys rotate {which}, or the keys shred that began it")
        if any(entry.state == "active" and today - day_of(entry.created) > YEAR_DAYS for entry in entries):
            due.append(f"the active {which} key is older than a year: keys rotate {which}")
    return due


def _due_of_store(
    file: KeysetFile, days: dict[int, _Day], under: Counter[str], retention: int, today: int
) -> list[str]:
    due = []
    active = next(entry.id for entry in file.roots if entry.state == "active")
    held = {entry.id for entry in file.roots}
    behind = sum(count for root, count in under.items() if root != active and root in held)
    orphans = sum(count for root, count in under.items() if root not in held)
    if behind:
        due.append(f"data keys on a retired root key: {behind} (keys rewrap)")
    if orphans:
        due.append(f"data keys on a destroyed root key, as in an old backup: {orphans} (keys restore FILE)")
    expired = sum(day.living > 0 and number < today - retention for number, day in days.items())
    if expired:
        due.append(
            f"expired days that backups still open: {expired} (keys shred --before {date_of(today - retention)})"
        )
    return due
