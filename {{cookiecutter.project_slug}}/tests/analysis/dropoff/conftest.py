"""Units of an invented funnel as a frame, and the same in the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from any_engine import connect

from customer_analytics.analysis.dropoff.units import Kind, Property, Units

START = dt.datetime(2024, 3, 1)


@pytest.fixture(scope="session")
def backend() -> ibis.BaseBackend:
    return connect()


@pytest.fixture(scope="session")
def make_units(backend: ibis.BaseBackend) -> Callable[..., Units]:
    """A function: frame of units (person_id, furthest, p0 ..) -> Units."""

    def make(frame: pd.DataFrame, *, steps: int = 3, kind: Kind = "session", repeated: bool = True) -> Units:
        made = frame.copy()
        if "unit_id" not in made:
            made["unit_id"] = [f"u{place}" for place in range(len(made))]
        if "day" not in made:
            made["day"] = np.arange(len(made), dtype="int32") % 60 + 19_783
        if "entered_at" not in made:
            made["entered_at"] = [START + dt.timedelta(seconds=place) for place in range(len(made))]
        for step in range(1, steps + 1):
            if f"at_{step}" not in made:
                reached = made["furthest"] >= step
                made[f"at_{step}"] = made["entered_at"].where(reached) + pd.to_timedelta(10 * (step - 1), unit="s")
        columns = [name for name in made.columns if name.startswith("p") and name[1:].isdigit()]
        properties = tuple(Property(f"name of {column}", column, "behaviour") for column in columns)
        table = backend.create_table(ibis.util.gen_name("units"), made, temp=True)
        return Units(table, tuple(f"step {n}" for n in range(1, steps + 1)), kind, repeated, properties, 86_400.0)

    return make


@pytest.fixture(scope="session")
def made_frame() -> Callable[..., pd.DataFrame]:
    """A function: units of people who come several times; `weak` goes on less often from step 2 to 3 as device c."""

    def make(n: int = 6_000, seed: int = 1, weak: float = 0.0, people: int = 2_000) -> pd.DataFrame:
        generator = np.random.default_rng(seed)
        person = generator.integers(0, people, n)
        taste = generator.normal(0, 0.8, people)[person]  # people differ: their units are not independent
        frame: dict[str, Any] = {
            "person_id": [f"c{number}" for number in person],
            "p0": generator.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2]),
            "p1": generator.choice(["x", "y"], n),
        }
        first = generator.random(n) < 1 / (1 + np.exp(-taste))
        lower = np.where(frame["p0"] == "c", weak, 0.0)
        second = generator.random(n) < np.clip(1 / (1 + np.exp(-taste - 0.5)) - lower, 0.02, 1)
        frame["furthest"] = np.where(first & second, 3, np.where(first, 2, 1))
        return pd.DataFrame(frame)

    return make
