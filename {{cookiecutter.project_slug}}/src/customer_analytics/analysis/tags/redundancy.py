"""Tags that say the same, and tags that say nothing: which pairs go together, and what could be dropped.

Numbers are compared by rank correlation (Spearman, over the customers who have both; ranks within each tag's own
values), texts and flags by Cramér's V, a text and a number by the correlation ratio of the number's ranks. V and the
ratio are corrected for the chance agreement of many values and few customers (Bergsma 2013; epsilon squared, Kelley
1935), so that two unrelated tags are near 0.

A value that a fifth of the customers or more share, as a rule the 0 of those who did nothing, counts as no value of a
number: money and visits of the last month would otherwise "say the same" because most people have neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.tags.result import Drop, Pair, TagResult
from customer_analytics.engagement.tags import TagClass

SAME = 0.9  # strength from which two tags say the same
SHOWN = 0.7  # strength from which a pair is listed
OVERLAP = 0.8  # of the customers of the rarer tag, who must have both
MOST_CUSTOMERS = 20_000  # larger bases are sampled: a correlation of .9 is then known to +- .003
MOST_LEVELS = 30  # texts with more values: the rarer ones count as one
LEAST_BOTH = 30
COMMON = 0.2  # share of the customers from which one value of a number is left out
_KEPT_FIRST = tuple(TagClass(name) for name in ("base", "value", "lifecycle", "behaviour", "interest", "risk"))

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Columns(NamedTuple):
    """Tags as arrays: ranks (NaN: no value) of the numbers, codes (-1: no value) of the texts and flags."""

    numbers: dict[str, Floats]
    groups: dict[str, Codes]


def redundancy(
    values: pd.DataFrame, tags: Sequence[TagResult], uses: Mapping[str, frozenset[str]], minimum_group: int
) -> tuple[tuple[Pair, ...], tuple[Drop, ...], int | None]:
    """Pairs that go together, tags proposed for dropping, and how many customers were sampled (None: all).

    Args:
        values: a column for each tag.
        tags: those that ran, in the order of the catalogue.
        uses: the names that each tag's rule uses, itself and through other tags.
        minimum_group: a tag by which fewer customers differ from all others says nothing.
    """
    named = frozenset[str]().union(*(uses.get(tag.name, frozenset()) for tag in tags))
    dull = [drop for tag in tags if (drop := _silent(tag, values[tag.name], minimum_group)) is not None]
    silent = [drop for drop in dull if drop.name not in named]
    speaking = [tag for tag in tags if tag.name not in {drop.name for drop in dull}]
    sampled = None
    if len(values) > MOST_CUSTOMERS:
        values, sampled = values.sample(MOST_CUSTOMERS, random_state=7), MOST_CUSTOMERS
    pairs = sorted(
        find_pairs(as_columns(values, speaking), uses, SHOWN),
        key=lambda pair: (-round(abs(pair.strength), 6), pair.first, pair.second),
    )
    return tuple(pairs), (*silent, *_same(pairs, speaking, named)), sampled


def as_columns(values: pd.DataFrame, tags: Sequence[TagResult]) -> Columns:
    """The tags' columns as arrays for `find_pairs`."""
    columns = Columns({}, {})
    for tag in tags:
        column = values[tag.name]
        if tag.kind in ("number", "date"):
            columns.numbers[tag.name] = np.asarray(_spread_out(column).rank(), dtype=np.float64)
        else:
            columns.groups[tag.name] = _codes(column)
    return columns


def find_pairs(columns: Columns, uses: Mapping[str, frozenset[str]], least: float = 0.0) -> list[Pair]:
    """The pairs that enough customers have both of and that go together at least so strongly."""
    levels = _levels(columns) if columns.groups else None
    found = _number_pairs(columns, uses, least)
    if levels is not None:
        found += [*_group_pairs(levels, uses, least), *_mixed_pairs(columns, levels, uses, least)]
    return found


def _codes(column: pd.Series) -> Codes:
    """0 for the most frequent value, 1 for the next, and so on; the last code is for all rarer ones."""
    counts = column.value_counts()
    grouped = column.astype("category").cat
    order = np.zeros(len(grouped.categories), np.int64)
    order[grouped.categories.get_indexer(counts.index)] = np.minimum(np.arange(len(counts)), MOST_LEVELS)
    codes: Codes = np.array(grouped.codes, dtype=np.int64)
    if len(order):
        codes[codes >= 0] = order[codes[codes >= 0]]
    return codes


