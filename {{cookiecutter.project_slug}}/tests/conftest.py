from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import ibis
import pytest
from hypothesis import settings
from ibis.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parent))
import any_engine

# A busy machine is no failure. In CI hypothesis has such a profile of its own, with the same examples each time.
if not os.environ.get("CI"):
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", default="duckdb", help="the engine that the analyses' tests run on: duckdb, pyspark")


def pytest_configure(config: pytest.Config) -> None:
    any_engine.chosen = config.getoption("--engine")


class SparkOptions(Config):
    """What Ibis asks of PySpark when it writes SQL, with the default of its backend."""

    treat_nan_as_null: bool = False


@pytest.fixture(autouse=True)
def spark_can_be_written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ibis asks PySpark's options how to write floats; they are known once the backend is loaded.

    Where PySpark is not installed its default stands in, so that expressions are compiled for Spark there too.
    """
    parameters = getattr(getattr(request.node, "callspec", None), "params", {})
    # Only the texts are compared: "in" over all values would compare arrays, which have no single truth value.
    if "pyspark" not in [value for value in parameters.values() if isinstance(value, str)]:
        return
    if importlib.util.find_spec("pyspark"):
        assert ibis.pyspark
    else:
        monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
