"""Columns that break a fit are named with the reason before it, and what the models read of the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.scoring.columns import _fresh_by_products, _fresh_by_projections, set_aside
from customer_analytics.analysis.scoring.design import OTHER, UNKNOWN, prepare
from customer_analytics.analysis.scoring.forest import MISSING

DRAW = np.random.default_rng(1)
N = 400
X, Y = DRAW.normal(size=N), DRAW.normal(size=N)
LEFT = (DRAW.random(N) < 0.4).astype(float)


def reasons(frame: pd.DataFrame, outcome: np.ndarray | None = None) -> dict[str, tuple[str, str]]:
    table = set_aside(frame, list(frame.columns), outcome)
    return {row["feature"]: (row["reason"], row["with_what"]) for row in table.to_dict("records")}


def test_constant_empty_and_copied_columns_are_named_with_what_they_copy() -> None:
    frame = pd.DataFrame({"x": X, "same": 3.0, "empty": np.nan, "double": 2 * X + 1, "y": Y})
    assert reasons(frame) == {
        "same": ("constant", ""), "empty": ("mostly_missing", ""), "double": ("collinear", "x"),
    }  # fmt: skip


def test_a_sum_of_columns_is_named_with_its_parts() -> None:
    frame = pd.DataFrame({"x": X, "y": Y, "z": DRAW.normal(size=N), "total": X + Y})
    assert reasons(frame) == {"total": ("collinear", "x, y")}


def test_nearly_the_same_is_not_the_same() -> None:
    assert reasons(pd.DataFrame({"x": X, "near": X + 0.01 * Y})) == {}


def test_a_number_that_only_says_which_plan_is_collinear_with_the_plan() -> None:
    plan = DRAW.choice(["small", "large"], N).astype(object)
    frame = pd.DataFrame({"plan": plan, "price": np.where(plan == "small", 5.0, 9.0)})
    assert reasons(frame) == {"price": ("collinear", "plan")}


def test_perfect_separation_is_named_for_numbers_categories_and_missing_values() -> None:
    frame = pd.DataFrame(
        {
            "number": LEFT * 10 + DRAW.random(N), "level": np.where(LEFT > 0, "closed", "open").astype(object),
            "filled": np.where(LEFT > 0, 1.0 + DRAW.random(N), np.nan), "fine": X,
        }
    )  # fmt: skip
    found = reasons(frame, LEFT)
    assert {name: reason for name, (reason, _) in found.items()} == dict.fromkeys(
        ("number", "level", "filled"), "separating"
    )
    assert 1.0 <= float(found["number"][1]) <= 10.0  # the limit lies between the classes


def test_without_an_outcome_separation_is_not_looked_at() -> None:
    assert reasons(pd.DataFrame({"number": LEFT * 10 + X / 100})) == {}


def test_a_handful_of_leavers_separate_by_accident_and_nothing_is_made_of_it() -> None:
    left = np.r_[np.ones(5), np.zeros(25)]
    assert reasons(pd.DataFrame({"x": np.r_[np.full(5, 2.0), DRAW.random(25)]}), left) == {}


def test_ids_as_a_category_are_set_aside() -> None:
    assert reasons(pd.DataFrame({"note": [f"text {number}" for number in range(N)]})) == {"note": ("many_levels", "")}


@pytest.mark.parametrize("frame", [pd.DataFrame({"x": [1.0]}), pd.DataFrame({"x": pd.Series([], dtype=float)})])
def test_one_person_or_nobody_is_no_error(frame: pd.DataFrame) -> None:
    assert set(reasons(frame)) == {"x"}
    assert prepare(frame, ["x"]).linear(frame).shape == (len(frame), 1)


def test_no_column_of_the_linear_design_is_missing_or_infinite_whatever_comes_later() -> None:
    train = pd.DataFrame({"x": np.r_[np.exp(3 * X[:-1]), np.nan], "y": Y, "plan": ["a", "b"] * (N // 2)})
    design = prepare(train, ["x", "y", "plan"])
    later = pd.DataFrame(
        {"x": [np.nan, np.inf, 1e30, -1e30], "y": [np.nan, 0.0, np.inf, 1.0], "plan": ["new", None, "a", "b"]}
    )
    matrix = design.linear(later)
    assert np.isfinite(matrix).all() and np.abs(matrix).max() < 20
    assert matrix.shape[1] == len(design.columns)


def test_nothing_is_extrapolated_beyond_what_was_seen() -> None:
    train = pd.DataFrame({"x": X})
    design = prepare(train, ["x"])
    far, farthest = design.linear(pd.DataFrame({"x": [X.max() * 2, X.max() * 50]}))
    np.testing.assert_array_equal(far, farthest)


def test_rare_levels_are_one_and_unknown_ones_are_no_level() -> None:
    plan = np.array(["big"] * 200 + ["small"] * 150 + [f"rare {number}" for number in range(20)], dtype=object)
    design = prepare(pd.DataFrame({"plan": plan}), ["plan"])
    levels = [column.level for column in design.columns]
    assert levels == ["big", "small", OTHER, UNKNOWN]
    matrix = design.linear(pd.DataFrame({"plan": ["rare 3", "never seen", None, "big"]}, dtype=object))
    assert matrix.argmax(axis=1).tolist() == [2, 2, 3, 0]
    assert (matrix.sum(axis=1) == 1).all()


def test_a_clients_text_cannot_pass_for_the_other_levels() -> None:
    values = pd.DataFrame({"plan": np.array(["other", "unknown"] * 100, dtype=object)})
    design = prepare(values, ["plan"])
    assert design.linear(values)[:2].argmax(axis=1).tolist() == [0, 1]


def test_true_and_false_are_numbers() -> None:
    frame = pd.DataFrame({"flag": LEFT > 0})
    assert prepare(frame, ["flag"]).columns[0].part == "value"


def test_trees_keep_missing_values_and_read_levels_as_codes() -> None:
    frame = pd.DataFrame({"x": [1.0, np.nan, 3.0, 2.0] * 25, "plan": np.array(["a", "b"] * 50, dtype=object)})
    design = prepare(frame, ["x", "plan"])
    matrix = design.trees(frame)
    assert matrix[:4, 0].tolist() == [0, MISSING, 2, 1] and matrix[:2, 1].tolist() == [0, 1]
    assert design.categorical == [False, True]


@pytest.mark.parametrize("seed", range(4))
def test_the_quick_way_names_what_the_exact_way_names(seed: int) -> None:
    """Numbers, indicators that add up, copies and sums of columns before, columns of nothing."""
    generator = np.random.default_rng(seed)
    plain = generator.normal(size=(300, 6)) * 10.0 ** generator.integers(-3, 4, 6)
    levels = np.eye(4)[generator.integers(0, 4, 300)]
    made = [plain[:, 0] * 3 + 1, plain @ generator.normal(size=6), np.ones(300), levels[:, 1]]
    whole = np.column_stack([plain, levels, *made])
    widths = [1] * 6 + [4, 1, 1, 1, 1]
    centred = whole - whole.mean(axis=0)
    size = np.linalg.norm(centred, axis=0)
    size[12] = 0
    quick, exact = (way(centred, size, widths) for way in (_fresh_by_products, _fresh_by_projections))
    assert quick == exact == [True] * 7 + [False] * 4


def test_what_products_cannot_tell_is_left_to_the_columns_themselves() -> None:
    near = np.column_stack([X, X + 5e-5 * Y]) - np.array([X.mean(), (X + 5e-5 * Y).mean()])
    size = np.linalg.norm(near, axis=0)
    assert _fresh_by_products(near, size, [1, 1]) is None
    assert _fresh_by_projections(near, size, [1, 1]) == [True, False]