def _spread_out(column: pd.Series) -> pd.Series:
    """The column without its most frequent value, where that is common."""
    counts = column.value_counts()
    if not len(counts) or counts.iloc[0] < COMMON * counts.sum():
        return column
    return column.where(column != counts.index[0])


def _silent(tag: TagResult, column: pd.Series, minimum_group: int) -> Drop | None:
    counts = column.value_counts()
    counts = counts[counts > 0]
    if len(counts) == 1:
        return Drop(tag.name, "constant")
    known = int(counts.sum())
    if known < minimum_group or known - int(counts.max()) < minimum_group:
        return Drop(tag.name, "too_few")
    return None


def _same(pairs: Sequence[Pair], tags: Sequence[TagResult], named: frozenset[str]) -> list[Drop]:
    """Drop what a tag already kept says as well.

    Kept first are persona tags, then figures before scores made of them, the classes as in _KEPT_FIRST, tags known of
    more customers, and last the order of the catalogue. A tag that another one's rule names is never dropped: without
    it that rule would not run.
    """
    partners: dict[str, list[Pair]] = {}
    for pair in pairs:
        if abs(pair.strength) >= SAME and not pair.derived and not pair.nested:
            partners.setdefault(pair.first, []).append(pair)
            partners.setdefault(pair.second, []).append(pair)
    kept: dict[str, None] = {}  # in the order in which tags are kept
    drops: dict[str, Drop] = {}
    for tag in sorted(tags, key=_rank_to_keep):
        others = {pair.second if pair.first == tag.name else pair.first: pair for pair in partners.get(tag.name, ())}
        keep = next((name for name in kept if name in others), None)
        if keep is None or tag.name in named:
            kept[tag.name] = None
        else:
            drops[tag.name] = Drop(tag.name, "same", keep, others[keep].strength)
    return [drops[tag.name] for tag in tags if tag.name in drops]


def _rank_to_keep(tag: TagResult) -> tuple[bool, bool, int, float]:
    return not tag.persona, tag.unit == "score", _KEPT_FIRST.index(tag.tag_class), -round(tag.coverage, 1)


def _derived(first: str, second: str, uses: Mapping[str, frozenset[str]]) -> bool:
    return second in uses.get(first, ()) or first in uses.get(second, ())


def _number_pairs(columns: Columns, uses: Mapping[str, frozenset[str]], least: float) -> list[Pair]:
    """Pearson's correlation of the ranks, pairwise complete, as products of whole matrices."""
    names = list(columns.numbers)
    if len(names) < 2:
        return []
    ranks = np.column_stack([columns.numbers[name] for name in names])
    known = (~np.isnan(ranks)).astype(np.float64)
    ranks = np.where(known > 0, ranks - np.nanmean(ranks, axis=0), 0.0)
    both = known.T @ known
    total, squares = ranks.T @ known, (ranks**2).T @ known
    cross = ranks.T @ ranks
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = cross - total * total.T / both
        variance = squares - total**2 / both
        strength = np.clip(covariance / np.sqrt(variance * variance.T), -1, 1)
    size = np.diag(both)
    listed = np.triu(_enough(both, size[:, None], size[None, :]) & (np.abs(strength) >= least), 1)
    return [
        Pair(names[i], names[j], "spearman", float(strength[i, j]), int(both[i, j]), _derived(names[i], names[j], uses))
        for i, j in np.argwhere(listed & np.isfinite(strength))
    ]


class _Levels(NamedTuple):
    """All texts and flags side by side: one column for each value of each tag, 1 where a customer has it."""

    names: list[str]
    spans: list[slice]  # the columns of each tag
    marks: Floats  # customers x values of all tags
    known: Floats  # customers x tags


def _levels(columns: Columns) -> _Levels:
    names, spans, parts, start = list(columns.groups), [], [], 0
    for codes in columns.groups.values():
        width = int(codes.max(initial=0)) + 1
        parts.append((codes[:, None] == np.arange(width)).astype(np.float64))
        spans.append(slice(start, start + width))
        start += width
    known = np.column_stack([codes >= 0 for codes in columns.groups.values()]).astype(np.float64)
    return _Levels(names, spans, np.column_stack(parts), known)


