"""Keeps the orders of archived entries in files beside the segments.

An entry and its signature do not say where the store put it in the order of its
tenant, and an index of the archive can be made at any time. So the orders are
kept, too. They are not signed: a wrong one moves an entry in a list, and neither
hides nor changes it.

A line is the id of the first entry of a commit, and the order of each of its
entries, ``-`` for one without a tenant: ``WRITER-7 1796000000000-0 - 1796000000000-1``.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from masking_audit.format.lines import EntryLine
from masking_audit.format.links import entry_id, place_of
from masking_service.audit.order import Order

NONE: Final = b"-"


def write_orders(commit: Sequence[EntryLine]) -> bytes:
    """Return the line of a commit; empty if none of its entries is in an order."""
    if not any(one.order for one in commit):
        return b""
    first = entry_id(commit[0].writer, commit[0].number).encode()
    return b" ".join([first, *(one.order or NONE for one in commit)]) + b"\n"


def read_orders(lines: Iterable[bytes]) -> Iterator[tuple[str, Order]]:
    """Yield (id, order) of each entry.

    A line that a killed process did not finish may say something else than the complete one, which comes later.
    """
    for line in lines:
        first, *orders = line.split() or [b""]
        try:
            writer, number = place_of(first.decode("ascii"))
            found = [(at, Order.parse(order)) for at, order in enumerate(orders, number) if order != NONE]
        except ValueError:
            continue
        for at, order in found:
            yield entry_id(writer, at), order
