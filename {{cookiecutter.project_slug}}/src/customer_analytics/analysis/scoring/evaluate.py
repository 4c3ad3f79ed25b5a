"""The evaluation: every measure of every method at every test, with intervals by persons drawn again.

Persons, not rows: somebody tested at four cut-offs is drawn four times or not at all. The same draws serve all methods,
so that differences between methods are paired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import ndtr

from customer_analytics.analysis.scoring import measures
from customer_analytics.analysis.scoring.calibrate import MISSING, Line, line
from customer_analytics.analysis.scoring.result import BASE_RATE, COMPARISON, EVALUATION, GAINS, Floats, Integers
from customer_analytics.statistics import holm

RESAMPLES, FEWER = 400, 200  # resamples, and how many from LARGE rows on
LARGE = 30_000
CHUNK = 25
OUTSIDE = (0.025, 0.975)
SHARES = tuple(round(0.05 * step, 2) for step in range(1, 21))
ALL = "all"


@dataclass(frozen=True)
class Trial:
    """One method at one cut-off."""

    method: str
    cut: int
    probability: Floats
    left: Floats
    persons: Integers


class Draws:
    """How often each person is drawn in each resample; the same numbers for every method.

    Poisson with mean 1: the counts of the bootstrap but for their fixed sum.
    """

    def __init__(self, persons: int, rows: int, seed: int) -> None:
        self.persons = persons
        many = FEWER if rows >= LARGE else RESAMPLES
        self._counts = np.random.default_rng(seed).poisson(1.0, (many, persons)).astype(np.uint8)

    def __iter__(self) -> Iterator[Floats]:
        """Blocks of persons x CHUNK counts."""
        for begin in range(0, len(self._counts), CHUNK):
            yield np.ascontiguousarray(self._counts[begin : begin + CHUNK].T, dtype=np.float64)


@dataclass(frozen=True)
class Sums:
    """Parts of the measures that add up over cut-offs, one column a resample: numerators and denominators by name."""

    parts: dict[str, tuple[Floats, Floats]]

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums({name: (a + other.parts[name][0], b + other.parts[name][1]) for name, (a, b) in self.parts.items()})

    def ratios(self) -> dict[str, Floats]:
        """The measures."""
        return {name: np.divide(a, b, out=np.full_like(a, np.nan), where=b > 0) for name, (a, b) in self.parts.items()}


def _sums(leavers: Floats, sizes: Floats, loss: Floats) -> Sums:
    """From groups of equal probability, best first; `loss`: sum of log losses."""
    people, gone = sizes.sum(axis=0), leavers.sum(axis=0)
    pairs = gone * (people - gone)
    area = np.nan_to_num(measures.auc(leavers, sizes))
    precision = np.nan_to_num(measures.average_precision(leavers, sizes))
    top, *reached = measures.captured(leavers, sizes, (measures.TOP, *SHARES))
    parts = {
        "auc": (area * pairs, pairs),
        "pr_auc": (precision * gone, gone),
        "lift": (top, measures.TOP * gone),
        "log_loss": (loss, people),
    }
    parts |= {f"captured_{share}": (found, gone) for share, found in zip(SHARES, reached, strict=True)}
    return Sums(parts)


class Evaluation:
    """All tests of one method, together and by cut-off, with draws."""

    def __init__(self, tests: Sequence[Trial], draws: Draws, generator: np.random.Generator) -> None:
        self.tests = tests
        self.method = tests[0].method
        self.ranks = [measures.ranking(test.probability) for test in tests]
        self.loss = [measures.losses(test.probability, test.left) for test in tests]
        self.lines = {test.cut: self._line(test.probability, test.left, test.persons) for test in tests}
        self.draws = draws
        self.generator = generator

    @property
    def probability(self) -> Floats:
        """Of all tests."""
        return np.concatenate([test.probability for test in self.tests])

    @property
    def left(self) -> Floats:
        """Of all tests."""
        return np.concatenate([test.left for test in self.tests])

    @property
    def persons(self) -> Integers:
        """Of all tests."""
        return np.concatenate([test.persons for test in self.tests])

    def pooled_line(self) -> Line:
        """Calibration line of all tests together."""
        return self._line(self.probability, self.left, self.persons)

    def _line(self, probability: Floats, left: Floats, persons: Integers) -> Line:
        """The base rate has no slope: it differs between cut-offs only."""
        return MISSING if self.method == BASE_RATE else line(probability, left, persons)

    def exact(self) -> list[Sums]:
        """Sums of each test as it is."""
        found = []
        for test, ranks, loss in zip(self.tests, self.ranks, self.loss, strict=True):
            leavers, sizes = measures.grouped(ranks, test.left)
            found.append(_sums(leavers, sizes, np.array([loss.sum()])))
        return found

    def resampled(self) -> list[dict[str, Floats]]:
        """Measures in the resamples: of each test, then of all together."""
        blocks: list[list[Sums]] = [[] for _ in range(len(self.tests) + 1)]
        matrices = [self._matrices(place) for place in range(len(self.tests))]
        for counts in self.draws:
            own = [_sums(gone @ counts, size @ counts, loss @ counts) for gone, size, loss in matrices]
            together = own[0]
            for other in own[1:]:
                together = together.plus(other)
            for block, sums in zip(blocks, [*own, together], strict=True):
                block.append(sums)
        return [_joined([sums.ratios() for sums in block]) for block in blocks]

    def _matrices(self, place: int) -> tuple[sparse.csr_array, sparse.csr_array, Floats]:
        """Groups of equal probability x persons: leavers, people; and the log loss by person."""
        test, ranks = self.tests[place], self.ranks[place]
        shape = (len(ranks.starts), self.draws.persons)
        place_of = (ranks.groups, test.persons)
        gone = sparse.csr_array((test.left, place_of), shape=shape)
        size = sparse.csr_array((np.ones(len(test.left)), place_of), shape=shape)
        loss = np.bincount(test.persons, weights=self.loss[place], minlength=self.draws.persons)
        return gone, size, np.asarray(loss, dtype=np.float64)


def _joined(blocks: list[dict[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def evaluation_rows(own: Evaluation) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Rows of the evaluation (each cut-off, then all) and of the gains of all together."""
    exact = own.exact()
    together = exact[0]
    for sums in exact[1:]:
        together = together.plus(sums)
    resampled = own.resampled()
    rows: list[dict[str, object]] = []
    for place, test in enumerate(own.tests):
        rows.append(
            _row(own, test.cut, test.probability, test.left, own.lines[test.cut], exact[place], resampled[place])
        )
    pooled = own.pooled_line() if len(own.tests) > 1 else own.lines[own.tests[0].cut]
    rows.append(_row(own, ALL, own.probability, own.left, pooled, together, resampled[-1]))
    gains = []
    ratios = {name: float(values[0]) for name, values in together.ratios().items()}
    for share in SHARES:
        low, high = quantiles(resampled[-1][f"captured_{share}"])
        found = (own.method, ALL, share, ratios[f"captured_{share}"], low, high)
        gains.append(dict(zip(GAINS, found, strict=True)))
    return rows, gains


