"""The draw: exactly as many as promised, by chance, and by nothing else."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from customer_analytics.analysis.assignment.draw import control_counts, draw, keyed_hashes, order_of_draw, round_half_up
from customer_analytics.analysis.assignment.strata import Strata
from customer_analytics.audiences.check import check_draw

SHARES = st.fractions(min_value=0, max_value=Fraction(9, 10), max_denominator=1000)


@st.composite
def lists(data: st.DrawFn) -> tuple[list[str], list[str]]:
    """Ids of customers, each once, and the stratum of each."""
    ids = data(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), max_size=60, unique=True))
    strata = data(st.lists(st.sampled_from("abcdefg"), min_size=len(ids), max_size=len(ids)))
    return ids, strata


def held(ids: list[str], strata: list[str], share: Fraction, seed: int, order: str = "abcdefg") -> set[str]:
    """Who is held out, with the strata numbered in the given order."""
    codes = np.array([order.index(one) for one in strata], dtype=np.int64)
    mask = draw(np.array(ids, dtype=object), codes, list(order), share, seed)
    return {one for one, out in zip(ids, mask, strict=True) if out}


def slow(ids: list[str], strata: list[str], share: Fraction, seed: int) -> set[str]:
    """The same draw as a person would do it with paper: hash each id, sort each stratum, take the first."""
    key = str(seed).encode()

    def mark(text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8"), digest_size=8, key=key).digest()

    sizes = Counter(strata)
    counts = {one: int(share * size) for one, size in sizes.items()}
    missing = int(share * len(ids) + Fraction(1, 2)) - sum(counts.values())
    remainders = sorted(sizes, key=lambda one: (-(share * sizes[one] - counts[one]), mark(one)))
    for one in remainders[:missing]:
        counts[one] += 1
    out: set[str] = set()
    for one, count in counts.items():
        own = sorted((name for name, stratum in zip(ids, strata, strict=True) if stratum == one), key=mark)
        out |= set(own[:count])
    return out


@given(lists(), SHARES, st.integers(0, 2**63 - 1))
def test_the_total_is_exactly_what_was_promised_and_each_stratum_is_within_one(
    people: tuple[list[str], list[str]], share: Fraction, seed: int
) -> None:
    ids, strata = people
    out = held(ids, strata, share, seed)
    assert len(out) == int(share * len(ids) + Fraction(1, 2))
    for one, size in Counter(strata).items():
        own = sum(name in out for name, stratum in zip(ids, strata, strict=True) if stratum == one)
        assert abs(own - share * size) < 1


@given(lists(), SHARES, st.integers(0, 2**31))
def test_the_draw_is_that_of_an_independent_reference(
    people: tuple[list[str], list[str]], share: Fraction, seed: int
) -> None:
    assert held(*people, share, seed) == slow(*people, share, seed)


@given(lists(), SHARES, st.integers(0, 100), st.randoms(use_true_random=False))
def test_neither_the_order_of_the_rows_nor_that_of_the_strata_changes_who_is_held_out(
    people: tuple[list[str], list[str]], share: Fraction, seed: int, random: object
) -> None:
    pairs = list(zip(*people, strict=True))
    random.shuffle(pairs)  # type: ignore[attr-defined]
    ids, strata = [one for one, _ in pairs], [one for _, one in pairs]
    assert held(ids, strata, share, seed, "gfedcba") == held(*people, share, seed)


def test_a_known_draw_stays_what_it_was_on_every_platform() -> None:
    ids = [f"C{number:03d}" for number in range(20)]
    assert sorted(held(ids, ["a"] * 20, Fraction(1, 4), 7)) == sorted(slow(ids, ["a"] * 20, Fraction(1, 4), 7))
    assert keyed_hashes(["C000"], 7).tolist() == [
        int.from_bytes(hashlib.blake2b(b"C000", digest_size=8, key=b"7").digest(), "big")
    ]


def test_the_same_seed_holds_out_the_same_and_another_seed_others() -> None:
    ids, strata = [str(number) for number in range(2_000)], ["a"] * 2_000
    first = held(ids, strata, Fraction(1, 10), 1)
    assert held(ids, strata, Fraction(1, 10), 1) == first
    both = len(first & held(ids, strata, Fraction(1, 10), 2))
    assert 5 <= both <= 40  # 20 expected by chance; 4.3 standard deviations


def test_every_customer_has_the_same_chance_whatever_the_id() -> None:
    ids, strata = [f"C{number:05d}" for number in range(400)], ["a"] * 200 + ["b"] * 200
    times = Counter(one for seed in range(500) for one in held(ids, strata, Fraction(1, 10), seed))
    # within 500 draws each is held out 50 times on average; the sum of the 400 counts is fixed
    seen = np.array([times[one] for one in ids])
    assert seen.sum() == 500 * 40
    assert chisquare(seen).pvalue > 0.001
    assert kstest(keyed_hashes(ids, 3) / 2**64, "uniform").pvalue > 0.001


def test_strata_with_equal_remainders_are_not_always_favoured_in_the_same_order() -> None:
    labels = [f"stratum {number}" for number in range(10)]
    extra = Counter()
    for seed in range(1_000):
        counts = control_counts([15] * 10, labels, Fraction(1, 10), seed)  # 1.5 each: five get two, five get one
        assert sum(counts) == 15
        extra.update(label for label, count in zip(labels, counts, strict=True) if count == 2)
    assert chisquare([extra[label] for label in labels]).pvalue > 0.001


@pytest.mark.parametrize(("number", "rounded"), [("1/2", 1), ("3/2", 2), ("49/100", 0), ("5/2", 3), ("0", 0)])
def test_halves_go_up(number: str, rounded: int) -> None:
    assert round_half_up(Fraction(number)) == rounded


def test_ids_with_equal_hashes_are_drawn_by_the_id() -> None:
    same = np.zeros(4, dtype=np.uint64)
    names = np.array(["b", "a", "d", "c"], dtype=object)
    assert order_of_draw(names, np.array([0, 0, 0, 1]), same).tolist() == [1, 0, 2, 3]


def test_a_customer_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        held(["a", "a"], ["a"] * 2, Fraction(1, 2), 1)


def test_a_million_customers_take_seconds() -> None:
    import time

    ids = np.array([f"C{number:07d}" for number in range(1_000_000)], dtype=object)
    codes = (np.arange(1_000_000) % 10).astype(np.int64)
    started = time.perf_counter()
    out = draw(ids, codes, [str(number) for number in range(10)], Fraction(1, 10), 7)
    assert time.perf_counter() - started < 30, "about 2 s on an idle machine"
    assert out.sum() == 100_000
    assert np.bincount(codes, weights=out).tolist() == [10_000.0] * 10


def test_the_check_finds_a_split_that_is_not_as_planned() -> None:
    codes = np.zeros(1_000, dtype=np.int64)
    strata = Strata(codes, ("all",), 1)
    money = np.arange(1_000.0)
    fair = draw(np.array([str(n) for n in range(1_000)], dtype=object), codes, ["all"], Fraction(1, 10), 1)
    good = check_draw(fair, strata, Fraction(1, 10), {"money": money})
    assert good.sound
    assert good.ratio_p == 1.0
    assert abs(good.differences["money"]) < 0.4
    by_hand = money >= 850  # the 150 richest
    bad = check_draw(by_hand, strata, Fraction(1, 10), {"money": money})
    assert not bad.sound
    assert bad.ratio_p == pytest.approx(math.erfc(math.sqrt((50**2 / 100 + 50**2 / 900) / 2)))
    spread = ((money[850:].var(ddof=1) + money[:850].var(ddof=1)) / 2) ** 0.5
    assert bad.differences["money"] == pytest.approx(500 / spread)
    assert bad.remarkable == ("money", bad.differences["money"])
    assert good.remarkable is None
    assert good.noise == pytest.approx(math.sqrt(1 / 100 + 1 / 900))
