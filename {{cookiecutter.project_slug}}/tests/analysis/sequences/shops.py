"""Made-up shops for the tests: lines of (person, day, item), and histories from them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.sequences.history import History, history

CONNECTION = connect()


def as_lines(rows: list[tuple[int, int, int]]) -> ir.Table:
    """moment, person, day, item."""
    frame = pd.DataFrame(rows, columns=["person", "day", "item"]).drop_duplicates()
    frame["moment"] = frame["person"].astype("int64") * 1_000_000 + frame["day"] + 500_000
    schema = {"moment": "int64", "person": "int64", "day": "int32", "item": "int32"}
    return CONNECTION.create_table(
        ibis.util.gen_name("lines"), ibis.memtable(frame[list(schema)], schema=schema), temp=True
    )


def as_history(rows: list[tuple[int, int, int]], last: int, window: int = 30, least: int = 1) -> History:
    """A history of all items of the rows."""
    return history(as_lines(rows), sorted({item for _, _, item in rows}), last, window, least)[0]


def shop(
    seed: int, people: int = 700, items: int = 25, days: int = 300, *, taste: float = 1.0, season: float = 0.0,
    planted: float = 0.0,
) -> list[tuple[int, int, int]]:  # fmt: skip
    """A shop of heavy and light buyers who come and go.

    taste: how many times likelier an item of the customer's own group is. season: height of each item's high season.
    planted: probability that item 1 is bought on the customer's next day because item 0 was bought, within 30 days.
    """
    rng = np.random.default_rng(seed)
    popular = rng.dirichlet(np.full(items, 2.0))
    group, group_of = rng.integers(0, 4, people), rng.integers(0, 4, items)
    peak, width = rng.integers(0, days, items), rng.choice([6, 20], items)
    calendar = 1 + season * np.exp(-0.5 * ((np.arange(days)[:, None] - peak) / width) ** 2)
    rows = []
    for person in range(people):
        came = int(rng.integers(0, days // 2))
        left = int(min(days, came + rng.exponential(150) + 20))
        visits = np.unique(rng.integers(came, left, rng.poisson(rng.gamma(1.0, 10.0))))
        wanted: set[int] = set()
        for day, following in zip(visits, np.append(visits, 10**6)[1:], strict=True):
            weight = popular * np.where(group_of == group[person], taste, 1.0) * calendar[day]
            basket = set(rng.choice(items, 1 + rng.poisson(1.5), p=weight / weight.sum()).tolist()) | wanted
            wanted = {1} if 0 in basket and following - day <= 30 and rng.random() < planted else set()
            rows += [(person, int(day), int(item)) for item in basket]
    return rows
