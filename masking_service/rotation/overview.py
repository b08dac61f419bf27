"""Reports the state of every key, and what is due."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keys.aead import key_id_of
from keys.keyring import Keyring
from keys.keyset_file import KeysetFile, RootEntry, SecretEntry, Use, date_of, day_of
from keys.rotation import ROTATABLE, entries_of
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.rotation.keyset_watch import Heartbeat, active_processes
from masking_service.service.people.clients import Clients
from masking_service.service.people.rules import KeyRules
from masking_service.service.vault.wrapped_keys import HOLD_DAY, PERMIT_DAY, WrappedKeys
from masking_service.store.client import Store
from masking_service.store.layout import DATA_KEY_USES

COMMANDS: Final = {"client": "clients", "audit-hash": "audit"}
"""What `keys rotate` calls a use, or the one with which it turns over, where it is another word."""
ENDING: Final[tuple[Use, ...]] = ("index", "state", "search", "audit", "publication")
"""Uses of which a rotation is complete when their retired secrets are ended."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy's limits in days: the longest retention, and the ages of keys."""

    retention: int
    rules: KeyRules


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key, or the data keys of a day; `age` in days, `uses` None if not counted."""

    use: str
    key: str
    state: str
    age: int
    uses: int | None
    depends: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All keys, due actions and running processes."""

    keys: list[KeyLine]
    due: list[str]
    processes: Sequence[Heartbeat]
    digest: str


@dataclass(slots=True)
class _Day:
    """The data keys of one day."""

    usable: int = 0
    shredded: int = 0
    uses: int = 0


def overview_of_file(file: KeysetFile, rules: KeyRules, today: int) -> Overview:
    """Report from the keyset file alone."""
    lines = [_line("root", entry.id, entry, today, None, "") for entry in file.roots]
    lines += [_line(entry.use, str(entry.version), entry, today, None, "") for entry in file.secrets]
    return Overview(lines, _due_of_file(file, rules, today), (), "")


