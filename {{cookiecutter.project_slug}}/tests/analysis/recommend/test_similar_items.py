"""Similarities, scores and lists against plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_recommender import by_rules, similarities, top

from customer_analytics.analysis.recommend.scorers import Similar, best, rules_scorer
from customer_analytics.analysis.recommend.similarity import LEAST_TOGETHER, SHRINK, similarity, together

ITEMS = 7
SETS = st.lists(st.frozensets(st.integers(0, ITEMS - 1), max_size=ITEMS), min_size=1, max_size=40)


def matrix(sets: list[frozenset[int]], items: int = ITEMS) -> Any:
    dense = np.zeros((len(sets), items), dtype=np.float32)
    for row, own in enumerate(sets):
        dense[row, sorted(own)] = 1
    return sp.csr_matrix(dense)


@settings(max_examples=60, deadline=None)
@given(sets=SETS, neighbours=st.integers(1, ITEMS + 1), cut=st.integers(0, 40))
def test_similarities_are_those_of_plain_python(sets: list[frozenset[int]], neighbours: int, cut: int) -> None:
    parts = [matrix(sets[:cut]), matrix(sets[cut:])] if 0 < cut < len(sets) else [matrix(sets)]
    found = similarity(together(parts, ITEMS), neighbours).toarray()
    expected = np.array(similarities(sets, ITEMS, neighbours, SHRINK, LEAST_TOGETHER))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


SCORES = st.lists(
    st.lists(st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0, 3.0]), min_size=9, max_size=9), min_size=1, max_size=6
)


@settings(max_examples=80, deadline=None)
@given(scores=SCORES, data=st.data(), k=st.integers(1, 11))
@pytest.mark.parametrize("block", [1, 2, 64])
def test_no_item_is_suggested_twice_nor_one_that_is_held_or_excluded(
    block: int, scores: list[list[float]], data: st.DataObject, k: int
) -> None:
    """Lists are exactly those of a sort, whatever ties there are, however columns are put into blocks."""
    held = data.draw(st.lists(st.frozensets(st.integers(0, 8)), min_size=len(scores), max_size=len(scores)))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=9, max_size=9)))
    lists = best(np.array(scores, dtype=np.float32), matrix(held, 9), allowed, k, block)
    for row, own, found in zip(scores, held, lists, strict=True):
        told = [item for item in found.tolist() if item >= 0]
        assert told == top(row, own, allowed.tolist(), k)
        assert len(set(told)) == len(told) and not set(told) & own and all(allowed[item] for item in told)


@settings(max_examples=60, deadline=None)
@given(sets=SETS)
def test_the_reason_is_the_held_item_that_speaks_most_for_the_suggestion(sets: list[frozenset[int]]) -> None:
    close = similarity(together([matrix(sets)], ITEMS))
    scorer, held = Similar(close), matrix(sets)
    scores = scorer.scores(held)
    lists = best(scores, held, np.ones(ITEMS, dtype=bool), 3)
    because, dense = scorer.because(held, lists), close.toarray()
    for row, own in enumerate(sets):
        np.testing.assert_allclose(scores[row], dense[sorted(own)].sum(axis=0), rtol=1e-5, atol=1e-7)
        for item, reason in zip(lists[row], because[row], strict=True):
            strongest = max((dense[one, item] for one in own), default=0.0) if item >= 0 else 0.0
            if strongest > 0:
                assert reason in own and dense[reason, item] == strongest
            else:
                assert reason == -1


RULES = st.lists(
    st.tuples(
        st.frozensets(st.integers(0, ITEMS - 1), min_size=1, max_size=3), st.integers(0, ITEMS - 1),
        st.sampled_from([0.125, 0.25, 0.5, 0.75, 1.0]),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(sets=SETS, drawn=RULES)
def test_rules_score_by_the_surest_whose_whole_left_side_is_held(
    sets: list[frozenset[int]], drawn: list[tuple[frozenset[int], int, float]]
) -> None:
    rules = [(tuple(sorted(left)), right, confidence) for left, right, confidence in drawn]
    scorer = rules_scorer(
        [left for left, _, _ in rules], [right for _, right, _ in rules], np.array([c for _, _, c in rules]), ITEMS
    )
    held = matrix(sets)
    scores = scorer.scores(held)
    every = np.tile(np.arange(ITEMS), (len(sets), 1))
    because = scorer.because(held, every)
    for row, own in enumerate(sets):
        assert scores[row].tolist() == by_rules(own, rules, ITEMS)
        for item in range(ITEMS):
            if because[row, item] < 0:
                assert scores[row, item] == 0
            else:
                left, right, confidence = rules[scorer.source[because[row, item]]]
                assert right == item and set(left) <= own and confidence == scores[row, item]


def test_two_who_bought_the_same_are_no_pattern() -> None:
    """Two buyers of both may be chance: nothing speaks for anything below three."""
    pair = [frozenset({0, 1})] * (LEAST_TOGETHER - 1) + [frozenset({2})] * 5
    assert similarity(together([matrix(pair)], ITEMS)).nnz == 0
