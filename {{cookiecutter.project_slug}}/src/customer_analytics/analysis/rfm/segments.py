"""Groups that follow from the scores: eleven segments, the Chinese eight types, A/B/C classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

Integers = npt.NDArray[np.int64]
GRID = 5  # the segment grid has five classes of recency and five of frequency and money together

# Eleven segments: (recency classes, frequency-and-money classes). Together they cover each of the 25 cells once.
SEGMENT_CELLS: Mapping[str, tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]] = {
    "champions": (((5,), (4, 5)),),
    "loyal": (((3, 4), (4, 5)),),
    "potential_loyalist": (((4, 5), (2, 3)),),
    "new": (((5,), (1,)),),
    "promising": (((4,), (1,)),),
    "needing_attention": (((3,), (3,)),),
    "about_to_sleep": (((3,), (1, 2)),),
    "cant_lose_them": (((1, 2), (5,)),),
    "at_risk": (((1, 2), (3, 4)),),
    "hibernating": (((1,), (2,)), ((2,), (1, 2))),
    "lost": (((1,), (1,)),),
}
SEGMENTS: tuple[str, ...] = tuple(SEGMENT_CELLS)

# Eight types: the digits say whether recency, frequency and money are on the better side of their cut.
EIGHT_TYPES: Mapping[str, str] = {
    "111": "important_value",
    "101": "important_develop",
    "011": "important_keep",
    "001": "important_win_back",
    "110": "general_value",
    "100": "general_develop",
    "010": "general_keep",
    "000": "general_win_back",
}
CLASS_A, CLASS_B = 0.80, 0.95  # cumulative revenue at which class A and class B end


def to_five(scores: Integers, bins: int) -> Integers:
    """Scores 1..bins on the five classes of the grid: 1 + round-half-up((score - 1) * 4 / (bins - 1))."""
    steps = bins - 1
    return 1 + (2 * (GRID - 1) * (scores - 1) + steps) // (2 * steps)


def frequency_money(frequency: Integers, monetary: Integers) -> Integers:
    """The FM class: mean of two five-class scores, halves rounded up."""
    return (frequency + monetary + 1) // 2


def _cells() -> npt.NDArray[np.int64]:
    """5 x 5 array of segment numbers, indexed by recency - 1 and FM - 1; -1 would be a hole."""
    cells = np.full((GRID, GRID), -1, dtype=np.int64)
    for number, blocks in enumerate(SEGMENT_CELLS.values()):
        for recencies, values in blocks:
            cells[np.ix_([r - 1 for r in recencies], [v - 1 for v in values])] = number
    return cells


_CELLS = _cells()


def segment_codes(recency: Integers, value: Integers) -> Integers:
    """Position in SEGMENTS of each customer, from recency and FM classes 1..5."""
    return _CELLS[recency - 1, value - 1]


def segment_of(recency: int, value: int) -> str:
    """The segment of one cell of the grid."""
    return SEGMENTS[int(_CELLS[recency - 1, value - 1])]


def eight_types(customers: pd.DataFrame, cut: str) -> tuple[npt.NDArray[np.object_], dict[str, float]]:
    """Type of each customer and the three cuts used.

    `cut` is "median" or "mean" of the base. A customer is high when strictly better than the cut: fewer days, more
    purchases, more money. A customer exactly at the cut is low.
    """
    measures = ("recency_days", "frequency", "monetary")
    cuts = {name: float(getattr(customers[name], cut)()) if len(customers) else float("nan") for name in measures}
    high = (
        customers["recency_days"].to_numpy() < cuts["recency_days"],
        customers["frequency"].to_numpy() > cuts["frequency"],
        customers["monetary"].to_numpy() > cuts["monetary"],
    )
    names = np.array([EIGHT_TYPES[f"{code:03b}"] for code in range(8)], dtype=object)
    return names[4 * high[0].astype(int) + 2 * high[1] + high[2]], cuts


def abc_classes(monetary: npt.NDArray[np.float64]) -> npt.NDArray[np.str_]:
    """A, B or C by cumulative revenue, highest spend first; equal spend shares a class.

    A customer is A while the revenue of everyone who spent more is under 80 % of the total, B while it is under 95 %,
    otherwise C. Only money above 0 counts in the total; customers at or below 0 are C.
    """
    values, inverse, counts = np.unique(-monetary, return_inverse=True, return_counts=True)
    gains = np.where(values < 0, -values * counts, 0.0)
    total = gains.sum()
    if total <= 0:
        return np.full(len(monetary), "C")
    before = (np.cumsum(gains) - gains) / total
    classes = np.where(before < CLASS_A, "A", np.where(before < CLASS_B, "B", "C"))
    classes = np.where(values < 0, classes, "C")
    return classes[inverse]
