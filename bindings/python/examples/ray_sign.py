"""Signs invoices with Ray Data: a folder of Parquet, of XML files or of tar archives, to a table of links and pictures.

    python ray_sign.py IN OUT [parquet|xml|tar]        in Parquet the column xml

Keys are references, as in spark_sign.py: each process opens them once, by the variables that `ksef_qr.workers` names. Signatures are
deterministic (EC keys), so that a block that is done again gives the codes that it gave before.
"""

import sys
from typing import Any

import pyarrow as pa
import ray

import ksef_qr.arrow
import ksef_qr.workers


def signed(table: pa.Table) -> pa.Table:
    name = "name" if "name" in table.column_names else None
    # One thread: a task has one core.
    return ksef_qr.arrow.sign(ksef_qr.workers.issuer(), table, name=name, jobs=1)


def unpacked(table: pa.Table) -> pa.Table:
    return ksef_qr.arrow.members(table, archives="bytes")


def invoices(source: str, form: str) -> Any:
    """Tables with a column `xml`, and with `name` where invoices are files."""
    if form == "parquet":
        return ray.data.read_parquet(source, columns=["xml"])
    files = ray.data.read_binary_files(source, file_extensions=[form], include_paths=True)
    if form == "tar":
        # An archive at a time.
        return files.map_batches(unpacked, batch_format="pyarrow", batch_size=1)
    return files.rename_columns({"bytes": "xml", "path": "name"})


def main(source: str, target: str, form: str = "parquet") -> None:
    # Small blocks: each core has some of them, and a worker that dies takes little with it.
    rows = invoices(source, form).repartition(target_num_rows_per_block=1000)
    rows.map_batches(signed, batch_format="pyarrow", batch_size=None).write_parquet(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
