"""Signs invoices with Spark: a folder of Parquet, of XML files or of tar archives, to a table of links and pictures.

    spark-submit spark_sign.py IN OUT [parquet|xml|tar]        in Parquet the column xml

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


def signed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        name = "name" if "name" in batch.schema.names else None
        # One thread: a task has one core.
        yield ksef_qr.arrow.sign(ksef_qr.workers.issuer(), batch, name=name, jobs=1)


def unpacked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield from ksef_qr.arrow.members(batch, archives="content").to_batches(max_chunksize=1000)


def invoices(spark: Any, source: str, form: str) -> Any:
    """A table with a column `xml`, and with `name` where invoices are files."""
    if form == "parquet":
        return spark.read.parquet(source).select("xml")
    files = spark.read.format("binaryFile").option("pathGlobFilter", f"*.{form}").load(source)
    if form == "tar":
        # Up to 2 GB each, which is Spark's limit for a file.
        return files.select("content").mapInArrow(unpacked, "name string, xml binary")
    return files.selectExpr("path AS name", "content AS xml")


def main(source: str, target: str, form: str = "parquet") -> None:
    spark: Any = SparkSession.builder.appName("ksef-qr").getOrCreate()
    # Pictures of a thousand invoices have 4 MB.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
    columns = ", ".join(
        f"{field.name} {'binary' if pa.types.is_large_binary(field.type) else 'string'}" for field in ksef_qr.arrow.schema()
    )
    made = invoices(spark, source, form).mapInArrow(signed, columns)
    # What is written is there once, whatever was run twice: Spark commits each task's files when it has ended.
    made.write.mode("errorifexists").parquet(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
