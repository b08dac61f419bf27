"""Finds the tenants of archived entries."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec


class _Entry(msgspec.Struct, frozen=True):
    tenant: str = ""


class _TenantLine(msgspec.Struct):
    entry: _Entry = _Entry()


def archived_tenants(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the tenant hash of each entry that has one; the verifier reports unreadable lines."""
    for line in lines:
        with suppress(msgspec.DecodeError):
            if tenant := msgspec.json.decode(line, type=_TenantLine).entry.tenant:
                yield tenant
