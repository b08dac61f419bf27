"""Sampled approval: waybills that need a second person in whatever case names them.

A keyed tag decides, so that it cannot be known beforehand, and opening another
case about the same waybill does not help.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterable
from typing import Final

from keys.keyring import TenantKeys

_BYTES: Final = 6


def in_sample(keys: TenantKeys, waybill_no: str, thousandths: int) -> bool:
    """Return whether a normalised waybill number is in the tenant's sample."""
    tag = urlsafe_b64decode(keys.tag("case-sample", waybill_no))
    return int.from_bytes(tag[:_BYTES], "big") * 1_000 < thousandths << 8 * _BYTES


def any_in_sample(keys: TenantKeys, waybill_nos: Iterable[str], thousandths: int) -> bool:
    """Return whether any of these waybills is in the sample. Looks at all of them in any case."""
    return sum([in_sample(keys, number, thousandths) for number in waybill_nos]) > 0
