"""The seven models against credits worked out by hand, simulation and brute force."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_journeys import BY_HAND, as_events, attributed, credit, ready

from customer_analytics.analysis.attribution import MODELS, Attribution, markov, shapley

# Half-life of one step. Markov: P(conversion) is 10/34; without A 3.75/34, without B 1/34, without C 7/34.
EFFECTS = {"A": 1 - 3.75 / 10, "B": 1 - 1 / 10, "C": 1 - 7 / 10}
WORKED = {
    "first": {"A": 8, "B": 2, "C": 0},
    "last": {"A": 1, "B": 6, "C": 3},
    "linear": {"A": 2 + 1 + 1, "B": 2 + 2 + 1, "C": 1},
    "position": {"A": 2 + 1 + 1.2, "B": 2 + 2 + 0.6, "C": 1.2},
    "decay": {"A": 4 / 3 + 1 + 3 / 7, "B": 8 / 3 + 2 + 6 / 7, "C": 12 / 7},
    "markov": {name: 10 * effect / 1.825 for name, effect in EFFECTS.items()},
    # Worths of sets: A 1, B 2, AB 7, ABC 10, AC 1, BC 2, C 0; averaged over the six orders of joining.
    "shapley": {"A": (1 + 1 + 5 + 1 + 8 + 8) / 6, "B": (2 + 2 + 6 + 2 + 9 + 9) / 6, "C": (0 + 0 + 0 + 0 + 3 + 3) / 6},
}


@pytest.fixture(scope="module")
def found() -> Attribution:
    return attributed(ready(BY_HAND), half_life_days=1)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_gives_the_credits_worked_out_by_hand(model: str, found: Attribution) -> None:
    assert credit(found, model) == pytest.approx(WORKED[model])


def test_visits_and_orders_give_the_same_credits_as_the_paths_they_make(found: Attribution) -> None:
    events = attributed(as_events(BY_HAND), half_life_days=1)
    assert events.source == "events"
    for model in MODELS:
        for what in ("conversions", "value", "share"):
            assert credit(events, model, what) == pytest.approx(credit(found, model, what))


def test_money_follows_the_journeys_that_earned_it(found: Attribution) -> None:
    assert credit(found, "last", "value") == pytest.approx({"A": 5, "B": 50, "C": 30})
    assert credit(found, "linear", "value") == pytest.approx({"A": 20 + 5 + 10, "B": 20 + 10 + 10, "C": 10})


def test_the_spread_names_the_lowest_and_the_highest_model(found: Attribution) -> None:
    row = found.spread.set_index("channel").loc["A"]
    assert (row["lowest_model"], row["highest_model"]) == ("last", "first")
    assert (row["lowest"], row["highest"], row["spread"]) == pytest.approx((0.1, 0.8, 0.7))
    assert row["removal_effect"] == pytest.approx(EFFECTS["A"])


def walked(steps: np.ndarray, removed: int | None, journeys: int, seed: int) -> float:
    """Share of simulated journeys that end in conversion when contacts with the removed channel end them."""
    channels = steps.shape[0] - 1
    chances = steps / steps.sum(axis=1, keepdims=True)
    generator, at = np.random.default_rng(seed), np.zeros(journeys, dtype=int)
    alive, converted = np.ones(journeys, dtype=bool), 0
    while alive.any():
        drawn = generator.random(alive.sum())
        to = (drawn[:, None] > np.cumsum(chances[at[alive]], axis=1)).sum(axis=1)
        converted += int((to == channels).sum())
        going = (to < channels) & (to != removed)
        places = np.flatnonzero(alive)
        at[places[going]] = to[going] + 1
        alive[places[~going]] = False
    return converted / journeys


def test_removal_effects_are_those_of_simulated_journeys() -> None:
    generator = np.random.default_rng(4)
    steps = generator.gamma(1.0, 100.0, (5, 6))  # start and four channels; loops among them are usual
    steps[0, 4:] = 0
    journeys = 100_000
    whole, without = markov.chances(steps)
    simulated = [walked(steps, removed, journeys, 7) for removed in (None, 0, 1, 2, 3)]
    error = 4 * np.sqrt(0.25 / journeys)
    assert [whole, *without] == pytest.approx(simulated, abs=error)
    effects = markov.removal_effects(steps)
    assert effects == pytest.approx([1 - one / simulated[0] for one in simulated[1:]], abs=2 * error / simulated[0])


def test_a_channel_that_only_leads_to_itself_converts_nobody() -> None:
    steps = np.array([[5.0, 5.0, 0, 0], [5.0, 0, 0, 0], [0, 0, 3.0, 2.0]])
    whole, without = markov.chances(steps)
    assert (whole, without[0], without[1]) == pytest.approx((0.3, 0.3, 0.0))


def test_the_fair_division_is_the_mean_over_all_orders_of_joining() -> None:
    generator, channels = np.random.default_rng(1), 5
    worth = np.concatenate([[0.0], generator.random(2**channels - 1)])
    gained = np.zeros(channels)
    for order in permutations(range(channels)):
        joined = 0
        for channel in order:
            gained[channel] += worth[joined | 1 << channel] - worth[joined]
            joined |= 1 << channel
    assert shapley.values(worth, channels) == pytest.approx(gained / 120)


def test_the_worth_of_a_set_counts_the_journeys_within_it_only() -> None:
    worth = shapley.worths(np.array([1, 2, 3, 7]), np.array([1.0, 2.0, 4.0, 3.0]), 3)
    assert worth.tolist() == [0, 1, 2, 7, 0, 1, 2, 10]


paths = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(" > ".join),
        st.integers(0, 90), st.floats(0, 100), st.integers(1, 90),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(paths)
def test_every_model_gives_away_each_conversion_once(rows: list[tuple[str, int, float, int]]) -> None:
    total = sum(row[1] for row in rows)
    found = attributed(ready(rows))
    if not total:
        assert found.reason == "no_conversion"
        return
    for model in MODELS:
        given_away = credit(found, model)
        assert sum(given_away.values()) == pytest.approx(total)
        assert min(given_away.values()) >= -1e-9
        assert sum(credit(found, model, "share").values()) == pytest.approx(1)


@settings(max_examples=6, deadline=None)
@given(paths, st.randoms())
def test_the_order_of_rows_and_a_row_cut_in_two_change_no_credit(rows: list, random) -> None:  # type: ignore[no-untyped-def,type-arg]
    if not sum(row[1] for row in rows):
        return
    twice = [(path, number, value, nulls) for path, number, value, nulls in rows for _ in range(2)]
    random.shuffle(twice)
    whole = [(path, 2 * number, 2 * value, 2 * nulls) for path, number, value, nulls in rows]
    one, other = attributed(ready(whole)), attributed(ready(twice))
    for model in MODELS:
        assert credit(one, model) == pytest.approx(credit(other, model))


def test_journeys_with_one_channel_leave_the_models_nothing_to_differ_in() -> None:
    found = attributed(ready([("a > a", 30, 0, 50), ("b", 20, 0, 10)]))
    assert found.single == 1
    assert found.spread["spread"].tolist() == pytest.approx([0, 0], abs=1e-9)


def test_an_interval_is_as_wide_as_that_of_a_share_of_independent_journeys() -> None:
    found = attributed(ready([("a", 300, 0, 700), ("b", 700, 0, 300)]))
    row = found.credits[(found.credits["channel"] == "a") & (found.credits["model"] == "first")].iloc[0]
    half = 1.96 * np.sqrt(0.3 * 0.7 / 1000)
    assert (row["share"] - row["low"], row["high"] - row["share"]) == pytest.approx((half, half), rel=0.25)


def test_without_journeys_that_failed_there_is_no_chain() -> None:
    found = attributed(ready([("a > b", 30, 0, 0), ("b", 20, 0, 0)]))
    assert "markov" not in found.models
    assert "shapley" in found.models
    assert found.spread["removal_effect"].isna().all()
