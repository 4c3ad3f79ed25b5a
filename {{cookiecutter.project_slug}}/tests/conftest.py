from __future__ import annotations

import importlib.util
import sys
from contextlib import suppress
from pathlib import Path

import ibis
import pytest
from hypothesis import settings
from ibis.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parent))
import any_engine

# A busy machine is no failure. A run is the same each time; new examples are looked for with --thorough or a seed.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile("searching", deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", default="duckdb", help="the engine that the analyses' tests run on: duckdb, pyspark")
    with suppress(ValueError):  # the template's own tests, run together with these, have it as well
        parser.addoption("--thorough", action="store_true", help="whole campaigns where CI takes a part of them")


def pytest_configure(config: pytest.Config) -> None:
    any_engine.chosen = config.getoption("--engine")
    searching = config.getoption("--thorough") or config.getoption("--hypothesis-seed", default=None) is not None
    settings.load_profile("searching" if searching else "repeatable")


@pytest.fixture(scope="session")
def thorough(request: pytest.FixtureRequest) -> bool:
    """Whether whole campaigns are asked for (--thorough); otherwise tests take the part that CI has time for."""
    return bool(request.config.getoption("--thorough"))


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
