"""The synthetic client: the planted sequence with the share that its orders have, and nothing where none is planted."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import yaml

from customer_analytics.analysis.baskets import Baskets, baskets
from customer_analytics.analysis.sequences import Sequences, sequences
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import open_tables

NEEDED = ("orders", "order_lines")
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}


def client(folder: Path, customers: int, *, planted: bool) -> tuple[dict[str, object], Baskets, Sequences]:
    raw = folder / "data" / "raw" / "sample"
    made = make_sample(raw, customers=customers, seed=7, planted=planted, **SETTINGS)
    engagement = {
        "client": "A",
        "consultancy": "B",
        **SETTINGS,
        "sources": [source for source in made.sources if source["table"] in NEEDED],
    }
    text = yaml.safe_dump(engagement | {"as_of": made.as_of.isoformat()}, allow_unicode=True, sort_keys=False)
    (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
    project = Project.find(folder)
    load(project)
    tables = open_tables(project)
    parameters = BasketRulesParameters()
    carried = baskets(tables, parameters)
    truth = json.loads((raw / "truth.json").read_text(encoding="utf-8"))["baskets"]
    return truth, carried, sequences(tables, carried, parameters)


def by_hand(carried: Baskets, a: str, b: str, last: int) -> tuple[int, int]:
    """Cases of a without b after a month without a, and how many b follows within a month."""
    items = carried.items.set_index("key")["item"]
    lines = carried.lines.to_pandas().merge(carried.heads.to_pandas()[["basket", "person_id", "day"]], on="basket")
    lines = lines.dropna(subset=["person_id", "day"])
    own = {item: lines[lines["item"] == items[item]].groupby("person_id")["day"].apply(set) for item in (a, b)}
    cases = followed = 0
    for person, days in own[a].items():
        others = own[b].get(person, set())
        for day in days:
            if day + 30 > last or day in others or any(day - 30 <= other < day for other in days):
                continue
            cases += 1
            followed += any(day < other <= day + 30 for other in others)
    return cases, followed


def test_the_planted_sequence_is_found_alone_with_its_share_and_seen_again(tmp_path: Path) -> None:
    truth, carried, result = client(tmp_path, 1_500, planted=True)
    (planted,) = truth["sequences"]  # type: ignore[misc]
    keys = dict(zip(carried.items["item"], carried.items["key"], strict=True))
    line = result.significant.iloc[0]
    assert [(keys[a], keys[b]) for a, b in result.significant[["a", "b"]].to_numpy()] == [(planted["a"], planted["b"])]
    last = (pd.Timestamp(carried.last_day, unit="D") - pd.Timestamp("1970-01-01")).days
    assert (line["triggers"], line["count"]) == by_hand(carried, planted["a"], planted["b"], last)
    assert line["lift_later"] > 1
    assert line["lag_high"] <= 30
    assert not len(result.due)  # products are drawn anew for each order: nothing to remind of


def test_nothing_follows_where_nothing_is_planted(tmp_path: Path) -> None:
    _, _, result = client(tmp_path, 800, planted=False)
    assert result.family > 200
    assert not len(result.significant)
