"""`PYTHONPATH=.venv/spark:. python -m tests.engines.corpus_on_spark FROM TO`: masks the tables of a folder on Spark.

A table is named SCHEMA.NAME.parquet. It is masked as `examples/spark` does it, its rows together and one at a time; the
masked ones are written to TO/together and TO/single.
"""

import sys
from pathlib import Path

import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from examples.spark.mask_orders import masked
from masking_service.arrow import Plan

AT_ONCE = {"together": "10000", "single": "1"}
"""Rows of a batch that Spark hands over."""


def main() -> None:
    """Mask every table."""
    source, target = map(Path, sys.argv[1:])
    quiet = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1"}
    spelt = {"spark.sql.caseSensitive": "true"}  # a record of the corpus has `phone` and `Phone`
    spark = SparkSession.builder.master("local[2]").config(map=quiet | spelt).getOrCreate()
    for folder, rows in AT_ONCE.items():
        (target / folder).mkdir(parents=True)
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", rows)
        for path in sorted(source.iterdir()):
            plan = Plan.of_schema(path.name.partition(".")[0], unmapped="guard")
            pq.write_table(masked(spark.read.parquet(str(path)), plan).toArrow(), target / folder / path.name)
    spark.stop()


if __name__ == "__main__":
    main()
