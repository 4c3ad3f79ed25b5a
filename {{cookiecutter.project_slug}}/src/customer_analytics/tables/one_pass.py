"""One pass over a source: each row goes to the rows kept or to the rows set aside, and both are counted on the way.

The engine reads, types and judges the rows in parallel; they arrive here in the order of the export, in batches of
Arrow, and are written to two Parquet files beside the reading. So no row is looked at twice, and a row's number in its
source is a running count.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW, FILE, REASON, TEXTS = "__row", "file", "__reason", "__texts"
GROUP = 122_880  # rows of a row group, which is what the engine reads at once
AHEAD = 2  # batches that may wait to be written


@dataclass
class Split:
    """Rows that one pass read, kept and set aside; `by_file`: rows read of each file, in the order of reading."""

    read: int = 0
    kept: int = 0
    aside: int = 0
    by_file: Counter[str] = field(default_factory=Counter)


def split_rows(
    rows: pa.RecordBatchReader,
    names: Sequence[str],
    texts: Sequence[str],
    kept: Path,
    aside: Path,
    *,
    clean_only: bool = False,
) -> Split:
    """Write the rows of a stream to two Parquet files.

    Args:
        rows: in the order of the source: first the columns to keep, then those about rows set aside: REASON (null: the
            row is kept), TEXTS with all the client's values, FILE, ROW where rows have a number of their own, and more.
        names: what the columns to keep are called in the file.
        texts: what the values in the list TEXTS are called as columns of rows set aside.
        kept: file for the rows without a reason.
        aside: file for the others, with their number, counted from 0, in ROW; not made when there are none.
        clean_only: end at the first row with a reason; the files are then of no use.
    """
    split = Split()
    width = len(names)
    good = pa.schema([column.with_name(name) for name, column in zip(names, rows.schema, strict=False)])
    about = [column for column in list(rows.schema)[width:] if column.name not in (TEXTS, ROW)]
    told = [pa.field(name, pa.string()) for name in texts if TEXTS in rows.schema.names]
    bad = pa.schema([pa.field(ROW, pa.int64()), *about, *told])
    with _Writer(kept, good) as keep, _Writer(aside, bad, lazy=True) as leave, ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[None]] = deque()
        for batch in rows:
            if len(waiting) >= AHEAD:
                waiting.popleft().result()
            if clean_only and split.aside:
                break
            waiting.append(pool.submit(_share_out, batch, width, split, keep, leave))
        for left in waiting:
            left.result()
    return split


def _share_out(batch: pa.RecordBatch, width: int, split: Split, keep: _Writer, leave: _Writer) -> None:
    reasons = batch.column(REASON)
    first, left_out = split.read, batch.num_rows - reasons.null_count
    split.read += batch.num_rows
    split.kept += reasons.null_count
    split.aside += left_out
    if FILE in batch.schema.names:
        _count_by_file(batch.column(FILE), split.by_file)
    good = pa.RecordBatch.from_arrays(batch.columns[:width], schema=keep.schema)
    if not left_out:
        keep.add(good)
        return
    keep.add(good.filter(pc.is_null(reasons)))
    leave.add(_left_out(batch, pc.is_valid(reasons), first, leave.schema))


def _left_out(batch: pa.RecordBatch, chosen: pa.BooleanArray, first: int, schema: pa.Schema) -> pa.RecordBatch:
    """The chosen rows of a batch as the file of rows set aside has them; `first`: the number of the batch's first."""
    rows = batch.filter(chosen)
    if ROW in batch.schema.names:
        values = {ROW: rows.column(ROW)}
    else:
        values = {ROW: pa.array(np.flatnonzero(chosen.to_numpy(zero_copy_only=False)) + first, pa.int64())}
    values |= {name: rows.column(name) for name in schema.names if name in batch.schema.names}
    if TEXTS in batch.schema.names:
        every = rows.column(TEXTS).flatten()
        names = [name for name in schema.names if name not in values]
        places = np.arange(rows.num_rows) * len(names)
        values |= {name: every.take(pa.array(places + i)) for i, name in enumerate(names)}
    return pa.RecordBatch.from_arrays([values[name] for name in schema.names], schema=schema)


def _count_by_file(files: pa.Array, counts: Counter[str]) -> None:
    """Add the rows of a batch, which come file by file."""
    runs = pc.run_end_encode(files)
    start = 0
    for name, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        if name is not None:
            counts[name] += end - start
        start = end


class _Writer:
    """A Parquet file of even row groups; `lazy`: not made before the first rows come."""

    def __init__(self, path: Path, schema: pa.Schema, *, lazy: bool = False) -> None:
        self.schema = schema
        self._path = path
        self._lazy = lazy
        self._file: pq.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *raised: object) -> None:
        if raised[0] is None and (self._waiting or not self._lazy):
            self._write()
        if self._file is not None:
            self._file.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Take rows in; they are written when there are enough of them for a row group."""
        if batch.num_rows:
            self._waiting.append(batch)
            self._rows += batch.num_rows
        if self._rows >= GROUP:
            self._write()

    def _write(self) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(self._path, self.schema, store_schema=False, store_decimal_as_integer=True)
        if self._waiting:
            self._file.write_table(pa.Table.from_batches(self._waiting, self.schema), row_group_size=self._rows)
        self._waiting, self._rows = [], 0
