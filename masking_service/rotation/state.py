"""Rotates the state secret: seals all access state anew, and ends the old secret.

Every sealed value of the store is read. The old secret is ended only when a whole
pass has found no value under it; from then on no process opens such a value.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from keys.aead import HEADER_BYTES, HOUR_FORMAT, NONCE_BYTES, SealingKeys
from keys.errors import KeysError
from masking_service.audit.places import PLACES, RECORD
from masking_service.rotation.coordinator import KEYS_AT_ONCE, Coordinator
from masking_service.rotation.resealing import Announcer, Resealed, announced, replace, state_keys_by_id
from masking_service.rotation.rotate import rotate_and_end
from masking_service.service.call.recorder import Recorder
from masking_service.service.state.serials import Serials
from masking_service.store.client import Reply
from masking_service.store.layout import WAYBILL

SUBJECT: Final = "key/state"
_NAMED_BY_NONCE: Final = re.compile(WAYBILL + rb"!")
"""Disclosures: the name of a field is the nonce, and the value is the envelope without it."""
_ANNOUNCED: Final = tuple((command, names) for what, command, names in PLACES if what != RECORD)
_OF_OTHER_KEYS: Final = re.compile(WAYBILL + rb"(?:[0-9a-f]|10)|wm:\{[fs]:.+|wm:\{audit.+|wm:\{keys\}data")
"""Records, search indexes and the log, which have no state key, and labels of data keys, which are read apart."""
_READING: Final = {b"string": b"GET", b"hash": b"HGETALL"}


def rotate_state(
    coordinator: Coordinator, recorder: Recorder, tenants: Iterable[str], clock: Callable[[], int]
) -> int | None:
    """Rotate the state secret, or continue.

    Args:
        recorder: records what is sealed anew, before it is replaced.
        tenants: every tenant that clients and policy name.

    Returns:
        As `rotate_and_end`: the number of sealed values in the store, none of which is under the old secret.

    Raises:
        As `rotate_and_end`, and KeysError where a value is sealed with a key that the keyset does not hold.
    """

    def replace_all() -> int:
        work = _Pass(coordinator, Announcer(recorder, SUBJECT, clock), state_keys_by_id(coordinator, tenants))
        while work.run():
            coordinator.pause()
        return work.seen

    return rotate_and_end(coordinator, "state", replace_all)


@dataclass(slots=True)
class _Pass:
    """One pass over the store after another.

    Attributes:
        keys: tenant and state keys, by the id of each key.
    """

    coordinator: Coordinator
    announcer: Announcer
    keys: Mapping[bytes, tuple[str, SealingKeys]]
    seen: int = 0
    _found: bool = False
    _unknown: int = 0
    _total: int = 0

    def run(self) -> bool:
        """Seal anew what is under a retired key, and return whether anything was.

        Raises:
            KeysError: values are sealed with keys that the keyset does not hold.
        """
        self._total, self.seen, self._found, self._unknown = self.seen, 0, False, 0
        self._labels()
        for some in self.coordinator.stored_keys():
            logged = [(command, key) for key in some if (command := _announced_by(key)) is not None]
            known = {key for _, key in logged}
            others = [key for key in some if key not in known and not _OF_OTHER_KEYS.fullmatch(key)]
            kinds = self.coordinator.store.read([(b"TYPE", key) for key in others]) if others else []
            reading = [(_READING[kind], key) for kind, key in zip(kinds, others, strict=True) if kind in _READING]
            self._values(logged, logged=True)
            self._values(reading, logged=False)
            self.coordinator.progress("sealed values checked", self.seen, max(self.seen, self._total))
        if self._unknown:
            raise KeysError(
                f"{self._unknown} values are sealed with state keys that the keyset does not hold, or of tenants that "
                "neither the policy nor a client names: name those tenants in the policy, or run audit verify --store"
            )
        return self._found

    def _labels(self) -> None:
        """Seal the labels of data keys anew; only commands replace them, and this one holds their lock."""
        wrapped = self.coordinator.wrapped
        for batch in wrapped.all():
            retired = {key_id: stored for key_id, (stored, _) in batch.items() if stored.label_key in self._retired_ids}
            wrapped.replace(retired)
            self.seen += len(batch)
            self._found = self._found or bool(retired)

    def _document(self, key: bytes, flat: Sequence[bytes]) -> None:
        """Write a document as new serials, until none that is kept is under a retired key."""
        self.seen += 1
        while owner := next((found for sealed in flat[1::2] if (found := self._retired(sealed))), None):
            tenant, keys = owner
            document = Serials(self.coordinator.store, key, partial(_same, keys), self.coordinator.random)
            prepared = document.prepare(lambda content: content)
            self.announcer.run(tenant, prepared.sealed, prepared.write)
            [flat] = self.coordinator.store.read([(b"HGETALL", key)])

    def _values(self, commands: Sequence[tuple[bytes, bytes]], *, logged: bool) -> None:
        """Seal the values of keys anew.

        Args:
            logged: whether the audit log explains them. Of others, those that no state key sealed are passed over.
        """
        replies = self.coordinator.store.read(commands)
        waiting: dict[str, list[Resealed]] = defaultdict(list)
        for (_, key), reply in zip(commands, replies, strict=True):
            if isinstance(reply, list) and logged and all(name.isdigit() for name in reply[0::2]):
                self._document(key, reply)  # a hash of serials
                continue
            for name, value in _stored(reply):
                if not logged and value[2:HEADER_BYTES] not in self.keys:
                    continue
                self.seen += 1
                owner = self._retired(value)
                if owner is not None:
                    tenant, state = owner
                    after = _sealed_anew(state, key, name, value, self.coordinator.random)
                    waiting[tenant].append(Resealed(key, name, value, after))
        for tenant, values in waiting.items():
            for start in range(0, len(values), KEYS_AT_ONCE):
                self._replace(tenant, values[start : start + KEYS_AT_ONCE], logged=logged)

    def _replace(self, tenant: str, values: Sequence[Resealed], *, logged: bool) -> None:
        store = self.coordinator.store
        self.announcer.run(tenant, announced(store, values) if logged else (), lambda: replace(store, values))

    @property
    def _retired_ids(self) -> frozenset[bytes]:
        return self.coordinator.keyring.tenant("").state.retired_ids

    def _retired(self, value: bytes) -> tuple[str, SealingKeys] | None:
        """Return whose retired key sealed a value, and the keys; None where it was the active one."""
        if value[0] == HOUR_FORMAT:
            return None  # the first custody, which an intake host sealed with its record's key
        key_id = value[2:HEADER_BYTES]
        if key_id not in self.keys:
            self._unknown += 1
            return None
        tenant, state = self.keys[key_id]
        if key_id not in state.retired_ids:
            return None
        self._found = True
        return tenant, state


def _same(keys: SealingKeys) -> SealingKeys:
    return keys


def _announced_by(key: bytes) -> bytes | None:
    """Return the command that reads a key whose values the audit log explains; None for other keys."""
    return next((command for command, names in _ANNOUNCED if names.fullmatch(key)), None)


def _stored(reply: Reply) -> list[tuple[bytes, bytes]]:
    """Return the fields and values in a reply to GET or HGETALL; a string has no field."""
    if isinstance(reply, list):
        return [*zip(reply[0::2], reply[1::2], strict=True)]
    return [] if reply is None else [(b"", reply)]


def _sealed_anew(state: SealingKeys, key: bytes, name: bytes, value: bytes, random: Callable[[int], bytes]) -> bytes:
    """Return a value under the active key, for the same place."""
    place = key + b"/" + name if name else key
    if _NAMED_BY_NONCE.fullmatch(key) and len(name) == NONCE_BYTES:
        # The nonce is the name of the field. It was random, and this key has not used it.
        plain = state.open(value[:HEADER_BYTES] + name + value[HEADER_BYTES:], place)
        sealed = state.seal(plain, place, name)
        return sealed[:HEADER_BYTES] + sealed[HEADER_BYTES + NONCE_BYTES :]
    return state.seal(state.open(value, place), place, random(NONCE_BYTES))
