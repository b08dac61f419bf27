"""Masks a table of Parquet files on Spark 4: `spark-submit --py-files ARCHIVE mask_orders.py FROM TO`.

The columns are matched by their names, as `mask FILE` matches headers. A column that looks personal and is not mapped
ends the job with its name. A job that was killed is repeated as it is: the output appears whole or not at all.
"""

import sys
from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from masking_service.arrow import Plan, mask


def masked(orders: DataFrame, plan: Plan) -> DataFrame:
    """The same table, masked. A mapped column of numbers has to be cast to string first.

    The columns are numbered meanwhile, because `mapInArrow` does not find one with a dot in its name.
    """
    names = orders.columns
    numbered = orders.toDF(*map(str, range(len(names))))

    def each(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield mask(batch.rename_columns(names), plan).rename_columns(batch.schema.names)

    return numbered.mapInArrow(each, numbered.schema).toDF(*names)


def main() -> None:
    """Mask the table."""
    source, target = sys.argv[1:]
    spark = SparkSession.builder.appName("mask orders").getOrCreate()
    orders = spark.read.parquet(source)
    plan = Plan.from_header(orders.columns)
    masked(orders, plan).write.mode("overwrite").parquet(target)


if __name__ == "__main__":
    main()