def _group_pairs(levels: _Levels, uses: Mapping[str, frozenset[str]], least: float) -> list[Pair]:
    """Cramér's V from the tables of all pairs, which one product of matrices gives."""
    tables, both = levels.marks.T @ levels.marks, levels.known.T @ levels.known
    size = np.diag(both)
    pairs = []
    for i, j in np.argwhere(np.triu(_enough(both, size[:, None], size[None, :]), 1)):
        table = _without_empty(tables[levels.spans[i], levels.spans[j]])
        strength = cramers_v(table)
        if strength >= max(least, SHOWN):  # whether one is a finer cut of the other costs time and matters only here
            first, second = levels.names[i], levels.names[j]
            derived, nested = _derived(first, second, uses), is_nested(table)
            pairs.append(Pair(first, second, "cramers_v", strength, int(both[i, j]), derived, nested))
    return pairs


def _mixed_pairs(columns: Columns, levels: _Levels, uses: Mapping[str, frozenset[str]], least: float) -> list[Pair]:
    """Correlation ratios from the sizes and sums of each text's groups of customers."""
    if not columns.numbers:
        return []
    names = list(columns.numbers)
    ranks = np.column_stack([columns.numbers[name] for name in names])
    known = (~np.isnan(ranks)).astype(np.float64)
    ranks = np.where(known > 0, ranks, 0.0)
    counts, sums = levels.marks.T @ known, levels.marks.T @ ranks
    squares, both = levels.known.T @ ranks**2, levels.known.T @ known
    enough = _enough(both, levels.known.sum(axis=0)[:, None], known.sum(axis=0)[None, :])
    pairs = []
    for i, group in enumerate(levels.names):
        span = levels.spans[i]
        strength = correlation_ratio(counts[span], sums[span], squares[i])
        for j in np.flatnonzero(enough[i] & (strength >= least)):
            derived = _derived(names[j], group, uses)
            pairs.append(
                Pair(names[j], group, "correlation_ratio", float(strength[j]), int(both[i, j]), derived, nested=True)
            )
    return pairs


def _enough(both: Floats, first: Floats, second: Floats) -> Flags:
    enough: Flags = (both >= LEAST_BOTH) & (both >= OVERLAP * np.minimum(first, second))
    return enough


def _without_empty(table: Floats) -> Floats:
    used: Floats = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    return used


def cramers_v(table: Floats) -> float:
    """Cramér's V with Bergsma's correction (2013); 0 where one side has a single value."""
    total = table.sum()
    rows, columns = table.shape
    if min(rows, columns) < 2 or total < 2:
        return 0.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / total
    phi = float(((table - expected) ** 2 / expected).sum() / total)
    phi = max(0.0, phi - (columns - 1) * (rows - 1) / (total - 1))
    rows_left = rows - (rows - 1) ** 2 / (total - 1)
    columns_left = columns - (columns - 1) ** 2 / (total - 1)
    least = min(rows_left, columns_left) - 1
    return min(1.0, float(np.sqrt(phi / least))) if least > 0 else 0.0


def is_nested(table: Floats) -> bool:
    """Whether one tag is a finer cut of the other: it tells the other's value, but not the other way round.

    By Theil's uncertainty coefficient: the share of one tag's entropy that knowing the other takes away.
    """
    joint = table / table.sum()
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    shared = _entropy(rows) + _entropy(columns) - _entropy(joint.ravel())
    told = [shared / entropy if entropy > 0 else 1.0 for entropy in (_entropy(rows), _entropy(columns))]
    return min(told) < SAME - 0.1


def _entropy(shares: Floats) -> float:
    positive = shares[shares > 0]
    return float(-(positive * np.log(positive)).sum())


def correlation_ratio(counts: Floats, sums: Floats, squares: Floats) -> Floats:
    """Root of epsilon squared, 0 to 1, for each number: from the groups' sizes and sums (groups x numbers) and the sum
    of squares of all (numbers)."""
    used = counts > 0
    total, groups, whole_sum = counts.sum(axis=0), used.sum(axis=0), sums.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = squares - whole_sum**2 / total
        between = np.where(used, sums**2 / np.where(used, counts, 1.0), 0.0).sum(axis=0) - whole_sum**2 / total
        within = (whole - between) / (total - groups)
        ratio = np.sqrt(np.clip((between - (groups - 1) * within) / whole, 0.0, 1.0))
    known = (groups >= 2) & (total > groups) & (whole > 0)
    found: Floats = np.where(known, ratio, 0.0)
    return found
