"""`python -m bench.files [--rows 1000000]`: how fast `mask FILE` passes a table of Parquet, and in how much memory.

The table is that of `bench.warehouse`, with one remark in ten that has a name and a phone. The command is a process of
its own; its peak is what the system counted for it.
"""

import argparse
import os
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq

from bench.warehouse import ROWS, tables


def main() -> None:
    """Print the rate and the peak."""
    parser = argparse.ArgumentParser(prog="python -m bench.files")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the table and its masks are for as long as this runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        file, supply = Path(folder, "orders.parquet"), tables(0.1)
        first = next(supply)
        with pq.ParquetWriter(file, first.schema) as writer:
            writer.write_batch(first)
            for batch in islice(supply, asked.rows // ROWS - 1):
                writer.write_batch(batch)
        begun = time.perf_counter()
        command = [sys.executable, "-m", "masking_service", "mask", str(file)]
        _, status, used = os.wait4(os.spawnv(os.P_NOWAIT, sys.executable, command), 0)  # noqa: S606 - its own
        took = time.perf_counter() - begun
        if status:
            raise SystemExit("the command failed")
        rows = pq.read_metadata(file.with_name("orders.masked.parquet")).num_rows
    print(f"{rows:,} rows in {took:,.0f} s: {rows / took:,.0f} rows/s")
    busy = used.ru_utime + used.ru_stime
    print(f"by the time of the processor: {rows / busy:,.0f} rows/s")
    print(f"peak of the memory: {used.ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
