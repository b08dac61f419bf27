"""`python -m bench.scaling`: shards, memory, machines and archives for so many waybills a day, by arithmetic alone.

The figures and assumptions are at the top. `docs/scaling.md` shows
what this prints; a test holds the two together.
"""

import sys
from dataclasses import dataclass
from math import ceil

DAY = 86_400
GIB = 2**30
VOLUMES = (10_000_000, 40_000_000, 70_000_000, 700_000_000)

# Measured: `python -m bench.memory 20000` on Redis 8.0.2, which takes more than Valkey 9.1.2. Bytes a waybill.
RECORD, CUSTODY, DISCLOSURE = 457, 227, 185
"""In memory, without what the audit log has of them; custody with a move."""
FIRST_ENTRY, MOVE_ENTRY, VIEW_ENTRY, OPENING_ENTRY = 83, 99, 426, 547
"""In memory, in the audit log: custody set at tokenizing, a move (both in batches), a full view alone in its call, an
opening with its share of a case."""
ARCHIVED_FIRST, ARCHIVED_MOVE, ARCHIVED_VIEW, ARCHIVED_OPENING = 200, 215, 723, 931
"""In the archive of the witness."""
APPENDED = 352 + 212 + 1_566
"""In the append-only log, until it is rewritten: record, first custody, full view alone in its call."""
APPENDED_MOVE = 238

# Assumed: put your own here.
RETENTION_DAYS = 180
MOVES = 3
"""Changes of custody after the first: in at the last site, out with a courier, delivered."""
VIEWS = 1
"""Full views of the address: the courier's, each a call of its own."""
OPENINGS = 0.001
PEAK = 4
"""The busiest hour against the mean."""
KEEP_HOURS = 2 + 24
"""How long entries stay in the store: the two hours of `audit follow`, and the day for which it may be down."""
ARCHIVE_YEARS = 3

# Decided: docs/scaling.md gives the reasons.
SHARD_GIB = 25
HEADROOM = 1.4
COPIES = 3
MACHINE_GIB = 512
CELL_A_DAY = 40_000_000
SLOTS = 4
"""Slots of a cell's audit log, each on a shard of its own."""


@dataclass(frozen=True)
class Plan:
    """What so many waybills a day take."""

    a_day: int

    @property
    def cells(self) -> int:
        """Stores of their own, each with its log and witness."""
        return ceil(self.a_day / CELL_A_DAY)

    @property
    def living(self) -> int:
        """Waybills that have not expired."""
        return self.a_day * RETENTION_DAYS

    @property
    def memory(self) -> int:
        """Bytes of primaries, without the audit log."""
        return self.living * (RECORD + CUSTODY + DISCLOSURE * VIEWS)

    @property
    def audit(self) -> int:
        """Bytes of the audit log in the memory of each cell."""
        entries = FIRST_ENTRY + MOVES * MOVE_ENTRY + VIEWS * VIEW_ENTRY + OPENINGS * OPENING_ENTRY
        return ceil(self.a_day / self.cells * KEEP_HOURS / 24 * entries)

    @property
    def shards(self) -> int:
        """Primaries: those of the records, and those of the audit log of each cell."""
        return self.cells * (ceil(self.memory / self.cells / (SHARD_GIB * GIB)) + SLOTS)

    @property
    def machines(self) -> int:
        """Machines for all copies of all shards."""
        each = int(MACHINE_GIB / (SHARD_GIB * HEADROOM))
        return self.cells * ceil(self.shards / self.cells * COPIES / each)

    @property
    def archive(self) -> int:
        """Bytes of the archives of all cells when they are as old as they become."""
        entries = ARCHIVED_FIRST + MOVES * ARCHIVED_MOVE + VIEWS * ARCHIVED_VIEW + OPENINGS * ARCHIVED_OPENING
        return ceil(self.a_day * 365 * ARCHIVE_YEARS * entries)

    @property
    def appended(self) -> int:
        """Bytes a day in the append-only logs of all primaries."""
        return self.a_day * (APPENDED + MOVES * APPENDED_MOVE)

    @property
    def peak(self) -> int:
        """Waybills a second in the busiest hour."""
        return ceil(self.a_day / DAY * PEAK)

    @property
    def commits(self) -> int:
        """Calls a second that write to one cell's audit log in the busiest hour: each full view is one."""
        return ceil(self.a_day / self.cells * VIEWS / DAY * PEAK)


def table(volumes: tuple[int, ...] = VOLUMES) -> str:
    """The plans side by side, in Markdown."""
    plans = [Plan(volume) for volume in volumes]
    rows = [
        ("waybills a day", *(f"{plan.a_day / 1e6:,.0f} million" for plan in plans)),
        ("cells", *(f"{plan.cells}" for plan in plans)),
        ("stored waybills", *(f"{plan.living / 1e9:,.1f} billion" for plan in plans)),
        ("memory of primaries", *(f"{plan.memory / 1e12:,.1f} TB" for plan in plans)),
        ("audit log in memory, a cell", *(f"{plan.audit / 1e9:,.0f} GB" for plan in plans)),
        ("shards", *(f"{plan.shards:,}" for plan in plans)),
        ("nodes, with two replicas each", *(f"{plan.shards * COPIES:,}" for plan in plans)),
        (f"machines of {MACHINE_GIB} GiB", *(f"{plan.machines:,}" for plan in plans)),
        ("append-only logs, a day", *(f"{plan.appended / 1e9:,.0f} GB" for plan in plans)),
        (f"archives, {ARCHIVE_YEARS} years", *(f"{plan.archive / 1e12:,.0f} TB" for plan in plans)),
        ("waybills a second, busiest hour", *(f"{plan.peak:,}" for plan in plans)),
        ("audit commits a second, a cell", *(f"{plan.commits:,}" for plan in plans)),
    ]
    first, *rest = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([first, "|" + "---|" * (len(plans) + 1), *rest])


if __name__ == "__main__":
    print(table(tuple(int(float(text)) for text in sys.argv[1:]) or VOLUMES))
