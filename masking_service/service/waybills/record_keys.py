"""The keys that records name: data keys, and hour keys of intake hosts."""

from collections.abc import Iterable

from keys.aead import HOUR_FORMAT, SealingKey
from masking_service.service.waybills.data_keys import DataKeys
from masking_service.service.waybills.hour_keys import HourKeys
from masking_service.service.waybills.wrapped_keys import HOLD_DAY


class RecordKeys:
    """Finds the keys of stored values by their headers.

    Args:
        data_keys, hour_keys: of this process.
    """

    def __init__(self, data_keys: DataKeys, hour_keys: HourKeys) -> None:
        self._data_keys = data_keys
        self._hour_keys = hour_keys

    def by_headers(self, tenant: str, headers: Iterable[bytes]) -> dict[bytes, SealingKey | None]:
        """Return the key that each header (`keys.aead.HEADER_BYTES`) names; None for one that was shredded.

        One round trip for the data keys that this process does not know, and one for hour keys.

        Raises:
            StoreUnavailable: one is not in the store. It may come back with a restore, so this is no absence.
            IntegrityError: an hour key was changed, or not made by an enrolled host.
        """
        by_day, by_hour = _divided(headers)
        found: dict[bytes, SealingKey | None] = {}
        if by_day:
            data_keys = self._data_keys.by_ids(tenant, by_day.values())
            found |= {header: data_keys[key_id] for header, key_id in by_day.items()}
        if by_hour:
            hour_keys = self._hour_keys.by_ids(tenant, by_hour.values())
            found |= {header: hour_keys[key_id] for header, key_id in by_hour.items()}
        return found

    def held(self, tenant: str, headers: Iterable[bytes]) -> set[bytes]:
        """Return the headers that name the data key of a hold. The id of an hour key is any that its host chose.

        Round trips and errors as `by_headers`.
        """
        by_day, _ = _divided(headers)
        known = self._data_keys.with_days(tenant, by_day.values())
        return {header for header, key_id in by_day.items() if known[key_id][0] == HOLD_DAY}

    def last_day(self, tenant: str, headers: Iterable[bytes], now: int) -> int:
        """Return the latest day (since 1970-01-01) of these keys. One that this process does not know is of today."""
        by_day, by_hour = _divided(headers)
        days = []
        if by_day:
            days.append(self._data_keys.last_day(tenant, by_day.values(), now))
        if by_hour:
            days.append(self._hour_keys.last_day(tenant, by_hour.values(), now))
        return max(days)

    def count(self, header: bytes, messages: int) -> None:
        """Count that a data key seals so many more values. An hour key ends long before its limit."""
        if header[0] != HOUR_FORMAT:
            self._data_keys.count(header[2:], messages)


def _divided(headers: Iterable[bytes]) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Return the key ids of headers that name data keys, and of those that name hour keys."""
    by_day: dict[bytes, bytes] = {}
    by_hour: dict[bytes, bytes] = {}
    for header in headers:
        (by_hour if header[0] == HOUR_FORMAT else by_day)[header] = header[2:]
    return by_day, by_hour