def _row(
    own: Evaluation, cut: int | str, probability: Floats, left: Floats, fitted: Line, sums: Sums,
    resampled: dict[str, Floats],
) -> dict[str, object]:  # fmt: skip
    n, gone = len(left), float(left.sum())
    values = {name: float(number[0]) for name, number in sums.ratios().items()}
    row: dict[str, object] = {"method": own.method, "cut": cut, "n": n, "left": int(gone)}
    row |= {"rate": gone / n, "expected": float(probability.mean())}
    for name in ("log_loss", "auc", "pr_auc", "lift"):
        low, high = quantiles(resampled[name])
        row |= {name: values[name], f"{name}_low": low, f"{name}_high": high}
    brier = float(np.square(probability - left).mean())
    reference = _reference(own, cut)
    row |= {"brier": brier, "skill": 1 - brier / reference if reference > 0 else float("nan")}
    for place, name in enumerate(("intercept", "slope")):
        low, high = fitted.interval(place)
        row |= {name: (fitted.intercept, fitted.slope)[place], f"{name}_low": low, f"{name}_high": high}
    row["ece"] = measures.calibration_error(probability, left)
    row["ece_noise"] = measures.calibration_noise(probability, own.generator)
    row["decile_left"] = float(sums.parts["lift"][0][0])
    return {name: row[name] for name in EVALUATION}


def _reference(own: Evaluation, cut: int | str) -> float:
    """Brier score of whoever knew the rate of each cut-off and nothing else."""
    wanted = [test for test in own.tests if cut in (ALL, test.cut)]
    spread = sum(float(len(test.left) * test.left.mean() * (1 - test.left.mean())) for test in wanted)
    return spread / sum(len(test.left) for test in wanted)


def quantiles(values: Floats) -> tuple[float, float]:
    """95 % percentile interval over the resamples; NaN where most of them had nothing to measure."""
    known = values[np.isfinite(values)]
    if len(known) < 0.5 * len(values) or not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, OUTSIDE)
    return float(low), float(high)


def compare(own: Sequence[Evaluation], pairs: Sequence[tuple[str, str]], draws: Draws) -> pd.DataFrame:
    """Paired differences of mean log loss, in the same people: COMPARISON, one row a pair (method, against).

    p: two-sided, from the standard error over the resamples; adjusted (Holm) over the pairs given.
    """
    by_name = {one.method: one for one in own}
    gaps = [
        [b - a for a, b in zip(by_name[method].loss, by_name[against].loss, strict=True)] for method, against in pairs
    ]
    if not gaps:
        return pd.DataFrame(columns=COMPARISON)
    persons = own[0].persons
    sums = np.array([np.bincount(persons, np.concatenate(gap), draws.persons) for gap in gaps])
    counts = np.bincount(persons, minlength=draws.persons).astype(np.float64)
    drawn = np.hstack([(sums @ block) / np.maximum(counts @ block, 1.0) for block in draws])
    rows = []
    for (method, against), gap, resampled in zip(pairs, gaps, drawn, strict=True):
        difference, error = float(np.concatenate(gap).mean()), float(resampled.std(ddof=1))
        low, high = quantiles(resampled)
        p = float(2 * ndtr(-abs(difference) / error)) if error > 0 else 1.0
        better = sum(bool(one.mean() > 0) for one in gap)
        rows.append((method, against, difference, low, high, p, p, better, len(gap)))
    table = pd.DataFrame(rows, columns=COMPARISON)
    table["p_adjusted"] = holm(table["p"].to_numpy(dtype=np.float64))
    return table


def better_than_chance(table: pd.DataFrame) -> tuple[str, ...]:
    """Methods that beat the base rate beyond chance, corrected over all that were compared with it."""
    rows = table[(table["against"] == BASE_RATE) & (table["difference"] > 0) & (table["p_adjusted"] < 0.05)]
    return tuple(rows["method"])
