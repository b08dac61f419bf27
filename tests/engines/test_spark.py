"""`examples/spark` on a real Spark: `local[2]`, the code shipped as an archive, a job that is killed and repeated."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import masking_service
from masking_service.arrow import Plan, mask
from masking_service.masking.records.columns import FEW
from tests import programs
from tests.arrow.batches import CORPUS, ROW
from tests.e2e.processes import ROOT

pytestmark = [pytest.mark.needs("java"), pytest.mark.server, pytest.mark.timeout(900)]

FILES, ROWS = 6, 200
"""Each file is a partition."""
SPARK = Path(sys.prefix, "spark")
"""Where `make .venv/dev` puts Spark where there is a Java."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, and the archive with the code."""
    folder = tmp_path_factory.mktemp("spark")
    for part in range(FILES):
        rows = [{**ROW, "运单号": f"SF{part * ROWS + at + 10**9}", "电话": f"138{at:08d}"} for at in range(ROWS)]
        (folder / "orders").mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows), folder / "orders" / f"part-{part:03d}.parquet")
    shutil.copy(programs.build_wheel(ROOT, folder), folder / "waybill_masking.zip")
    return folder


def submitted(folder: Path, source: str, target: str = "masked") -> subprocess.Popen[str]:
    """The job as the page starts it: it has the archive and the installed packages, and not this checkout."""
    words = ["--master", "local[2]", "--py-files", "waybill_masking.zip"]
    quiet = ["--conf", "spark.ui.enabled=false", "--conf", "spark.driver.bindAddress=127.0.0.1"]
    quick = ["--driver-java-options", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]  # a short run pays for no compiler
    job = [str(ROOT / "examples" / "spark" / "mask_orders.py"), source, target]
    return subprocess.Popen(
        [str(SPARK / "pyspark" / "bin" / "spark-submit"), *words, *quiet, *quick, *job],
        cwd=folder,
        env=variables(SPARK_HOME=str(SPARK / "pyspark"), PYTHONPATH=str(SPARK)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def variables(**more: str) -> dict[str, str]:
    """The environment of a job, without the checkout's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return kept | {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable} | more


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).sort_by("运单号").to_pylist()
    return found


def is_as_by_one_process(folder: Path, target: str) -> bool:
    """Whether a job ends well, and what it wrote is what one process makes of the same table."""
    job = submitted(folder, "orders", target)
    said = job.communicate()[0]
    assert job.returncode == 0, said[-3000:]
    table = pq.read_table(folder / "orders").combine_chunks()
    (whole,) = table.to_batches()
    expected = mask(whole, Plan.from_header(table.column_names)).to_pylist()
    return len(expected) == FILES * ROWS and rows(folder / target) == expected


def test_a_job_gives_what_one_process_gives(folder: Path) -> None:
    assert is_as_by_one_process(folder, "masked")


def test_so_does_a_job_that_was_killed_and_is_repeated(folder: Path) -> None:
    killed = submitted(folder, "orders", "repeated")
    output = folder / "repeated"
    while not list(output.rglob("part-*.parquet")):
        assert killed.poll() is None, killed.communicate()[0][-3000:]
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert not (output / "_SUCCESS").exists()

    assert is_as_by_one_process(folder, "repeated")


def test_a_column_that_looks_personal_ends_the_job_with_its_name(folder: Path) -> None:
    (folder / "more").mkdir()
    pq.write_table(pa.Table.from_pylist([{**ROW, "备用": "13912345678"}]), folder / "more" / "part-000.parquet")

    refused = submitted(folder, "more")
    said = refused.communicate()[0]

    assert refused.returncode != 0
    assert "UnmappedColumns: these columns look personal and are not mapped: 备用 (phone)" in said
    assert "13912345678" not in said


def test_every_record_of_the_corpus_is_masked_as_by_the_library(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    expected = {}
    for at, (schema, row) in enumerate(CORPUS.values()):
        file = f"{schema}.{at}.parquet"
        pq.write_table(pa.Table.from_batches([row] * FEW), tmp_path / "orders" / file)
        (masked,) = masking_service.mask(row.to_pylist(), schema=schema)
        expected[file] = [masked.record] * FEW

    words = ("tests.engines.corpus_on_spark", str(tmp_path / "orders"), str(tmp_path))
    path = os.pathsep.join(map(str, (SPARK, ROOT)))
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=variables(PYTHONPATH=path), check=False)

    assert done.returncode == 0
    for folder in ("together", "single"):
        found = {file: pq.read_table(tmp_path / folder / file).to_pylist() for file in expected}
        assert found == expected, folder
