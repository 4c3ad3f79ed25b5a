"""Features as of a cut-off: equal to those by hand, and the same when everything from the cut-off on is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import small_logs
from hypothesis import given, settings
from hypothesis import strategies as st

CUT, LOOK_BACK = 300, 120


@pytest.mark.parametrize("observation_days", [0, LOOK_BACK])
@settings(max_examples=6)
@given(seed=st.integers(0, 10**6))
def test_every_feature_equals_the_one_by_hand_and_needs_nothing_from_the_cut_off_on(
    features_of: Callable[..., dict[str, dict[str, Any]]], observation_days: int, seed: int
) -> None:
    log = small_logs.make_log(seed, people=25)
    found = features_of(log, CUT, observation_days)
    start = CUT - observation_days if observation_days else 0
    for person, own in found.items():
        expected = small_logs.features(log, person, CUT, start)
        assert set(own) - {"cut"} == set(expected)
        for name, value in expected.items():
            assert own[name] == (value if isinstance(value, str | None) else pytest.approx(value, rel=1e-9)), name
    assert features_of(small_logs.until(log, CUT), CUT, observation_days) == found


def test_a_feature_from_after_the_cut_off_would_be_caught() -> None:
    """The test above tests something: the same log looks different a hundred days later."""
    log = small_logs.make_log(3)
    early = {row["order_id"] for row in small_logs.until(log, CUT)["orders"]}
    assert early < {row["order_id"] for row in log["orders"]}
