"""Put the words in and write the files as a client would send them."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from customer_analytics.tables.sample.headers import HEADERS
from customer_analytics.tables.sample.world import Ints

EPOCH = dt.datetime(2026, 7, 1)  # what the workbooks call their day of creation: files depend on the seed alone


def coded(codes: Any, entries: Sequence[str | None]) -> pa.Array:
    """Text from codes; a negative code is missing."""
    indices = pa.array(np.asarray(codes, dtype=np.int32), mask=np.asarray(codes) < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(entries), pa.string()))


def numbered(numbers: Any, prefix: str = "", width: int = 0) -> pa.Array:
    """Ids from numbers; a negative number is missing."""
    values = np.asarray(numbers, dtype=np.int64)
    text = pa.array(values, mask=values < 0).cast(pa.string())
    if width:
        text = pc.utf8_lpad(text, width, "0")
    return pc.binary_join_element_wise(prefix, text, "") if prefix else text


def moments(seconds: Any, pattern: str | None = None) -> pa.Array:
    """Local times as text, by a strftime pattern (default: ISO with a blank); negative seconds are missing."""
    values = np.asarray(seconds, dtype=np.int64)
    times = pa.array(values.astype("datetime64[s]"), mask=values < 0)
    return pc.strftime(times, pattern) if pattern else times


def money(cents: Any) -> pa.Array:
    """Cents as a number with up to two decimals; the shortest decimal that is exactly these cents."""
    return pa.array(np.asarray(cents, dtype=np.int64) / 100)


def table(name: str, language: str, columns: dict[str, pa.Array]) -> pa.Table:
    """A table under the client's headers, in the client's order."""
    headers = [(ours, zh if language == "zh_CN" else en) for ours, en, zh in HEADERS[name]]
    return pa.table({theirs: columns[ours] for ours, theirs in headers})


def write_csv(data: pa.Table, path: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> None:
    """Write a CSV; text is quoted, numbers and ISO times are not. Other encodings than UTF-8 only for small files."""
    options = pyarrow.csv.WriteOptions(delimiter=delimiter)
    plain = pa.table({n: c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for n, c in _named(data)})
    path.parent.mkdir(parents=True, exist_ok=True)
    if encoding == "utf-8":
        pyarrow.csv.write_csv(plain, path, options)
        return
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(plain, buffer, options)
    path.write_bytes(buffer.getvalue().decode("utf-8").encode(encoding))


def write_monthly(
    data: pa.Table, months: Ints, folder: Path, stem: str, write: Callable[[pa.Table, Path], None]
) -> None:
    """One file for each month, named stem-YYYY-MM; rows keep their order."""
    order = np.argsort(months, kind="stable")
    in_order = months[order]
    values, starts = np.unique(in_order, return_index=True)
    ends = np.append(starts[1:], len(in_order))
    for month, first, last in zip(values.tolist(), starts.tolist(), ends.tolist(), strict=True):
        name = f"{stem}-{np.datetime64(month, 'M')}"
        write(data.take(pa.array(order[first:last])), folder / name)


def write_parquet(data: pa.Table, path: Path) -> None:
    """Write a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(data, path, compression="zstd")


def write_json_lines(data: pa.Table, path: Path) -> None:
    """Write one JSON object a line, without the keys that are missing."""
    frame = data.to_pandas()
    rows = [
        json.dumps({k: v for k, v in row.items() if v is not None and v == v}, ensure_ascii=False)
        for row in frame.to_dict("records")
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")


def write_excel(data: pa.Table, path: Path, sheet: str) -> None:
    """Write a workbook with one sheet."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": EPOCH})
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, data.column_names)
    for column, (_, values) in enumerate(_named(data)):
        page.write_column(1, column, values.to_pylist())
    book.close()


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write readable JSON, the same bytes for the same content."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


def write_truth_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table of truths beside truth.json."""
    pyarrow.parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")


def _named(data: pa.Table) -> list[tuple[str, pa.ChunkedArray]]:
    return list(zip(data.column_names, data.columns, strict=True))
