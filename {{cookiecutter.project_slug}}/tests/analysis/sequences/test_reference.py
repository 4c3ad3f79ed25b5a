"""Every count and measure is that of plain loops."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shops import as_history, shop
from slow_sequences import Slow

from customer_analytics.analysis.sequences.cases import measure
from customer_analytics.analysis.sequences.direction import direction
from customer_analytics.analysis.sequences.following import Following, following, screen
from customer_analytics.analysis.sequences.search import within_family

LINE = st.tuples(st.integers(1, 6), st.integers(0, 60), st.integers(0, 4))
ROWS = st.lists(LINE, min_size=8, max_size=70).filter(lambda rows: len({item for _, _, item in rows}) > 1)
FEW = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def all_pairs(items: list[int]) -> pd.DataFrame:
    pairs = pd.DataFrame([(a, b) for a in items for b in items if a != b], columns=["a", "b"]).astype("int32")
    pairs.insert(0, "pair", np.arange(len(pairs), dtype=np.int32))
    return pairs


def searched(rows: list[tuple[int, int, int]], last: int, window: int) -> tuple[Following, Slow]:
    found = following(as_history(rows, last, window))
    return found, Slow(rows, last, window, found.block)


@FEW
@given(rows=ROWS, window=st.sampled_from([5, 12, 30]))
def test_the_counts_and_measures_are_those_of_loops(rows: list[tuple[int, int, int]], window: int) -> None:
    found, slow = searched(rows, 62, window)
    pairs = all_pairs(slow.items)
    seen = screen(found, 1)
    assert seen.triggers.tolist() == [len(slow.triggers(item)) for item in slow.items]
    table = (
        measure(found, pairs).merge(direction(found, pairs).drop(columns="people"), on="pair").merge(pairs, on="pair")
    )
    for line in table.to_dict("records"):
        a, b = line["a"], line["b"]
        followed = seen.followed[slow.items.index(a), slow.items.index(b)]
        assert followed == sum(lag is not None for _, lag in slow.cases(a, b))
        other = slow.direction(a, b)
        assert (line["after"], line["before"]) == (other["after"], other["before"])
        assert line["direction"] == pytest.approx(other["direction"], nan_ok=True)
        assert line["direction_p"] == pytest.approx(other["direction_p"])
        if not slow.cases(a, b):
            assert line["triggers"] == 0
            continue
        expected = slow.pair(a, b)
        for name in ("triggers", "count", "people", "customers"):
            assert line[name] == expected[name], name
        assert line["lift"] == pytest.approx(expected["lift"], nan_ok=True)
        assert line["base_p"] == pytest.approx(expected["base_p"], abs=1e-9)
        lags = [lag for _, lag in slow.cases(a, b) if lag is not None]
        median = float(np.median(lags)) if lags else math.nan
        assert line["lag_median"] == pytest.approx(median, nan_ok=True)


def test_the_interval_of_the_lift_holds_a_repeated_customer_for_one() -> None:
    rows = shop(3, people=400, items=30, planted=0.5)
    several = rows + [(person + 10_000, day, item) for person, day, item in rows]
    copied = rows + [(person, day + 400, item) for person, day, item in rows]
    pairs = all_pairs([0, 1]).head(1)
    once, twice, again = (
        measure(following(as_history(own, last)), pairs).iloc[0]
        for own, last in ((rows, 330), (several, 330), (copied, 730))
    )

    def width(line: pd.Series) -> float:
        return math.log(line["lift_high"] / line["lift_low"])

    assert twice["count"] == 2 * once["count"]
    assert again["count"] == 2 * once["count"]
    assert width(twice) == pytest.approx(width(once) / math.sqrt(2), rel=0.1)  # twice as many customers
    assert width(again) > 0.85 * width(once)  # the same customers twice: only the comparison is surer


def test_the_interval_of_the_lift_is_no_narrower_than_that_of_resampled_customers() -> None:
    rows = shop(5, people=400, items=6, planted=0.4, taste=3.0)
    found, slow = searched(rows, 300, 30)
    line = measure(found, all_pairs([0, 1]).head(1)).iloc[0]
    rng = np.random.default_rng(1)
    by_person: dict[int, list[tuple[int, int, int]]] = {}
    for row in rows:
        by_person.setdefault(row[0], []).append(row)
    people = sorted(by_person)
    lifts = []
    for _ in range(30):
        drawn = rng.choice(people, len(people))
        own = [(place, day, item) for place, person in enumerate(drawn) for _, day, item in by_person[int(person)]]
        lifts.append(math.log(Slow(own, 300, 30, slow.block).pair(0, 1)["lift"]))
    spread = math.log(line["lift_high"] / line["lift_low"]) / (2 * 1.96)
    # wider than needed where the first item is common: its moments are among those that it is compared with
    assert 0.85 < spread / float(np.std(lifts)) < 1.7


def test_what_was_not_looked_at_closely_counts_in_the_family() -> None:
    assert within_family(np.array([0.001, 0.04]), 100).tolist() == pytest.approx([0.1, 1.0])
    assert within_family(np.array([0.04, 0.001]), 2).tolist() == pytest.approx([0.04, 0.002])
