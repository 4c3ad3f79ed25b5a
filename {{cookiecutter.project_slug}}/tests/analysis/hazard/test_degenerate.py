"""Columns that no fit survives: each is set aside by name with its reason, and the rest is estimated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.hazard.cox import Cox, NoModel, fit_cox
from customer_analytics.analysis.hazard.design import OTHERS, UNKNOWN, make_design, tidy

COUNT = 400


def lives(seed: int = 2) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    plan = rng.choice(["Basic", "Plus", "Gold"], COUNT, p=[0.5, 0.3, 0.2])
    life = rng.exponential(40, COUNT) / np.where(plan == "Gold", 0.4, 1.0)
    seen = rng.uniform(5, 80, COUNT)
    frame = pd.DataFrame({"plan": plan, "price": rng.normal(20, 4, COUNT).round(2)})
    return frame, np.ceil(np.minimum(life, seen)), (life <= seen).astype(float)


def fitted(frame: pd.DataFrame, time: np.ndarray, ended: np.ndarray) -> Cox | NoModel:
    return fit_cox(tidy(frame), np.full(len(frame), -1.0), time, ended, np.arange(len(frame)))


def reasons(found: Cox | NoModel) -> dict[str, str]:
    table = found.design.set_aside if isinstance(found, Cox) else found.set_aside
    return dict(zip(table["feature"], table["reason"], strict=True))


def test_every_kind_of_useless_column_is_named_and_the_rest_is_estimated_as_without_it() -> None:
    frame, time, ended = lives()
    plain = fitted(frame, time, ended)
    rng = np.random.default_rng(0)
    spoilt = frame.assign(
        always="x", twice=frame["price"] * 2 - 1, same=frame["plan"].map({"Basic": "b", "Plus": "p", "Gold": "g"}),
        empty=None, mostly=np.where(rng.random(COUNT) < 0.2, 1.0, np.nan),
        note=np.where((ended > 0) & (rng.random(COUNT) < 0.6), "price", None),
        number=rng.permutation(10_000_000)[:COUNT], person=[f"Ann {number}" for number in range(COUNT)],
        over=np.where(ended > 0, "yes", "no"),
    )  # fmt: skip
    found = fitted(spoilt, time, ended)
    assert reasons(found) == {
        "always": "constant", "twice": "collinear", "same": "collinear", "empty": "mostly_missing",
        "mostly": "mostly_missing", "note": "known_after", "number": "identifier", "person": "levels",
        "over": "separating",
    }  # fmt: skip
    assert isinstance(found, Cox) and isinstance(plain, Cox)
    assert np.allclose(found.coefficients, plain.coefficients, atol=1e-6)
    aside = found.design.set_aside.set_index("feature")["with_what"]
    assert aside["twice"] == "price" and aside["same"] == "plan"


def test_a_level_in_which_nobody_ends_is_named() -> None:
    frame, time, ended = lives()
    frame["tariff"] = np.where(np.arange(COUNT) % 5 == 0, "Staff", "Public")
    ended = np.where(frame["tariff"] == "Staff", 0.0, ended)
    found = fitted(frame, time, ended)
    assert isinstance(found, Cox) and reasons(found) == {"tariff=Staff": "no_end"}


def test_small_levels_stand_together_and_missing_values_have_a_level() -> None:
    frame, _, ended = lives()
    frame["plan"] = np.where(np.arange(COUNT) < 12, "Rare", np.where(np.arange(COUNT) < 40, "Old", frame["plan"]))
    frame.loc[200:260, "plan"] = None
    design = make_design(tidy(frame), ended)
    assert {OTHERS, UNKNOWN} <= set(design.levels["plan"])
    assert "plan=others" in {term.name for term in design.terms}
    unseen = tidy(pd.DataFrame({"plan": ["Basic", "Never seen", None], "price": [1.0, np.nan, 2.0]}))
    matrix = design.matrix(unseen)
    assert not np.isnan(matrix).any() and matrix.shape == (3, len(design.terms))


def test_the_largest_level_is_the_reference_and_is_named() -> None:
    frame, time, ended = lives()
    found = fitted(frame, time, ended)
    assert isinstance(found, Cox)
    rows = found.table[found.table["column"] == "plan"]
    assert set(rows["reference"]) == {"Basic"} and set(rows["level"]) == {"Plus", "Gold"}


def test_too_few_ends_for_so_many_terms_give_no_model() -> None:
    frame, time, _ = lives()
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({name: rng.normal(size=COUNT) for name in "abcd"})
    ended = np.where(np.arange(COUNT) % 28 == 0, 1.0, 0.0)
    found = fitted(frame, time, ended)
    assert isinstance(found, NoModel) and found.reason == "terms" and found.ends == 15


@pytest.mark.parametrize("values", [["1", "2", None], [1, 2, 3], ["1.5", "x", None], [True, False, None]])
def test_columns_come_out_as_numbers_or_text_only(values: list[object]) -> None:
    made = tidy(pd.DataFrame({"a": pd.Series(values, dtype=object)}))["a"]
    assert made.dtype == float or set(made.dropna()) <= {"1.5", "x", "yes", "no"}


def test_rows_in_another_order_give_the_same_model() -> None:
    frame, time, ended = lives()
    order = np.random.default_rng(1).permutation(COUNT)
    first = fitted(frame, time, ended)
    second = fitted(frame.iloc[order].reset_index(drop=True), time[order], ended[order])
    assert isinstance(first, Cox) and isinstance(second, Cox)
    assert np.allclose(first.coefficients, second.coefficients, atol=1e-9)
