"""Components against scipy's, and what must not change them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from customer_analytics.tables.identity.components import PRIME, components


def by_scipy(left, right):
    """node -> smallest node of its component, for nodes that have a link."""
    count = int(max(left.max(), right.max())) + 1
    _, label = connected_components(coo_matrix((np.ones(len(left)), (left, right)), shape=(count, count)), False)
    smallest = np.full(label.max() + 1, count)
    np.minimum.at(smallest, label, np.arange(count))
    nodes = np.union1d(left, right)
    return dict(zip(nodes.tolist(), smallest[label[nodes]].tolist(), strict=True))


@pytest.fixture(scope="module")
def by_engine(engine):
    def find(left, right):
        links = engine.create_table(
            "links", pa.table({"left": np.asarray(left), "right": np.asarray(right)}), overwrite=True
        )
        found = components(links).to_pyarrow()
        assert len(set(found["node"].to_pylist())) == len(found)
        return dict(zip(found["node"].to_pylist(), found["component"].to_pylist(), strict=True))

    return find


links = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60)


@settings(max_examples=15, deadline=None)
@given(pairs=links, order=st.randoms(use_true_random=False))
def test_order_direction_and_copies_change_nothing(by_engine, pairs, order):
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    expected = by_scipy(left, right)
    assert by_engine(left, right) == expected
    mixed = [pair[::-1] if order.random() < 0.5 else pair for pair in [*pairs, *pairs[: len(pairs) // 2]]]
    order.shuffle(mixed)
    assert by_engine(*zip(*mixed, strict=True)) == expected


def test_a_chain_of_100_000_is_one_component_in_few_rounds(by_engine, monkeypatch):
    import customer_analytics.tables.identity.components as module

    rounds = []
    contracted = module._contracted
    monkeypatch.setattr(module, "_contracted", lambda *given: rounds.append(1) or contracted(*given))
    node = np.random.default_rng(1).permutation(100_000)
    assert set(by_engine(node[:-1], node[1:]).values()) == {0}
    shuffled, rounds[:] = len(rounds), []
    node = np.arange(100_000)
    assert set(by_engine(node[:-1], node[1:]).values()) == {0}
    assert max(shuffled, len(rounds)) <= 20


@pytest.mark.parametrize("shape", ["star", "grid", "random", "cliques", "comb"])
def test_components_are_those_of_scipy(by_engine, shape):
    rng = np.random.default_rng(3)
    node = np.arange(20_000)
    left, right = {
        "star": (np.zeros_like(node[1:]), node[1:]),
        "grid": (np.r_[node[:-100], node[node % 100 < 99]], np.r_[node[100:], node[node % 100 < 99] + 1]),
        "random": (rng.integers(0, 20_000, 11_000), rng.integers(0, 20_000, 11_000)),
        "cliques": (rng.integers(0, 5_000, 30_000) * 4, rng.integers(0, 5_000, 30_000) * 4 + 1),
        "comb": (np.r_[node[:9_999], node[:10_000]], np.r_[node[1:10_000], node[:10_000] + 10_000]),
    }[shape]
    assert by_engine(left, right) == by_scipy(left, right)


def test_large_node_numbers_do_not_overflow(by_engine):
    top = PRIME - 1
    assert by_engine([top, top - 1, 5], [top - 1, top - 2, 5]) == {
        top: top - 2,
        top - 1: top - 2,
        top - 2: top - 2,
        5: 5,
    }


def test_no_links_no_components(by_engine):
    empty = np.array([], dtype=np.int64)
    assert by_engine(empty, empty) == {}
