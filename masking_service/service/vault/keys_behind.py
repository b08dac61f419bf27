"""Finds the data keys that sealed values depend on."""

from collections.abc import Iterable, Mapping, Sequence

from keys.aead import HEADER_BYTES, HOUR_FORMAT
from keys.hour_keys import WrapHead, head_of
from masking_service.service.vault.wrapped_keys import WrappedKey, WrappedKeys
from masking_service.store.client import Store
from masking_service.store.layout import hour_key_key


class KeysBehind:
    """The data keys behind values: the named ones, or those that wrap the named hour keys.

    Args:
        store: the way to Redis.
        wrapped: the wrapped data keys in it.
    """

    def __init__(self, store: Store, wrapped: WrappedKeys) -> None:
        self._store = store
        self._wrapped = wrapped
        self._known: dict[bytes, WrappedKey] = {}
        self._heads: dict[bytes, WrapHead] = {}

    def of(self, values: Iterable[bytes]) -> Mapping[bytes, WrappedKey]:
        """Return the data keys by the headers of the values, without those that are not in the store.

        One round trip for those that are not known, and one for hour keys.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: a wrapped key was changed.
        """
        headers = {value[:HEADER_BYTES] for value in values}
        missing = [header for header in headers if header not in self._known]
        ids = self._data_key_ids(missing)
        if ids:
            found = self._wrapped.get([*ids.values()])
            for header, (stored, _) in zip(ids, found, strict=True):
                if stored is not None:
                    self._known[header] = stored
        return {header: self._known[header] for header in headers if header in self._known}

    def head_of(self, header: bytes) -> WrapHead | None:
        """Return the wrap's statement on a header's hour key, as `of` answered it; None for a data key.

        It is not verified.
        """
        return self._heads.get(header)

    def _data_key_ids(self, headers: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the ids of data keys by header."""
        hourly = [header for header in headers if header[:1] == bytes((HOUR_FORMAT,))]
        wraps = self._store.read([(b"GET", hour_key_key(header[2:])) for header in hourly])
        heads = {header: head_of(wrap) for header, wrap in zip(hourly, wraps, strict=True) if wrap is not None}
        self._heads |= heads
        ids = {header: header[2:] for header in headers if header not in hourly}
        return ids | {header: head.day_key_id for header, head in heads.items()}
