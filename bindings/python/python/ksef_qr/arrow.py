"""Tables of invoices to tables of codes, for pyarrow, and with it Polars, pandas, DuckDB, Spark and Ray.

    table = pyarrow.parquet.read_table("invoices.parquet")
    codes = ksef_qr.arrow.sign(issuer, table)
    polars.from_arrow(ksef_qr.arrow.sign(issuer, frame.to_arrow()))

A row comes for each row, in the same order: the codes, or the error. Of each invoice the bytes are copied once, into the library; pictures
are copied once, into the column.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

import pyarrow as pa

from . import Book, Issuer, Refused

_TEXTS = ("name", "kod1_url", "kod2_url", "error_code", "error_message", "error_hint", "line")


def schema(formats: Sequence[str] = ("png",)) -> Any:
    """The columns that come out: name, links, errors, pictures (``kod1_png``), and the line of JSON."""
    texts = [(name, pa.string()) for name in _TEXTS]
    pictures = [(f"{code}_{form}", pa.large_binary()) for form in formats for code in ("kod1", "kod2")]
    return pa.schema(texts + pictures)


def sign(
    issuer: Issuer,
    table: Any,
    *,
    xml: str = "xml",
    name: Optional[str] = None,
    formats: Sequence[str] = ("png",),
    book: Optional[Book] = None,
    rows: int = 1000,
    **options: Any,
) -> Any:
    """Signs the invoices in the column ``xml`` (binary) of a Table or a RecordBatch, ``rows`` at a time over all processors.

    ``name`` is the column of their names. A row without bytes is refused as an empty file.
    """
    kind = table.schema.field(xml).type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise TypeError(f"the column {xml!r} is {kind}; give the bytes of the files (binary), never decoded text")
    batches = table.to_batches(max_chunksize=rows) if isinstance(table, pa.Table) else [table]
    made = [_signed(issuer, batch, xml, name, formats, book, options) for batch in batches]
    if isinstance(table, pa.Table):
        return pa.Table.from_batches(made, schema(formats))
    return made[0]


def _signed(
    issuer: Issuer,
    batch: Any,
    xml: str,
    name: Optional[str],
    formats: Sequence[str],
    book: Optional[Book],
    options: Dict[str, Any],
) -> Any:
    contents = [value.as_py() or b"" for value in batch.column(batch.schema.get_field_index(xml))]
    if name is None:
        names = [f"row {at + 1}" for at in range(len(contents))]
    else:
        names = [str(value) for value in batch.column(batch.schema.get_field_index(name)).to_pylist()]
    made = issuer.sign_many(zip(names, contents), book=book, formats=list(formats), **options)
    columns: Dict[str, List[Any]] = {field.name: [] for field in schema(formats)}
    for given, outcome in zip(names, made):
        row: Dict[str, Any] = dict.fromkeys(columns)
        row["name"] = given
        if isinstance(outcome, Refused):
            error = outcome.error
            row.update(error_code=error.code, error_message=error.message, error_hint=error.hint)
        else:
            links = outcome.links
            row.update(kod1_url=links[0], kod2_url=links[1] if len(links) > 1 else None)
            for form in formats:
                for code in ("kod1", "kod2"):
                    row[f"{code}_{form}"] = outcome._item.buffer(f"{code}.{form}")
            row["line"] = outcome._item.line
        for column, values in columns.items():
            values.append(row[column])
    fields = schema(formats)
    return pa.RecordBatch.from_arrays([pa.array(columns[field.name], field.type) for field in fields], schema=fields)
