"""Structure is found where groups were planted, and in about one run of twenty at most where there are none."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.personas.choice import Found, choose, verdict
from customer_analytics.analysis.personas.reference import Separation, latent_correlations, one_blob, separation
from customer_analytics.analysis.personas.space import learn, shuffled
from customer_analytics.engagement.parameters import PersonasParameters

QUICK = PersonasParameters(resamples=19)
RUNS = 20


def found(values: np.ndarray, make_tags: Callable[..., list], parameters: PersonasParameters = QUICK) -> Found:
    frame = pd.DataFrame(values, columns=[f"tag_{i}" for i in range(values.shape[1])])
    purchases = np.full(len(frame), 5.0)
    space = learn(frame, make_tags(frame), purchases, parameters.seed)
    return choose(space.matrix(frame, purchases), space, 0.1, parameters)


def stretched(generator: np.random.Generator) -> np.ndarray:
    """One group whose tags rise and fall together."""
    loads = generator.normal(size=(6, 6)) * np.array([3, 1.5, 1, 0.5, 0.5, 0.5])
    return generator.normal(size=(200, 6)) @ loads.T


def counts(generator: np.random.Generator) -> np.ndarray:
    """One group of customers who differ only in how much they do: skewed counts driven by one rate."""
    rate = generator.gamma(1.5, 4, 200)[:, None]
    return np.column_stack([generator.poisson(rate * np.array([1, 2, 0.5, 3])), generator.normal(size=(200, 2))])


def without_relation(generator: np.random.Generator) -> np.ndarray:
    """Groups in each column, but no column knows of the others."""
    sides = generator.integers(0, 2, size=(200, 6)) * 3.0
    return sides + generator.normal(size=(200, 6))


@pytest.mark.parametrize("draw", [stretched, counts, without_relation])
def test_at_most_one_run_of_twenty_sees_groups_where_there_are_none(
    draw: Callable[[np.random.Generator], np.ndarray], make_tags: Callable[..., list]
) -> None:
    claims = []
    for i in range(RUNS):
        values = draw(np.random.default_rng(i))
        frame = pd.DataFrame(values, columns=[f"tag_{j}" for j in range(values.shape[1])])
        purchases = np.full(len(frame), 5.0)
        space = learn(frame, make_tags(frame), purchases, i)
        claims.append(verdict(separation(space.matrix(frame, purchases), space, 3, 19, i), 19).status == "found")
    assert sum(claims) <= 1


@pytest.mark.parametrize("k", [2, 4])
def test_separate_groups_are_found_and_counted(
    k: int, blobs: Callable[..., SimpleNamespace], make_tags: Callable[..., list]
) -> None:
    answer = found(blobs(k, 120, 6, apart=3.0).points, make_tags)
    assert answer.structure.status == "found"
    assert answer.choice.k == k
    assert answer.stability.min() > 0.85


def test_the_engagement_may_ask_for_a_number_but_the_verdict_stays_honest(make_tags: Callable[..., list]) -> None:
    answer = found(
        np.random.default_rng(0).normal(size=(300, 5)), make_tags, PersonasParameters(resamples=19, personas=3)
    )
    assert (answer.choice.k, answer.choice.by, answer.structure.status) == (3, "parameter", "none")


def test_one_persona_on_request_divides_nobody(
    blobs: Callable[..., SimpleNamespace], make_tags: Callable[..., list]
) -> None:
    answer = found(blobs(3, 100).points, make_tags, PersonasParameters(resamples=19, personas=1))
    assert (answer.choice.k, answer.clusters) == (1, None)
    assert answer.structure.status == "found"


def test_a_group_below_the_floor_is_no_persona(make_tags: Callable[..., list]) -> None:
    generator = np.random.default_rng(0)
    values = np.vstack([generator.normal(size=(200, 4)), 9 + generator.normal(size=(200, 4)),
                        np.array([20.0, -20, 20, -20]) + generator.normal(size=(8, 4))])  # fmt: skip
    answer = found(values, make_tags)
    assert answer.choice.k == 2
    assert not answer.choice.table.set_index("k").loc[3, "large_enough"]


def test_the_one_group_reference_keeps_margins_and_correlations() -> None:
    generator = np.random.default_rng(0)
    rate = generator.gamma(2, 2, 1_500)
    sample = np.column_stack([generator.poisson(rate), rate + generator.normal(size=1_500), generator.random(1_500)])
    made = one_blob(sample, latent_correlations(sample, generator), generator)
    np.testing.assert_array_equal(np.sort(made, axis=0), np.sort(sample, axis=0))
    np.testing.assert_allclose(np.corrcoef(made.T), np.corrcoef(sample.T), atol=0.08)


def test_shuffling_leaves_each_tag_as_it_is_and_the_categories_of_one_text_together(
    make_tags: Callable[..., list],
) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"n": generator.normal(size=200), "t": generator.choice(["a", "b", "c"], 200)})
    purchases = np.full(200, 5.0)
    space = learn(frame, make_tags(frame), purchases, 0)
    matrix = space.matrix(frame, purchases)
    mixed = shuffled(matrix, space, generator)
    np.testing.assert_allclose(np.sort(mixed[:, 0]), np.sort(matrix[:, 0]))
    assert (np.count_nonzero(mixed[:, 1:], axis=1) == 1).all()


def test_the_p_value_counts_the_data_themselves() -> None:
    references = np.random.default_rng(0).normal(size=(19, 3)) * 0.01
    assert Separation(np.full(3, 9.0), references, references).p_value(references) == pytest.approx(1 / 20)
    assert Separation(np.full(3, -9.0), references, references).p_value(references) == 1.0
