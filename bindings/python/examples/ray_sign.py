"""Signs a folder of Parquet with Ray Data: a column of invoices to a column of links and pictures.

    python ray_sign.py IN OUT [COLUMN]

Keys are references, as in spark_sign.py: each process opens them once, by the variables that `ksef_qr.workers` names. Signatures are
deterministic (EC keys), so that a block that is done again gives the codes that it gave before.
"""

import sys

import pyarrow as pa
import ray

import ksef_qr.arrow
import ksef_qr.workers


def signed(table: pa.Table, column: str) -> pa.Table:
    # One thread: a task has one core.
    return ksef_qr.arrow.sign(ksef_qr.workers.issuer(), table, xml=column, jobs=1)


def main(source: str, target: str, column: str = "xml") -> None:
    rows = ray.data.read_parquet(source, columns=[column])
    made = rows.map_batches(signed, fn_kwargs={"column": column}, batch_format="pyarrow", batch_size=1000)
    made.write_parquet(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