def overview(file: KeysetFile, store: Store, keyring: Keyring, terms: Terms, today: int, clients: Clients) -> Overview:
    """Report from the keyset file and the store.

    Args:
        today: days since 1970-01-01.

    Raises:
        StoreUnavailable: the store did not answer.
        IntegrityError: data in it was changed.
    """
    days: dict[int, _Day] = {}
    under: Counter[str] = Counter()
    for batch in WrappedKeys(store, keyring, bytes).all():
        for stored, uses in batch.values():
            day = days.setdefault(stored.day, _Day())
            if stored.wrapped is None or stored.day < keyring.keyset.shredded_before:
                day.shredded += 1
                continue
            day.usable += 1
            day.uses += uses
            under[key_id_of(stored.wrapped).hex()] += 1
    lines = [_line("root", one.id, one, today, None, f"data keys: {under[one.id]}") for one in file.roots]
    versions = [f"token/{entry.version}".encode() for entry in file.secrets]
    [made] = store.read([(b"HMGET", DATA_KEY_USES, *versions)])
    for entry, uses in sorted(zip(file.secrets, made, strict=True), key=lambda one: (one[0].use, one[0].version)):
        counted = int(uses or 0) if entry.use == "token" else None
        lines.append(
            _line(entry.use, str(entry.version), entry, today, counted, _readers(entry, terms.retention, today))
        )
    made_at = clients.oldest_key(today * SECONDS_A_DAY)
    if made_at is not None:
        age = max(today - made_at // SECONDS_A_DAY, 0)
        lines.append(KeyLine("api-key", "oldest", "active", age, None, "a client (clients list)"))
    days.pop(PERMIT_DAY, None)  # `pseudonyms permit list` shows these
    of_holds = days.pop(HOLD_DAY, None)
    if of_holds:
        state = "active" if of_holds.usable else "shredded"
        lines.append(KeyLine("data", "holds", state, 0, of_holds.uses, _records(of_holds)))
    for number, day in sorted(days.items(), reverse=True):
        state = "active" if number == today else "retired" if day.usable else "shredded"
        lines.append(KeyLine("data", date_of(number), state, max(today - number, 0), day.uses, _records(day)))
    due = _due_of_file(file, terms.rules, today) + _due_of_store(file, days, under, terms.retention, today)
    if made_at is not None and today - made_at // SECONDS_A_DAY > terms.rules.api_keys:
        due.append(f"an API key is older than {terms.rules.api_keys} days: clients list, clients add, clients revoke")
    return Overview(lines, due, active_processes(store, keyring), keyring.keyset.digest.hex())


def _line(use: str, key: str, entry: RootEntry | SecretEntry, today: int, uses: int | None, depends: str) -> KeyLine:
    return KeyLine(use, key, entry.state, max(today - day_of(entry.created), 0), uses, depends)


def _readers(entry: SecretEntry, retention: int, today: int) -> str:
    """Describe which tokens or records depend on a secret."""
    if entry.use != "token":
        return _DEPENDS.get((entry.use, entry.state), "")
    if entry.state != "retired":
        return "tokens of stored records" if entry.state == "active" else "nothing yet"
    end = day_of(entry.since or entry.created) + retention + 1
    return f"tokens of records that expire by {date_of(end)}" if today <= end else "nothing: its records have expired"


_DEPENDS: Final = {
    ("index", "active"): "every record",
    ("index", "deciding"): "records that are not moved yet (keys rotate index)",
    ("index", "retired"): "records that are not moved yet (keys rotate index)",
    ("index", "ended"): "the newer index secrets hash what it hashed",
    ("state", "active"): "cases, custody, clients and other sealed state",
    ("state", "retired"): "what is not sealed anew yet (keys rotate state)",
    ("state", "ended"): "nothing in the store",
    ("search", "active"): "search indexes, where the policy keeps any",
    ("search", "retired"): "search entries that are not replaced yet (keys rotate search)",
    ("search", "ended"): "nothing in the store",
    ("audit", "active"): "new entries of the log",
    ("audit", "retired"): "processes that do not sign with the new key yet (keys rotate audit)",
    ("audit", "ended"): "the log up to the checkpoint that ended it",
    ("audit-hash", "active"): "keyed hashes in new entries of the log",
    ("audit-hash", "retired"): "keyed hashes in older entries, which the newer secrets hash again",
    ("publication", "active"): "what intake hosts read, and their way to the opening tier",
    ("publication", "retired"): "intake hosts without their new part (keys rotate publication)",
    ("publication", "ended"): "nothing",
    ("client", "active"): "digests of API keys",
    ("client", "retired"): "digests of API keys, under the newer pepper",
}


def _records(day: _Day) -> str:
    parts = []
    if day.usable:
        parts.append(f"records; keys: {day.usable}")
    if day.shredded:
        parts.append(f"shredded keys: {day.shredded}")
    return ", ".join(parts)


def _due_of_file(file: KeysetFile, rules: KeyRules, today: int) -> list[str]:
    due = []
    for which in ROTATABLE:
        entries, command = entries_of(file, which), COMMANDS.get(which, which)
        unfinished = {
            "distributed",
            "deciding",
            *(["retired"] if which in ENDING else []),
        }
        if any(entry.state in unfinished for entry in entries):
            also = ", or the keys shred or pseudonyms permit end that began it" if which == "root" else ""
            due.append(f"a rotation was interrupted: keys rotate {command}{also}")
        if any(entry.state == "active" and today - day_of(entry.created) > rules.secrets for entry in entries):
            due.append(f"the active {which} key is older than {rules.secrets} days: keys rotate {command}")
    due += [
        f"the keys of the intake host {host.name} are older than {rules.secrets} days: split and enrol a new one"
        for host in file.hosts
        if host.state == "enrolled" and today - day_of(host.since) > rules.secrets
    ]
    return [*dict.fromkeys(due)]  # one command may rotate two


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
    expired = sum(day.usable > 0 and number < today - retention for number, day in days.items())
    if expired:
        due.append(
            f"expired days that backups still open: {expired} (keys shred --before {date_of(today - retention)})"
        )
    return due
