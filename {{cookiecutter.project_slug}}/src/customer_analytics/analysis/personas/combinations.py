"""Which combinations of tags go with buying, or with falling silent, in the next period: a small search, honestly paid.

Conditions are numbers above or below a quartile, shares above one, flags, and frequent values of texts. On one half of
the customers every condition, every pair and the best triples are tested (one-sided Fisher test: is the target more
frequent among those who meet it); Benjamini and Hochberg's q is over everything tested. The best that are large enough,
better than each of their parts and no idea that has been named before are then looked at in the other half, where
nothing was chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.describe import log_ratio
from customer_analytics.analysis.personas.result import Discovery, Reason
from customer_analytics.analysis.personas.rules import Atom, plain, selected
from customer_analytics.analysis.tags import TagResult
from customer_analytics.statistics import benjamini_hochberg, wilson

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
LEVEL = 0.05
LEAST_SHARE = 0.05  # of the customers, for a condition or combination to be tested
LEAST_VALUE = 0.05  # of the customers, for a text value to be a condition
BEST_PAIRS = 40  # that grow into triples
BEST = 5
BETTER = 1.05  # rate of a combination over that of each of its parts
SAME_IDEA = 2  # tags in common from which two audiences are one idea
SAME_PEOPLE = 0.5  # Jaccard similarity from which two audiences are one
MOST_ROWS = 20_000  # customers that are searched
COLUMNS = [
    "audience", "customers", "rate", "q", "held_out", "held_rate", "held_low", "held_high", "base_rate", "lift",
    "lift_low", "lift_high", "confirmed", "customers_today",
]  # fmt: skip


def no_discovery(target: Literal["bought", "lapsed"], reason: Reason) -> Discovery:
    """The answer where there is nothing to search."""
    return Discovery(target, "not_estimable", reason, math.nan, 0, 0, 0, LEVEL, 0, pd.DataFrame(columns=COLUMNS))


def discover(
    values: pd.DataFrame,
    bought: Flags,
    target: Literal["bought", "lapsed"],
    tags: Sequence[TagResult],
    now: pd.DataFrame,
    *,
    minimum: int,
    seed: int,
) -> Discovery:
    """The five best audiences for a target.

    Args:
        values: tags at the cut-off of those who had bought before.
        bought: whether each bought in the next period.
        target: "bought", or "lapsed": did not.
        tags: what conditions are made of.
        now: tags of today's customers, to count whom an audience would hold today.
        minimum: smallest number of customers of a combination, in each half.
        seed: of the halves.
    """
    hit = bought if target == "bought" else ~bought
    if len(hit) < 4 * minimum or min(hit.sum(), (~hit).sum()) < minimum:
        return no_discovery(target, "too_few_customers")
    order = np.random.default_rng([seed, 7]).permutation(len(hit))
    half = len(hit) // 2
    searched, held = np.sort(order[:half][:MOST_ROWS]), np.sort(order[half:])
    smallest = max(minimum, math.ceil(LEAST_SHARE * len(searched)))
    there = values.iloc[searched]
    atoms = _atoms(there, tags)
    search = _Search.of(there, atoms, hit[searched], smallest)
    if not len(search.sets):
        return no_discovery(target, "too_few_tags")
    q = benjamini_hochberg(search.p)
    found = np.flatnonzero(q <= LEVEL)
    best = search.best(found)
    rows = [_row(search, i, float(q[i]), values, hit, held, now) for i in best]
    confirmed = sum(bool(row[COLUMNS.index("confirmed")]) for row in rows)
    return Discovery(
        target, "searched", "", float(hit.mean()), len(search.sets), len(found), confirmed, LEVEL, smallest,
        pd.DataFrame(rows, columns=COLUMNS),
    )  # fmt: skip


def _atoms(values: pd.DataFrame, tags: Sequence[TagResult]) -> list[Atom]:
    atoms: list[Atom] = []
    for tag in tags:
        raw = values[tag.name]
        if tag.kind == "flag":
            atoms += [Atom(tag.name, "", 1.0), Atom(tag.name, "not", 0.0)]
        elif tag.kind == "text":
            shares = raw.astype("string").value_counts() / max(len(raw), 1)
            atoms += [Atom(tag.name, "=", str(value)) for value in shares.index[shares >= LEAST_VALUE][:10]]
        elif tag.kind == "number":
            known = raw.dropna().to_numpy(float)
            quartiles = (0.5, 0.75) if tag.unit == "share" else (0.25, 0.5, 0.75)
            borders = {plain(border) for border in np.quantile(known, quartiles)} if len(known) else set()
            for border in sorted(borders, key=float):
                atoms.append(Atom(tag.name, ">=", float(border)))
                if tag.unit != "share":  # a low shrunk share is as much a sign of many purchases as of a habit
                    atoms.append(Atom(tag.name, "<", float(border)))
    return atoms


@dataclass(frozen=True)
class _Search:
    """Everything tested. `sets`: the atoms of each, by position; `size`, `hits`: customers and how many with the
    target; `p`: one-sided."""

    atoms: list[Atom]
    marks: Flags  # customers x atoms
    sets: list[tuple[int, ...]]
    size: Floats
    hits: Floats
    p: Floats

    @classmethod
    def of(cls, values: pd.DataFrame, atoms: list[Atom], hit: Flags, smallest: int) -> _Search:
        marks = np.column_stack([atom.holds(values) for atom in atoms]) if atoms else np.empty((len(hit), 0), bool)
        counts = marks.sum(axis=0)
        kept = np.flatnonzero((counts >= smallest) & (counts <= len(hit) - smallest))
        atoms, marks = [atoms[i] for i in kept], marks[:, kept]
        ones, target = marks.astype(np.float32), hit.astype(np.float32)
        both, both_hit = ones.T @ ones, (ones * target[:, None]).T @ ones
        sets: list[tuple[int, ...]] = [(i,) for i in range(len(atoms))]
        size, hits = list(np.diag(both)), list(np.diag(both_hit))
        for i, j in combinations(range(len(atoms)), 2):
            if atoms[i].tag != atoms[j].tag and both[i, j] >= smallest:
                sets.append((i, j))
                size.append(both[i, j])
                hits.append(both_hit[i, j])
        base = float(hit.mean())
        score = [(h - n * base) / math.sqrt(n) if len(one) == 2 else -math.inf
                 for one, n, h in zip(sets, size, hits, strict=True)]  # fmt: skip
        for pair in np.argsort(-np.array(score), kind="stable")[:BEST_PAIRS]:
            if len(sets[pair]) != 2:
                continue
            i, j = sets[pair]
            own = ones[:, i] * ones[:, j]
            three, three_hit = own @ ones, (own * target) @ ones
            for m in range(len(atoms)):
                if atoms[m].tag not in (atoms[i].tag, atoms[j].tag) and three[m] >= smallest:
                    sets.append(tuple(sorted((i, j, m))))
                    size.append(three[m])
                    hits.append(three_hit[m])
        tested, sizes, found = _once(sets, size, hits)
        return cls(atoms, marks, tested, sizes, found, _fisher(found, sizes, int(hit.sum()), len(hit)))

    def best(self, found: npt.NDArray[np.intp]) -> list[int]:
        """Of the found, those with the best lower bound, better than each part, and not the same people again."""
        lower = {int(i): wilson(self.hits[i], self.size[i]).low for i in found}
        rate = {one: self.hits[i] / self.size[i] for i, one in enumerate(self.sets)}
        chosen: list[int] = []
        members: list[Flags] = []

        def tags_of(i: int) -> set[str]:
            return {self.atoms[atom].tag for atom in self.sets[i]}

        for i in sorted(lower, key=lambda i: (-lower[i], len(self.sets[i]), i)):
            if len(chosen) == BEST:
                break
            parts = [part for n in range(1, len(self.sets[i])) for part in combinations(self.sets[i], n)]
            if any(rate[self.sets[i]] < BETTER * rate.get(part, 0.0) for part in parts):
                continue
            own: Flags = np.logical_and.reduce(self.marks[:, list(self.sets[i])], axis=1)
            if any(len(tags_of(i) & tags_of(j)) >= SAME_IDEA for j in chosen):
                continue
            if all((own & other).sum() < SAME_PEOPLE * (own | other).sum() for other in members):
                chosen.append(i)
                members.append(own)
        return chosen


def _once(
    sets: list[tuple[int, ...]], size: Sequence[float], hits: Sequence[float]
) -> tuple[list[tuple[int, ...]], Floats, Floats]:
    """Triples that grew from two pairs count once."""
    first: dict[tuple[int, ...], int] = {}
    for i, one in enumerate(sets):
        first.setdefault(one, i)
    places = list(first.values())
    return list(first), np.array(size, float)[places], np.array(hits, float)[places]


def _fisher(hits: Floats, size: Floats, total_hits: int, total: int) -> Floats:
    from scipy.stats import hypergeom

    tail: Floats = hypergeom.sf(np.round(hits) - 1, total, total_hits, np.round(size))
    return np.clip(tail, 0.0, 1.0)


def _row(
    search: _Search, i: int, q: float, values: pd.DataFrame, hit: Flags, held: npt.NDArray[np.intp], now: pd.DataFrame
) -> tuple[object, ...]:
    path = tuple(search.atoms[m] for m in search.sets[i])
    chosen = selected([path], values.iloc[held])
    n, x, all_hits = int(chosen.sum()), int(hit[held][chosen].sum()), int(hit[held].sum())
    interval, lift = wilson(x, n), log_ratio(x, n, all_hits, len(held))
    base = all_hits / len(held)
    audience = " and ".join(["orders >= 1", *map(str, path)])
    today = int((selected([path], now) & (now["purchases"] >= 1).to_numpy()).sum())
    return (
        audience, int(search.size[i]), float(search.hits[i] / search.size[i]), q, n, x / n if n else math.nan,
        interval.low, interval.high, base, x / n / base if n and base else math.nan, lift.low / 100, lift.high / 100,
        bool(lift.low > 100), today,
    )  # fmt: skip
