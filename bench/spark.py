"""`PYTHONPATH=.venv/spark python -m bench.spark [--rows 1000000]`: the job of `examples/spark`, beside one process.

Both read Parquet, mask and write Parquet; the job does so on `local[2]`. Each is timed by the wall clock, in turns,
after a first round that warms up.
It needs Spark in .venv/spark, which `make .venv/dev` puts there where there is a Java.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from bench.warehouse import ROWS, tables
from examples.spark.mask_orders import masked
from masking_service.arrow import Plan, mask

ROUNDS = 9


def one_process(source: Path, target: Path) -> None:
    """Mask every file, one after the other."""
    target.mkdir()
    for part in sorted(source.iterdir()):
        batches = pq.ParquetFile(part).iter_batches(ROWS)
        shown = [mask(batch, Plan.from_header(batch.schema.names)) for batch in batches]
        pq.write_table(pa.Table.from_batches(shown), target / part.name)


def main() -> None:
    """Print the rates and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.spark")
    parser.add_argument("--rows", type=int, default=1_000_000)
    count = parser.parse_args().rows
    os.environ |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        source, supply = Path(folder, "orders"), tables(0.1)
        source.mkdir()
        for part in range(count // ROWS):
            pq.write_table(pa.Table.from_batches([next(supply)]), source / f"part-{part:04d}.parquet")
        took: dict[str, list[float]] = {"one process": [], "Spark, local[2]": []}
        for number in range(ROUNDS + 1):
            for name, seconds in took.items():
                target, begun = Path(folder, f"{name}-{number}"), time.perf_counter()
                if name == "one process":
                    one_process(source, target)
                else:
                    orders = spark.read.parquet(str(source))
                    masked(orders, Plan.from_header(orders.columns)).write.parquet(str(target))
                if number:
                    seconds.append(time.perf_counter() - begun)
    spark.stop()
    print(*(f"{name}: {count / median(seconds):,.0f} rows/s" for name, seconds in took.items()), sep="\n")
    ratios = [alone / spread for alone, spread in zip(*took.values(), strict=True)]
    print(f"ratio: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
