"""Which way a feature points: counted by hand, with small classes hidden so that nobody finds them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.reasons.directions import directions
from customer_analytics.statistics import wilson


def case(count: int = 1_000) -> tuple[dict[int, pd.DataFrame], pd.DataFrame]:
    generator = np.random.default_rng(1)
    silent = np.floor(generator.exponential(40, count))
    plan = generator.choice(["A", "B", "rare"], count, p=[0.6, 0.39, 0.01])
    ids = [f"P{number}" for number in range(count)]
    left = (generator.random(count) < np.minimum(silent / 150, 0.9)).astype(int)
    frame = pd.DataFrame({"person_id": ids, "silent_days": silent, "contract_plan": plan, "left": left})
    predictions = pd.DataFrame({"cut": 5, "person_id": ids, "left": left, "trees": silent / 200})
    return {5: frame, 9: frame.assign(silent_days=-1.0)}, predictions


def test_classes_hold_everybody_once_with_their_own_rates() -> None:
    frames, predictions = case()
    found = directions({"silent_days": "rhythm"}, frames, predictions, "trees", 30)
    assert found["cases"].sum() == 1_000 and found["rate"].is_monotonic_increasing
    values = frames[5]["silent_days"]
    for row in found.to_dict("records"):
        own = predictions[values.between(row["lowest"], row["highest"])]
        assert (len(own), int(own["left"].sum())) == (row["cases"], row["left"])
        assert (row["low"], row["high"]) == tuple(wilson(row["left"], row["cases"]))
        assert abs(row["forecast"] - own["trees"].mean()) < 1e-12


def test_a_small_level_cannot_be_found_by_subtraction() -> None:
    """One level is too small: the next smallest is hidden with it, and then there is nothing to compare."""
    frames, predictions = case()
    assert not len(directions({"contract_plan": "contract"}, frames, predictions, "trees", 30))
    shown = directions({"contract_plan": "contract"}, frames, predictions, "trees", 2)
    assert set(shown["level"]) == {"A", "B", "rare"}


def test_only_tested_cut_offs_count() -> None:
    frames, predictions = case()
    assert directions({"silent_days": "rhythm"}, {9: frames[9]}, predictions, "trees", 30).empty
