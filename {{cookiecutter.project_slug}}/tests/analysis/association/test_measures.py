from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.association.measures import measures, reaches


def measured(count: int, antecedent: int, consequent: int, n: int) -> dict[str, float]:
    found = measures(*(np.array([one]) for one in (count, antecedent, consequent)), n)
    return {name: float(values[0]) for name, values in found.items()}


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int, int, int]:
    count = draw(st.integers(1, 50))
    antecedent, consequent = count + draw(st.integers(0, 50)), count + draw(st.integers(0, 50))
    return count, antecedent, consequent, antecedent + consequent - count + draw(st.integers(0, 200))


@given(counts())
def test_measures_are_those_of_the_definitions(made: tuple[int, int, int, int]) -> None:
    count, antecedent, consequent, n = made
    s, a, c = Fraction(count, n), Fraction(antecedent, n), Fraction(consequent, n)
    confidence, leverage = s / a, s - a * c
    spread = max(s * (1 - a), a * (c - s))
    certainty = 0 if c == 1 else (confidence - c) / (1 - c) if confidence >= c else (confidence - c) / c
    expected = {
        "support": s, "confidence": confidence, "lift": s / (a * c), "leverage": leverage,
        "zhang": leverage / spread if spread else 0, "kulczynski": (s / a + s / c) / 2,
        "imbalance": abs(a - c) / (a + c - s), "jaccard": s / (a + c - s), "certainty": certainty,
    }  # fmt: skip
    found = measured(*made)
    assert {name: found[name] for name in expected} == pytest.approx({k: float(v) for k, v in expected.items()})
    assert found["cosine"] == pytest.approx(float(s) / math.sqrt(a * c))
    if confidence < 1:
        assert found["conviction"] == pytest.approx(float((1 - c) / (1 - confidence)))


def test_a_rule_without_exception_has_no_finite_conviction() -> None:
    assert measured(10, 10, 40, 100)["conviction"] == math.inf
    assert measured(10, 10, 100, 100)["conviction"] == math.inf


def test_less_than_chance_has_the_other_branch_of_certainty() -> None:
    # 5 of 50 against 40 of 100: (.1 - .4) / .4, where the first branch would say -.5
    assert measured(5, 50, 40, 100)["certainty"] == pytest.approx(-0.75)


def test_the_interval_of_lift_is_that_of_the_logarithm() -> None:
    found = measured(40, 100, 150, 1_000)
    variance = (1000 / 40 - 1000 / 100 - 1000 / 150 + 2 * 40 * 1000 / (100 * 150) - 1) / 1000
    assert found["lift_high"] == pytest.approx(found["lift"] * math.exp(1.959963984540054 * math.sqrt(variance)))
    assert found["lift_low"] * found["lift_high"] == pytest.approx(found["lift"] ** 2)


def test_a_confidence_of_exactly_the_limit_passes() -> None:
    count, base = np.array([4, 799_999, 1, 2]), np.array([5, 1_000_000, 3, 3])
    assert reaches(count, base, 0.8).tolist() == [True, False, False, False]
    assert reaches(np.array([60, 59]), np.array([9_835, 9_835]), 0.006).tolist() == [True, False]
    assert reaches(np.array([3]), np.array([10]), 0.1 + 0.2).tolist() == [False]  # 0.30000000000000004 is what was said


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.floats(0, 1))
def test_limits_with_many_digits_are_compared_exactly(count: int, base: int, share: float) -> None:
    expected = Fraction(count, base) >= Fraction(str(share))
    assert reaches(np.array([count]), np.array([base]), share).tolist() == [expected]
