"""Runs the job of `examples/spark` without Spark: `without_spark.py JOB FROM TO`.

Tables of Arrow take the place of Spark's, one for each file. They have what the job asks of Spark's.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq

import masking_service


@dataclass(frozen=True)
class Partitions:
    """A table in partitions, with the methods of Spark's `DataFrame` that the job calls."""

    parts: list[pa.Table]

    @property
    def columns(self) -> list[str]:
        names: list[str] = self.parts[0].column_names
        return names

    @property
    def schema(self) -> pa.Schema:
        return self.parts[0].schema

    def toDF(self, *names: str) -> Partitions:  # noqa: N802  # Spark's name
        return Partitions([part.rename_columns(names) for part in self.parts])

    def mapInArrow(  # noqa: N802  # Spark's name
        self, each: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]], schema: pa.Schema
    ) -> Partitions:
        return Partitions([pa.Table.from_batches(each(iter(part.to_batches())), schema) for part in self.parts])

    @property
    def write(self) -> SimpleNamespace:
        return SimpleNamespace(mode=lambda how: SimpleNamespace(parquet=self._write_to))

    def _write_to(self, target: str) -> None:
        Path(target).mkdir()
        for at, part in enumerate(self.parts):
            pq.write_table(part, Path(target, f"part-{at:03d}.parquet"))


def _read(source: str) -> Partitions:
    return Partitions([pq.read_table(file) for file in sorted(Path(source).iterdir())])


def _session() -> SimpleNamespace:
    return SimpleNamespace(read=SimpleNamespace(parquet=_read))


if __name__ == "__main__":
    assert ".zip" in masking_service.__file__
    spark = ModuleType("pyspark.sql")
    named = SimpleNamespace(appName=lambda name: SimpleNamespace(getOrCreate=_session))
    vars(spark).update(DataFrame=Partitions, SparkSession=SimpleNamespace(builder=named))
    sys.modules |= {"pyspark": ModuleType("pyspark"), "pyspark.sql": spark}
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
