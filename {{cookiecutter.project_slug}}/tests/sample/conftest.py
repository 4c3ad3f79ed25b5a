"""A synthetic client, made once for all tests and read back from its files by pandas alone, as its sources say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from customer_analytics.tables.sample import SampleSummary, make_sample

ARGUMENTS: dict[str, Any] = {
    "customers": 6_000,
    "seed": 11,
    "language": "en",
    "industry": "retail",
    "currency": "EUR",
    "time_zone": "Europe/London",
}
LAST = pd.Timestamp("2026-06-30 23:59:59")


@dataclass
class Client:
    """What lies in the folder: truths, and every export under our column names."""

    folder: Path
    made: SampleSummary

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))

    def truth_table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"truth_{name}.parquet")

    def table(self, name: str) -> pd.DataFrame:
        """An export as text and numbers: our names for mapped columns, the client's for the others."""
        if name not in self._read:
            source = next(source for source in self.made.sources if source["table"] == name)
            self._read[name] = read(self.folder, source)
        return self._read[name].copy()

    @cached_property
    def _read(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Orders with readable times up to the last day, each number once."""
        orders = self.table("orders")
        orders["ordered_at"] = pd.to_datetime(orders["ordered_at"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        usable = orders[orders["ordered_at"] <= LAST]
        return usable.drop_duplicates("order_id").reset_index(drop=True)


def read(folder: Path, source: dict[str, Any]) -> pd.DataFrame:
    """One source by pandas. Text stays text; only what is quoted or named an id is text in a CSV."""
    pattern = source["files"].removeprefix("data/raw/client/")
    parts = []
    for path in sorted(folder.glob(pattern)):
        if path.suffix == ".parquet":
            parts.append(pd.read_parquet(path))
        elif path.suffix == ".jsonl":
            parts.append(pd.read_json(path, lines=True, dtype={"stars": float}, convert_dates=False))
        elif path.suffix == ".xlsx":
            parts.append(pd.read_excel(path, engine="calamine"))
        else:
            delimiter = {".tsv": "\t"}.get(path.suffix, ";" if "customers" in path.name else ",")
            if source.get("encoding") == "gb18030":
                delimiter = ","
            encoding = source.get("encoding", "utf-8")
            parts.append(pd.read_csv(path, sep=delimiter, encoding=encoding, keep_default_na=False, na_values=[""]))
    table = pd.concat(parts, ignore_index=True)
    return table.rename(columns={theirs: ours for ours, theirs in source["columns"].items()})


@pytest.fixture(scope="session")
def reader() -> Callable[[Path, dict[str, Any]], pd.DataFrame]:
    return read


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("project") / "data" / "raw" / "client"
    return Client(folder, make_sample(folder, **ARGUMENTS))


@pytest.fixture(scope="session")
def plain_client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A business in which nothing is planted, without faults."""
    folder = tmp_path_factory.mktemp("plain") / "data" / "raw" / "client"
    return Client(folder, make_sample(folder, **ARGUMENTS, planted=False, faults=False))
