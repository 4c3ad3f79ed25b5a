"""Clusters and their measures against scikit-learn, against sums by hand, and against what was published."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from customer_analytics.analysis.personas import clustering
from customer_analytics.analysis.personas.clustering import (
    Gap,
    assign,
    distances,
    gap_statistic,
    k_means,
    k_means_each,
    rand_index,
    silhouettes,
)
from customer_analytics.analysis.personas.stability import best_matches, jaccard_stability, level, seed_agreement

labels_of_twenty = st.lists(st.integers(0, 3), min_size=20, max_size=20).map(np.array)


def test_k_means_is_as_good_as_scikit_learns_on_data_without_groups() -> None:
    points = np.random.default_rng(3).normal(size=(800, 5))
    for k in (2, 4, 8):
        theirs = KMeans(k, n_init=10, random_state=0).fit(points).inertia_
        assert k_means(points, k, 0).within <= theirs * 1.01


def test_k_means_finds_the_groups_that_are_there(blobs: Callable[..., SimpleNamespace]) -> None:
    made = blobs(4, 100)
    found = k_means(made.points, 4, 0)
    assert adjusted_rand_score(made.labels, found.labels) == 1.0
    by_hand = sum(
        ((made.points[made.labels == g] - made.points[made.labels == g].mean(0)) ** 2).sum() for g in range(4)
    )
    assert found.within == pytest.approx(by_hand)


def test_fewer_distinct_points_than_clusters_leave_fewer_clusters_and_no_error() -> None:
    points = np.repeat(np.array([[0.0, 0.0], [1.0, 1.0]]), 10, axis=0)
    found = k_means(points, 5, 0)
    assert len(found.centres) == 2
    assert found.within == pytest.approx(0)


def test_the_same_seed_gives_the_same_clusters() -> None:
    points = np.random.default_rng(5).normal(size=(300, 3))
    assert (k_means(points, 5, 7).labels == k_means(points, 5, 7).labels).all()


def test_everybody_is_assigned_to_the_nearest_centre_across_blocks() -> None:
    generator = np.random.default_rng(0)
    points, centres = generator.normal(size=(45_000, 3)), generator.normal(size=(4, 3))
    labels, certainty = assign(points, centres)
    apart = np.linalg.norm(points[:, None, :] - centres[None, :, :], axis=2)
    ordered = np.sort(apart, axis=1)
    assert (labels == apart.argmin(axis=1)).all()
    np.testing.assert_allclose(certainty, 1 - ordered[:, 0] / ordered[:, 1], atol=1e-6)


def test_silhouettes_are_scikit_learns() -> None:
    generator = np.random.default_rng(0)
    points = generator.normal(size=(200, 3))
    groupings = [generator.integers(0, k, 200) for k in (2, 3, 7)]
    ours = silhouettes(distances(points, points), groupings)
    np.testing.assert_allclose(ours, [silhouette_score(points, labels) for labels in groupings], atol=1e-9)


def test_a_point_alone_counts_as_zero_in_the_silhouette() -> None:
    points = np.array([[0.0], [0.2], [9.0]])
    labels = np.array([0, 0, 1])
    widths = [1 - 0.2 / 9.0, 1 - 0.2 / 8.8, 0.0]
    assert silhouettes(distances(points, points), [labels])[0] == pytest.approx(np.mean(widths))


def test_one_cluster_has_no_silhouette() -> None:
    points = np.random.default_rng(0).normal(size=(10, 2))
    assert math.isnan(silhouettes(distances(points, points), [np.zeros(10, int)])[0])


@given(labels_of_twenty, labels_of_twenty)
def test_the_rand_index_is_scikit_learns(first: np.ndarray, second: np.ndarray) -> None:
    assert rand_index(first, second) == pytest.approx(adjusted_rand_score(first, second))


def test_the_gap_chooses_the_smallest_k_within_one_error_of_the_next() -> None:
    errors = np.array([0.1, 0.1, 0.1, 0.1])
    assert Gap(np.array([0.50, 0.55, 0.9, 0.7]), errors).k == 1  # 0.50 >= 0.55 - 0.1
    assert Gap(np.array([0.2, 0.9, 0.95, 0.7]), errors).k == 2
    assert Gap(np.array([0.1, 0.3, 0.5, 0.7]), errors).k == 4


def test_the_gap_by_hand_on_a_line() -> None:
    """Two dimensions of which one is constant: the reference is uniform between the ends, log(W) computed by hand."""
    points = np.column_stack([np.array([0.0, 1.0, 10.0, 11.0]), np.zeros(4)])
    own = np.log([((points[:, 0] - 5.5) ** 2).sum(), 1.0])  # two pairs, each 2 x 0.25 within
    generator = np.random.default_rng([9, 2])
    references = []
    turned = points - points.mean(axis=0)
    axes = np.linalg.svd(turned, full_matrices=False)[2]
    low, high = (turned @ axes.T).min(axis=0), (turned @ axes.T).max(axis=0)
    for _ in range(6):
        drawn = generator.uniform(low, high, (4, 2))
        two = min(
            sum(((drawn[list(part)] - drawn[list(part)].mean(0)) ** 2).sum() for part in (left, rest))
            for size in (1, 2)
            for order in permutations(range(4))
            for left, rest in [(order[:size], order[size:])]
        )
        references.append([np.log(((drawn - drawn.mean(0)) ** 2).sum()), np.log(two)])
    gap = gap_statistic(points, 2, 6, 9)
    np.testing.assert_allclose(gap.values, np.mean(references, axis=0) - own, atol=0.05)
    np.testing.assert_allclose(gap.errors, np.std(references, axis=0) * math.sqrt(1 + 1 / 6), atol=0.05)


def test_the_gap_says_one_for_uniform_points_as_published() -> None:
    """Tibshirani, Walther and Hastie, model (a): 200 uniform points in ten dimensions, k = 1 in nearly every run."""
    chosen = [gap_statistic(np.random.default_rng(i).uniform(size=(200, 10)), 4, 10, i).k for i in range(10)]
    assert chosen.count(1) >= 9


def test_the_gap_finds_three_clusters_as_published() -> None:
    """Model (b): clusters of 25, 25 and 50 around (0, 0), (0, 5) and (5, -3)."""
    centres = np.repeat(np.array([[0.0, 0.0], [0.0, 5.0], [5.0, -3.0]]), [25, 25, 50], axis=0)
    chosen = [gap_statistic(centres + np.random.default_rng(i).normal(size=(100, 2)), 6, 10, i).k for i in range(10)]
    assert chosen.count(3) >= 8


def test_the_best_match_by_hand() -> None:
    old = np.array([0, 0, 0, 0, 1, 1, 2])
    new = np.array([5, 5, 5, 6, 6, 6, 6])
    # cluster 0 against new 5: 3 of 4; 1 against 6: 2 of 4; 2 against 6: 1 of 4; a cluster without a point: not known
    found = best_matches(old, new, 4)
    np.testing.assert_allclose(found[:3], [0.75, 0.5, 0.25])
    assert math.isnan(found[3])


def test_clear_groups_are_very_stable_and_a_halved_blob_is_not(blobs: Callable[..., SimpleNamespace]) -> None:
    clear = blobs(3, 80).points
    assert jaccard_stability(clear, k_means(clear, 3, 0), 15, 0).min() > 0.95
    blob = np.random.default_rng(0).normal(size=(240, 6))
    assert jaccard_stability(blob, k_means(blob, 5, 0), 15, 0).min() < 0.6
    assert seed_agreement(clear, k_means(clear, 3, 0), 0) == 1.0


@pytest.mark.parametrize(
    ("jaccard", "name"),
    [(0.59, "dissolved"), (0.6, "pattern"), (0.75, "stable"), (0.85, "very_stable"), (math.nan, "not_estimable")],
)
def test_the_levels_are_hennigs(jaccard: float, name: str) -> None:
    assert level(jaccard) == name


def test_runs_side_by_side_are_the_runs_one_by_one() -> None:
    points = np.random.default_rng(5).normal(size=(300, 4))
    together = k_means_each(points, range(1, 9), 3, 4)
    with_distances = k_means_each(points, range(1, 9), 3, 4, distances(points, points) ** 2)
    for k, each, near in zip(range(1, 9), together, with_distances, strict=True):
        alone = min((lloyd_by_hand(points, k, 3, start) for start in range(4)), key=lambda found: found[1])
        assert (each.labels == alone[0]).all()
        assert each.within == pytest.approx(alone[1])
        assert (near.labels == each.labels).all()


def test_an_empty_cluster_begins_anew_at_the_farthest_point_also_beside_other_runs() -> None:
    points = np.repeat(np.array([[0.0, 0.0], [0.0, 1.0], [9.0, 0.0]]), 5, axis=0)
    for k, found in zip((2, 3, 5), k_means_each(points, [2, 3, 5], 1, 3), strict=True):
        assert len(found.centres) == min(k, 3)
        assert len(np.unique(found.labels)) == min(k, 3)


def lloyd_by_hand(points: np.ndarray, k: int, seed: int, start: int) -> tuple[np.ndarray, float]:
    """One run of Lloyd's algorithm, straight from the book."""
    centres = clustering._first_centres(points, k, np.random.default_rng([seed, k, start]))
    labels = np.full(len(points), -1)
    for _ in range(clustering.STEPS):
        new = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
        moved = int((new != labels).sum())
        labels = new
        if moved == 0:
            break
        centres = np.array([points[labels == number].mean(axis=0) for number in range(k)])
        if moved <= clustering.FEW_MOVE * len(points):
            break
    return labels, float(((points - centres[labels]) ** 2).sum())
