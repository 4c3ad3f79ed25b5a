"""Rules as a marketer reads them, and that they mean in the language what they mean here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.personas.result import Feature
from customer_analytics.analysis.personas.rules import Atom, merged, plain, rules, selected, text_of
from customer_analytics.analysis.query import parse_condition
from customer_analytics.statistics import wilson


def number(name: str) -> Feature:
    return Feature(name, "behaviour", "number", "none", "used", 0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.4137, "0.414"), (1234567.8, "1234568"), (0.0000123, "0.0000123"), (41.6, "41.6"), (-0.25, "-0.25"), (0, "0")],
)  # fmt: skip
def test_numbers_are_written_as_the_grammar_reads_them(value: float, text: str) -> None:
    assert plain(value) == text
    assert float(text) == pytest.approx(value, rel=0.01)


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_a_written_number_is_no_exponent_and_reads_back_alike(value: float) -> None:
    assert "e" not in plain(value)
    assert float(plain(value)) == pytest.approx(value, rel=0.006, abs=1e-300)


def test_hostile_categories_stay_text_in_a_rule() -> None:
    value = "O'Neil' or 1 = 1 --"
    text = text_of([(Atom("device", "=", value), Atom("night_share", ">=", 0.41))], "orders >= 3")
    assert text == "orders >= 3 and device = 'O''Neil'' or 1 = 1 --' and night_share >= 0.41"
    parse_condition(text, where="rule")


def test_a_missing_value_meets_no_comparison_as_in_the_language() -> None:
    frame = pd.DataFrame(
        {"x": [1.0, np.nan, 9.0], "t": ["a", None, "b"], "f": pd.array([True, None, False], "boolean")}
    )
    assert Atom("x", "<", 5.0).holds(frame).tolist() == [True, False, False]
    assert Atom("x", ">=", 5.0).holds(frame).tolist() == [False, False, True]
    assert Atom("t", "!=", "a").holds(frame).tolist() == [False, False, True]
    assert Atom("f", "", 1.0).holds(frame).tolist() == [True, False, False]
    assert Atom("f", "not", 0.0).holds(frame).tolist() == [False, True, True]


def test_the_two_sides_of_one_condition_become_none() -> None:
    a, b = Atom("discount_share", ">=", 0.369), Atom("night_share", "<", 0.254)
    low, high = Atom("midday_share", "<", 0.138), Atom("midday_share", ">=", 0.138)
    assert merged([(a, b, high), (a, b, low)]) == ((a, b),)
    assert merged([(Atom("x", ">=", 5.0), b), (Atom("x", ">=", 3.0), b, Atom("x", "<", 5.0))]) == (
        (Atom("x", ">=", 3.0), b),
    )


atoms = st.builds(Atom, st.sampled_from(["x", "y"]), st.sampled_from(["<", ">="]), st.sampled_from([1.0, 2.0, 3.0]))
paths = st.lists(st.lists(atoms, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4)


@given(paths)
def test_merging_selects_the_same_customers(given_paths: list[tuple[Atom, ...]]) -> None:
    grid = np.array(np.meshgrid([0.5, 1.5, 2.5, 3.5], [0.5, 1.5, 2.5, 3.5])).reshape(2, -1)
    frame = pd.DataFrame({"x": grid[0], "y": grid[1]})
    assert (selected(given_paths, frame) == selected(merged(given_paths), frame)).all()


def test_fidelity_is_counted_on_customers_who_did_not_make_the_rule() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"night": generator.random(900), "noise": generator.normal(size=900)})
    labels = (frame["night"].to_numpy() + generator.normal(0, 0.05, 900) > 0.7).astype(np.int64)
    _, rule = rules(frame, labels, 2, [number("night"), number("noise")], "orders >= 3", 4)
    assert rule.text.startswith("orders >= 3 and night >= 0.")
    assert "noise" not in rule.text
    border = float(rule.text.split(">= ")[-1])
    chosen, own = frame["night"].to_numpy() >= border, labels == 1
    held = np.random.default_rng([4, 5]).permutation(900)[:300]
    right = int((chosen & own)[held].sum())
    assert (rule.matched, rule.right, rule.held_out) == (chosen.sum(), (chosen & own).sum(), 300)
    assert rule.precision == pytest.approx(right / chosen[held].sum())
    assert rule.recall == pytest.approx(right / own[held].sum())
    assert rule.recall_interval == wilson(right, int(own[held].sum()))
    assert rule.fidelity == pytest.approx(2 * right / (chosen[held].sum() + own[held].sum()))


def test_without_tags_there_is_no_rule() -> None:
    frame = pd.DataFrame({"n": np.arange(50.0)})
    rule = rules(frame, np.arange(50) % 2, 2, [], "orders >= 3", 0)[0]
    assert rule.text == ""
    assert np.isnan(rule.fidelity)
