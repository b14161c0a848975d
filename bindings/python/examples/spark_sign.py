"""Signs a folder of Parquet with Spark: a column of invoices to a column of links and pictures.

    spark-submit spark_sign.py IN OUT [COLUMN]

The keys are references: each process opens them once, by the variables that `ksef_qr.workers` names, and nothing of them is in the plan
or the log. Spark sets a worker's variables by spark.executorEnv.NAME. Signatures are deterministic (EC keys), so that a task that is run
again gives the codes that it gave before.
"""

import sys
from typing import Any, Iterator

import pyarrow as pa
from pyspark.sql import SparkSession

import ksef_qr.arrow
import ksef_qr.workers


def signed(batches: Iterator[pa.RecordBatch], column: str) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        # One thread: a task has one core.
        yield ksef_qr.arrow.sign(ksef_qr.workers.issuer(), batch, xml=column, jobs=1)


def main(source: str, target: str, column: str = "xml") -> None:
    spark: Any = SparkSession.builder.appName("ksef-qr").getOrCreate()
    # Pictures of a thousand invoices have 4 MB.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
    columns = ", ".join(
        f"{field.name} {'binary' if pa.types.is_large_binary(field.type) else 'string'}" for field in ksef_qr.arrow.schema()
    )
    rows = spark.read.parquet(source).select(column)
    # What is written is there once, whatever was run twice: Spark commits each task's files when it has ended.
    rows.mapInArrow(lambda batches: signed(batches, column), columns).write.mode("errorifexists").parquet(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
