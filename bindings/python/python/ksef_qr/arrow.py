"""Tables of invoices to tables of codes, for pyarrow, and with it Polars, pandas, DuckDB, Spark and Ray.

    table = pyarrow.parquet.read_table("invoices.parquet")
    codes = ksef_qr.arrow.sign(issuer, table)
    polars.from_arrow(ksef_qr.arrow.sign(issuer, frame.to_arrow()))

A row comes for each row, in the same order: the codes, or the error. Of each invoice the bytes are copied out of the column, and by the
thread that signs it; pictures are copied out of the library, and into the column.
"""

from __future__ import annotations

import io
import tarfile
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import pyarrow as pa

from . import Book, Issuer, Refused, _native
from ._made import options_of

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


def members(table: Any, *, archives: str) -> Any:
    """The XML files within the tar archives in the column ``archives`` (binary), as a Table of ``name`` and ``xml``."""
    found = [member for archive in table.column(archives).to_pylist() for member in _xml_files(archive)]
    names, contents = zip(*found) if found else ((), ())
    return pa.table({"name": pa.array(names, pa.string()), "xml": pa.array(contents, pa.binary())})


def _xml_files(archive: bytes) -> Iterator[Tuple[str, bytes]]:
    # Not compressed: what stands within takes no more memory than the archive.
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as files:
        for entry in files:
            if entry.isfile() and entry.name.lower().endswith(".xml"):
                file = files.extractfile(entry)
                assert file is not None
                yield entry.name, file.read()


def _signed(
    issuer: Issuer,
    batch: Any,
    xml: str,
    name: Optional[str],
    formats: Sequence[str],
    book: Optional[Book],
    options: Dict[str, Any],
) -> Any:
    column = batch.column(batch.schema.get_field_index(xml))
    contents = [value or b"" for value in column.to_pylist()]
    if name is None:
        names = [f"row {at + 1}" for at in range(len(contents))]
    else:
        names = [str(value) for value in batch.column(batch.schema.get_field_index(name)).to_pylist()]
    given = options_of({"formats": list(formats), **options})
    native = None if book is None else book._native
    made = _native.sign(issuer._native, native, list(zip(names, contents)), given)
    links = [item.links for item in made]
    errors = [Refused(item).error if item.failed else None for item in made]
    columns: Dict[str, List[Any]] = {
        "name": names,
        "kod1_url": [codes[0] if codes else None for codes in links],
        "kod2_url": [codes[1] if len(codes) > 1 else None for codes in links],
        "error_code": [error and error.code for error in errors],
        "error_message": [error and error.message for error in errors],
        "error_hint": [error and error.hint for error in errors],
        "line": [None if item.failed else item.line for item in made],
    }
    for form in formats:
        for code in ("kod1", "kod2"):
            picture = f"{code}.{form}"
            columns[f"{code}_{form}"] = [item.buffer(picture) for item in made]
    fields = schema(formats)
    return pa.RecordBatch.from_arrays([pa.array(columns[field.name], field.type) for field in fields], schema=fields)
