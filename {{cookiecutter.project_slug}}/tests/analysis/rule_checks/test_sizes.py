from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from worlds import curveball, uneven

from customer_analytics.analysis.association.family import q_values
from customer_analytics.analysis.association.tails import at_least
from customer_analytics.analysis.rule_checks.shuffling import self_test, shuffled
from customer_analytics.analysis.rule_checks.sizes import EXACT, size_class, size_null, upper_ends

RATE = 0.05


def matrix(contents: list[set[int]], items: int) -> np.ndarray:
    held = np.zeros((len(contents), items), dtype=np.int64)
    for row, own in enumerate(contents):
        held[row, sorted(own)] = 1
    return held


def nulls(held: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """left, right, joint, and expected and p given sizes, of all pairs of items."""
    sizes = held.sum(axis=1)
    classes, code = np.unique(np.searchsorted(upper_ends(), sizes), return_inverse=True)
    by_class = np.stack([held[code == one].sum(axis=0) for one in range(len(classes))], axis=1)
    n = np.bincount(code)
    mean = np.bincount(code, weights=sizes) / n
    left, right = np.triu_indices(held.shape[1], 1)
    joint = (held.T @ held)[left, right]
    ones = np.ones(len(left), dtype=np.int64)
    null = size_null(joint, by_class[left], by_class[right], n, mean, (ones, ones))
    return left, right, joint, null.expected, null.p_value


def test_classes_of_size_are_exact_first_and_the_engine_gives_the_same() -> None:
    sizes = [1, 2, 3, EXACT, EXACT + 1, 40, 500, 199_999, 5_000_000]
    table = ibis.memtable(pd.DataFrame({"size": sizes}), schema={"size": "int64"})
    found = table.mutate(code=size_class(table["size"])).to_pandas().sort_values("size")["code"].tolist()
    assert found == np.searchsorted(upper_ends(), sizes).tolist()
    assert found[:4] == [0, 1, 2, EXACT - 1]
    assert upper_ends()[:EXACT] == tuple(range(1, EXACT + 1))


def test_expected_counts_are_what_baskets_of_these_sizes_hold_when_items_are_traded_at_random() -> None:
    random, items, rounds = np.random.default_rng(1), 40, 60
    contents = uneven(400, items, random)
    seen, told = np.zeros(items * (items - 1) // 2), np.zeros(items * (items - 1) // 2)
    for _ in range(rounds):
        contents = curveball(contents, random, 400)
        left, right, joint, expected, _ = nulls(matrix(contents, items))
        seen, told = seen + joint / rounds, told + expected / rounds
    frequent = seen >= 5
    assert frequent.sum() > 20
    off = np.log(told[frequent] / seen[frequent])
    assert -0.02 < off.mean() < 0.05  # never too low on the whole: rather too careful
    assert np.abs(off).max() < 0.25  # trades mix slowly: single pairs wander
    held = matrix(contents, items)
    apart = held.sum(axis=0)[left] * held.sum(axis=0)[right] / len(held)
    assert np.log(apart[frequent] / seen[frequent]).mean() < -0.25  # what independence expects is far too low


def test_shuffled_items_of_unequal_baskets_are_called_rules_by_fisher_and_not_given_the_sizes() -> None:
    fisher, given, calibrated = 0, 0, []
    for seed in range(5):
        random = np.random.default_rng(seed)
        held = matrix(curveball(uneven(1_500, 30, random), random, 4_000), 30)
        left, right, joint, _, p = nulls(held)
        count = held.sum(axis=0)
        alone = at_least(joint, np.full(len(joint), len(held)), count[left], count[right])
        fisher += int((q_values(alone, len(p)) <= RATE).sum())
        given += int((q_values(p, len(p)) <= RATE).sum() > 0)
        calibrated.append((p < 0.05).mean())
    assert fisher > 200  # of 5 x 435: the sizes alone
    assert given <= 1
    assert np.mean(calibrated) < 0.07


def test_longer_sides_leave_fewer_places() -> None:
    n, sizes = np.array([100, 100]), np.array([2.0, 6.0])
    counts = np.array([[40, 40]])
    null = [
        size_null(np.array([10]), counts, counts, n, sizes, (np.array([one]), np.array([other]))).expected[0]
        for one, other in ((1, 1), (2, 1), (2, 2), (3, 3))
    ]
    assert null == sorted(null, reverse=True)
    assert null[3] < 16  # three items of six leave three: 3·2·1 of 6·5·4 ways
    # A basket of two that holds both of the antecedent has no room for a third.
    only = size_null(np.array([0]), counts[:, :1], counts[:, :1], n[:1], sizes[:1], (np.array([2]), np.array([1])))
    assert only.expected[0] == 0 and only.p_value[0] == 1


@pytest.mark.parametrize("seed", range(4))
def test_shuffling_keeps_sizes_and_frequencies_and_holds_nothing_twice(seed: int) -> None:
    random = np.random.default_rng(seed)
    contents = uneven(300, 12, random)
    basket = np.repeat(np.arange(300), [len(own) for own in contents])
    item = np.concatenate([sorted(own) for own in contents]).astype(np.int64)
    dealt = shuffled(basket, item, random)
    assert (np.bincount(dealt, minlength=12) == np.bincount(item, minlength=12)).all()
    assert len(set(zip(basket.tolist(), dealt.tolist(), strict=True))) == len(item)
    assert (dealt != item).mean() > 0.5


def test_the_self_test_finds_nothing_among_shuffled_baskets_and_a_planted_pair_among_the_real() -> None:
    random = np.random.default_rng(11)
    contents = uneven(2_000, 25, random)
    for own in contents:
        if 20 in own and random.random() < 0.5:
            own.add(21)
    basket = np.repeat(np.arange(len(contents)), [len(own) for own in contents])
    item = np.concatenate([sorted(own) for own in contents]).astype(np.int64)
    found = self_test(basket, item, 20, RATE, 1)
    assert found is not None
    assert found.found == 0 and found.found_fisher > 20
    assert 1 <= found.real <= found.real_fisher
    assert self_test(basket, item, 20, RATE, 1) == found  # the same seed, the same deals


def test_the_self_test_without_a_frequent_pair_has_nothing_to_say() -> None:
    basket, item = np.arange(40), np.zeros(40, dtype=np.int64)
    assert self_test(basket, item, 5, RATE, 1) is None
