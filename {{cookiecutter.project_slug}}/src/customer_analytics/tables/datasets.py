"""Where a canonical table lies in data/tables: one Parquet file, or a folder of them, partitioned or not.

`orders.parquet` is what `analytics load` writes. Another job may put a dataset there: `events.parquet/part-0.parquet`
as Spark writes it, `events/2024-01-31.parquet`, or `events/day=2024-01-31/part-0.parquet` with the values of `day` in
the names of the folders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from customer_analytics.schema import SCHEMAS, Kind

_PARTITION = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.+)")
_DAY = re.compile(r"\d{4}-?\d{2}(-?\d{2})?(T.*)?")
_CALENDAR = {"year", "quarter", "month", "week", "day", "hour", "date", "dt", "ds"}

_TYPES = {
    Kind.ID: "string",
    Kind.TEXT: "string",
    Kind.TIME: "timestamp",
    Kind.DATE: "date",
    Kind.MONEY: "decimal(18, 4)",
    Kind.NUMBER: "float64",
    Kind.INTEGER: "int64",
    Kind.FLAG: "boolean",
}


class Dataset(NamedTuple):
    """The Parquet files of a table.

    Attributes:
        place: the file, or the folder that holds all of them.
        files: the files, by name.
        keys: partition columns that are attributes of the rows.
        days: partition columns that only repeat the time, which the table has itself.
        kinds: types of those partition columns that are canonical.
    """

    place: Path
    files: tuple[Path, ...]
    keys: tuple[str, ...]
    days: tuple[str, ...]
    kinds: Mapping[str, str]

    def open(self, backend: ibis.BaseBackend, name: str) -> ir.Table:
        """The rows as a table of an engine; partition columns that are attributes are texts."""
        if self.place.is_file():
            opened: ir.Table = backend.read_parquet(str(self.place), table_name=name)
            return opened
        partitioned = bool(self.keys or self.days)
        options = {"hive_types_autocast": False} if partitioned else {}
        paths = [str(file) for file in self.files]
        opened = backend.read_parquet(
            paths, table_name=name, hive_partitioning=partitioned, union_by_name=True, **options
        )
        typed = {key: opened[key].cast(kind) for key in self.keys if (kind := self.kinds.get(key)) is not None}
        return opened.mutate(**typed).drop(*self.days)


def datasets(folder: Path) -> Mapping[str, Dataset]:
    """The canonical tables below a folder: a file is taken before a folder of the same table."""
    found = {}
    for name in SCHEMAS:
        for place in (folder / f"{name}.parquet", folder / name):
            dataset = _dataset(place, name)
            if dataset is not None:
                found[name] = dataset
                break
    return found


def _dataset(place: Path, name: str) -> Dataset | None:
    if place.is_file():
        return Dataset(place, (place,), (), (), {})
    # What writers leave beside the rows (_SUCCESS, _temporary, .crc) begins with an underscore or a point.
    files = [file for file in sorted(place.rglob("*.parquet")) if not _hidden(file.relative_to(place))]
    if not files:
        return None
    values: dict[str, set[str]] = {}
    for file in files:
        for part in file.relative_to(place).parent.parts:
            if match := _PARTITION.fullmatch(part):
                values.setdefault(match[1], set()).add(match[2])
    schema = SCHEMAS[name]
    days = {
        key for key, held in values.items() if key not in schema.names and (key in _CALENDAR or all(map(_is_day, held)))
    }
    kinds = {key: _TYPES[column.kind] for key in values if (column := schema.column(key)) is not None}
    return Dataset(place, tuple(files), tuple(sorted(values.keys() - days)), tuple(sorted(days)), kinds)


def _hidden(path: Path) -> bool:
    return any(part.startswith(("_", ".")) for part in path.parts)


def _is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None
