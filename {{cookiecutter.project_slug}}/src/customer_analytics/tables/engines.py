"""Connections to the engines: DuckDB in this process, PySpark, or another Ibis backend."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis

from customer_analytics.engagement.errors import Problem, UserError

JOBS = "CUSTOMER_ANALYTICS_JOBS"  # environment: how many reports are made at once, and share the memory
_KEY = "engagement.yml, engine"


def connect(engine: str, settings: Mapping[str, Any] | None = None, scratch: Path | None = None) -> ibis.BaseBackend:
    """A connection to the engine of the engagement.

    Args:
        engine: name of an Ibis backend.
        settings: of the engine, with its own names: DuckDB's options, Spark's configuration, what else Ibis' connect
            takes.
        scratch: folder for what does not fit into memory; default: the engine's own choice.

    Raises:
        UserError: Ibis has no such backend, its driver is not installed, or it refuses a setting.
    """
    chosen = dict(settings or {})
    if engine == "duckdb":
        return _duckdb(chosen, scratch)
    if engine == "pyspark":
        return _spark(chosen, scratch)
    try:
        importlib.import_module(f"ibis.backends.{engine}")
        backend: ibis.BaseBackend = getattr(ibis, engine).connect(**chosen)
    except (ImportError, AttributeError) as error:
        what = f"the engine {engine!r} cannot be used here: {error}."
        raise _refused(what, "Use `engine: duckdb`, or install the backend's driver.") from error
    return backend


def _duckdb(settings: dict[str, Any], scratch: Path | None) -> ibis.BaseBackend:
    import duckdb

    backend = ibis.duckdb.connect()
    # No extension is fetched from the network: what is needed comes with the package.
    wanted = {"TimeZone": "UTC", "autoinstall_known_extensions": False, **settings}
    if scratch is not None:
        # By itself DuckDB would spill beside the notebook. It makes the last folder of a path when it first spills, not
        # those above it. Each process has its own: two that share one write into each other's files.
        try:
            scratch.mkdir(parents=True, exist_ok=True)
            place = str(scratch / f"spill-{os.getpid()}")
        except OSError:  # a project that may only be read: what names people is spilled nowhere else
            place = ""
        wanted.setdefault("temp_directory", place)
    if (jobs := _jobs()) > 1:  # threads that wait for each other's cores cost a tenth more than they bring
        wanted.setdefault("threads", max(1, _cores() // jobs))
    if "memory_limit" in wanted:
        wanted["memory_limit"] = shared_memory(str(wanted["memory_limit"]))
    for name, value in wanted.items():
        try:
            backend.settings[name] = value
        except duckdb.Error as error:
            reason = str(error).splitlines()[0].rstrip(".")
            mend = "Use the options and values of DuckDB's documentation, for example `memory_limit: 8GB`."
            raise _refused(f"DuckDB refuses the setting {name}: {reason}.", mend) from error
    with contextlib.suppress(duckdb.Error):  # a kernel without ipywidgets cannot set it, and shows no bar either
        backend.settings["enable_progress_bar"] = False
    return backend


def shared_memory(limit: str) -> str:
    """A limit of memory divided by the reports that are made at once: "8GB" for two is "4.000GB"."""
    number = limit.strip().rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ% ")
    try:
        return f"{float(number) / _jobs():.3f}{limit.strip()[len(number) :]}"
    except ValueError:  # no number at all: DuckDB says so
        return limit


def _jobs() -> int:
    return int(os.environ.get(JOBS, "1"))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spark(settings: dict[str, Any], scratch: Path | None) -> ibis.BaseBackend:
    mend = "Use `engine: duckdb`, or install what is missing (docs/guide/engines.md of the template)."
    try:
        from customer_analytics.tables import spark
    except ImportError as error:
        what = f"the engine 'pyspark' cannot be used here: {error}."
        raise _refused(what, "Run `pip install -c constraints.txt '.[spark]'`, or use `engine: duckdb`.") from error
    if not spark.has_java() and "spark.remote" not in settings:
        what = "the engine 'pyspark' needs Java 17 or later, and there is none: no `java` on the path or in JAVA_HOME."
        raise _refused(what, mend)
    try:
        return spark.connect_spark(settings, scratch)
    except Exception as error:  # Spark and the JVM have no common root of their errors
        reason = str(error).splitlines()[0].strip(" .") if str(error) else type(error).__name__
        raise _refused(f"Spark did not start: {reason}.", mend) from error


def _refused(what: str, mend: str) -> UserError:
    return UserError([Problem(_KEY, what, mend)])
