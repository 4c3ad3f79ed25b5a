"""The engine that this run of the tests is about: DuckDB, or what `pytest --engine NAME` says."""

from __future__ import annotations

import ibis

from customer_analytics.tables.engines import connect as connect_engine

# For many small questions: no compiled plans, one collector, and the JVM's quick compiler alone.
QUICK = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
chosen = "duckdb"  # conftest sets it


def connect() -> ibis.BaseBackend:
    """A new connection; its tables are its own. Tables from memory alone are worked out there too."""
    if chosen == "duckdb":
        return ibis.duckdb.connect()
    backend = connect_engine(chosen, QUICK if chosen == "pyspark" else {})
    ibis.set_backend(backend)
    return backend
