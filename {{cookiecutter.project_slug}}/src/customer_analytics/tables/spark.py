"""PySpark as the engine: its session, and an Ibis backend that answers as the embedded engine does.

Ibis' own backend goes through pandas and leaves some corners open. Here tables from memory and answers cross as Arrow
(whole numbers with gaps stay whole, NULL and NaN stay apart, moments stay naive UTC), and tables that are made for a
while are cached views: nothing is written to a warehouse.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from ibis import util
from ibis.backends.duckdb.converter import DuckDBPandasData, DuckDBPyArrowData
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkType
from py4j.protocol import Py4JError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import ArrayType, StructField, StructType, TimestampNTZType

Settings = Mapping[str, Any]

# What every session gets. ANSI off: a division by zero or a text that is no number is NULL and stops no report.
_ALWAYS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # Together with `compile` below: see there.
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
}
# Set before the JVM starts; later they would be ignored.
_AT_START = {
    "spark.app.name": "customer analytics",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "FATAL",  # errors come back as exceptions
    "spark.driver.maxResultSize": "0",
}
_GIB = 2**30
# Escapes that SQLGlot writes and Spark does not know: it would strip the letters v and f from texts, not white space.
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_UNKNOWN = {r"\v": r"\u000B", r"\f": r"\u000C", r"\a": r"\u0007"}
_PARTITION = re.compile(r"(?<=[/\\])[^/\\=]+=[^/\\]*[/\\]")  # the first folder that is named key=value


class Spark(Backend):  # type: ignore[misc]
    """Ibis' PySpark backend with what an analysis expects of its engine."""

    def create_table(
        self,
        name: str,
        /,
        obj: ir.Table | pd.DataFrame | pa.Table | None = None,
        *,
        schema: Any = None,
        **_: Any,
    ) -> ir.Table:
        """A table for the life of the connection: rows from memory, or a question worked out once.

        Ibis' own would write it to the warehouse, where the next session finds it in its way.
        """
        if not isinstance(obj, ir.Table):
            held = pd.DataFrame(columns=list(ibis.schema(schema))) if obj is None else obj
            frame = self._frame(ibis.memtable(held, schema=schema).op())
            frame.createTempView(name)
            return self.table(name)
        return self._create_cached_table(name, obj)

    def compile(self, expr: ir.Expr, /, **options: Any) -> str:
        """SQL in which each step stays a SELECT of its own.

        Ibis, and Spark's CollapseProject, write a column's formula wherever the column is used. Spark works such a
        formula out each time: within a function over an array once an element, and where arrays are found from arrays
        the work is multiplied at each step. DuckDB finds the equal parts itself.
        """
        fused, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
        try:
            sql: str = super().compile(expr, **options)
        finally:
            ibis.options.sql.fuse_selects = fused
        return _ESCAPE.sub(lambda found: _UNKNOWN.get(found[0], found[0]), sql)

    def read_parquet(
        self,
        paths: str | Sequence[str],
        /,
        *,
        table_name: str | None = None,
        hive_partitioning: bool = False,
        union_by_name: bool = False,
        **_: Any,
    ) -> ir.Table:
        """Parquet files as a table, with DuckDB's words for what Spark calls basePath and mergeSchema."""
        files = [paths] if isinstance(paths, str) else list(paths)
        reader = self._session.read.option("mergeSchema", union_by_name and len(files) > 1)
        if hive_partitioning and (first := _PARTITION.search(files[0])):
            reader = reader.option("basePath", files[0][: first.start()])
        name = table_name or util.gen_name("read_parquet")
        reader.parquet(*files).createOrReplaceTempView(name)
        return self.table(name)

    def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
        """Keep the rows, and forget how they came about.

        With Spark's own cache a table that follows from twenty others carries all their plans into each question, and
        formulas over a cached table are joined into one again (see `compile`). Rows that are kept in the memory and on
        the disks of this machine are lost with it; a cluster should have spark.checkpoint.dir set.
        """
        self._run_pre_execute_hooks(expr)
        frame = _as_stated(self._session.sql(self.compile(expr)), expr.schema())
        is_safe = self._session.sparkContext._jsc.sc().getCheckpointDir().isDefined()
        kept = frame.checkpoint() if is_safe else frame.localCheckpoint()
        kept.createTempView(name)
        self._cached_dataframes[name] = kept
        return self.table(name)

    def _drop_cached_table(self, name: str) -> None:
        kept = self._cached_dataframes.pop(name)
        with contextlib.suppress(Py4JError, OSError):  # at the end of the process the JVM may be gone before us
            self._session.catalog.dropTempView(name)
            kept._jdf.queryExecution().analyzed().rdd().unpersist(False)

    def drop_table(self, name: str, /, *, database: str | None = None, force: bool = False) -> None:
        """Forget a table that `create_table` made."""
        if name in self._cached_dataframes:
            self._drop_cached_table(name)
        elif not self._session.catalog.dropTempView(name):
            super().drop_table(name, database=database, force=force)

    def _register_in_memory_table(self, op: Any) -> None:
        self._frame(op).createOrReplaceTempView(op.name)

    def _frame(self, op: Any) -> Any:
        rows = op.data.to_pyarrow(op.schema)
        return self._session.createDataFrame(rows, schema=_types(op.schema))

    def _answer(self, expr: ir.Expr, params: Any, limit: Any) -> pa.Table:
        self._run_pre_execute_hooks(expr)
        return self._session.sql(self.compile(expr.as_table(), params=params, limit=limit)).toArrow()

    def to_pyarrow(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """The answer as Arrow, without a way through pandas."""
        return expr.__pyarrow_result__(self._answer(expr, params, limit), data_mapper=DuckDBPyArrowData)

    def execute(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """The answer as pandas, of the same types as from DuckDB."""
        answer, schema = self._answer(expr, params, limit), expr.as_table().schema()
        columns = {
            name: column.to_pylist() if column.null_count or pa.types.is_nested(column.type) else column.to_pandas()
            for name, column in zip(answer.column_names, map(_naive, answer.columns), strict=True)
        }
        return expr.__pandas_result__(DuckDBPandasData.convert_table(pd.DataFrame(columns), schema))


def _naive(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments of Spark's own kind carry the session's zone, which is UTC; ours are naive UTC."""
    kind = column.type
    return column.cast(pa.timestamp("us")) if pa.types.is_timestamp(kind) else column


def _as_stated(frame: DataFrame, schema: sch.Schema) -> DataFrame:
    """The frame with the types that Ibis foretells: Spark counts in other widths, and unions ask for equal ones."""
    columns = []
    for field in frame.schema.fields:
        kind = schema[field.name]
        is_open = kind.is_null() or (kind.is_decimal() and kind.precision is None)
        wanted = field.dataType if is_open else _type(kind)
        same = is_open or wanted.simpleString() == field.dataType.simpleString()
        quoted = frame[f"`{field.name}`"]
        columns.append(quoted if same else quoted.cast(wanted).alias(field.name))
    return frame.select(*columns)


def _types(schema: sch.Schema) -> StructType:
    """Spark's types; a moment is one without a zone, as in the Parquet files."""
    return StructType([StructField(name, _type(kind)) for name, kind in schema.items()])


def _type(kind: dtypes.DataType) -> Any:
    if kind.is_timestamp() and kind.timezone is None:
        return TimestampNTZType()
    if kind.is_array():
        return ArrayType(_type(kind.value_type))
    return PySparkType.from_ibis(kind)


def connect_spark(settings: Settings, scratch: Path | None = None) -> Spark:
    """A connection with a session of its own; the context (the JVM) is one for the process.

    Args:
        settings: of engagement.yml, names as Spark's; they replace ours.
        scratch: folder for what Spark spills; default: the system's.
    """
    session = _started(settings, scratch).newSession()
    wanted = {**_ALWAYS, **settings}
    for name, value in wanted.items():
        if name.startswith("spark.sql.") and session.conf.isModifiable(name):
            session.conf.set(name, str(value))
    assert ibis.pyspark  # asking for it makes the backend's options known
    backend = Spark()
    backend.do_connect(session)
    return backend


def _started(settings: Settings, scratch: Path | None) -> SparkSession:
    """The session of this process; its Python and that of the workers are the same."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder
    for name, value in {**_ALWAYS, **_AT_START, **_local(settings, scratch), **settings}.items():
        builder = builder.config(name, str(value))
    return builder.getOrCreate()


def _local(settings: Settings, scratch: Path | None) -> dict[str, str]:
    """Where no cluster is named: this machine alone, which nobody else can reach."""
    if not str(settings.get("spark.master", "local")).startswith("local") or "spark.remote" in settings:
        return {}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    chosen = {
        "spark.master": f"local[{cores}]",
        "spark.driver.memory": f"{max(1, min(8, _memory() // 4))}g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
        "spark.sql.shuffle.partitions": str(2 * cores),
    }
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
        chosen |= {"spark.local.dir": str(scratch), "spark.sql.warehouse.dir": str(scratch / "warehouse")}
    return chosen


def _memory() -> int:
    """Gibibytes of this machine; four where it does not say."""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _GIB
    return 4


def has_java() -> bool:
    """Whether Spark would find a Java to start."""
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java", path=str(Path(home) / "bin") if home else None))
