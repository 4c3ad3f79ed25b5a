"""The tests tested: columns that are known to leak are planted and must be caught, one that does not must not be; and a
model on shuffled outcomes must not beat chance on people it has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Samples
from customer_analytics.analysis.features.feature import CATEGORY
from customer_analytics.analysis.model_checks.later import Fall, Purity, Trend, fall, purity, trend
from customer_analytics.analysis.model_checks.panel import Flags, Floats, Panel
from customer_analytics.analysis.model_checks.result import PROBES
from customer_analytics.analysis.model_checks.single import area

FILLED = (0.8, 0.4, 0.2, 0.1, 0.05)  # shares of the leavers whose column is filled in afterwards
ALREADY = 1 / 3  # of the longer silent among those still counted as here, who have left unseen: they are filled in too
CHANCE = 0.3
PERMUTATIONS = 40
MOST_ROWS = 20_000
MOST_LEVELS = 20
RIDGE = 1.0

Caught = Callable[[tuple[Purity, Fall, Trend], float, float], bool]


def planted(board: Panel, seed: int, caught: Caught) -> pd.DataFrame:
    """Each planted column with whether the tests name it."""
    generator = np.random.default_rng(seed)
    draws, unseen = generator.random(board.people), generator.random(board.people)
    gone = board.gone | (_still_silent(board) & (unseen < ALREADY))
    rows = [("filled", share, *_tested(board, gone & (draws < share), caught)) for share in FILLED]
    rows.append(("chance", CHANCE, *_tested(board, generator.random(board.people) < CHANCE, caught)))
    return pd.DataFrame(rows, columns=PROBES)


def _still_silent(board: Panel) -> Flags:
    """Who is here now but was not lately active."""
    silent = np.zeros(board.people, dtype=bool)
    silent[board.now_person[~board.now_lately]] = True
    return silent


def _tested(board: Panel, person: Flags, caught: Caught) -> tuple[bool, float, float]:
    if not 0 < person.sum() < len(person):
        return False, math.nan, math.nan
    held = board.by_row(person)
    question = purity(board, held), fall(board, held.astype(float)), trend(board, held)
    pure, fell, grew = question
    # A planted column is one question alone; it is held to the same level as if it were one of a few tens.
    named = caught(question, min(1.0, 30 * fell.p_above()), min(1.0, 30 * grew.p_above()))
    odds = math.exp(pure.log_odds) if math.isfinite(pure.log_odds) else math.nan
    return named, odds, pure.interval.low if math.isfinite(pure.log_odds) else math.nan


def permuted_area(samples: Samples, seed: int) -> tuple[float, float, float]:
    """Mean area under the curve, with the range of 95 % of the shuffles, of a model on shuffled outcomes.

    The model (ridge regression on all columns) learns from the earlier cut-offs, or from half of the people of the only
    one, and is judged on the last, or on the other half.
    """
    generator = np.random.default_rng(seed)
    frames = [sample.frame for sample in samples.cuts]
    learn, judge = (frames[:-1], frames[-1]) if len(frames) > 1 else _halves(frames[0])
    early = pd.concat(learn, ignore_index=True)
    if len(early) > MOST_ROWS:
        early = early.iloc[np.sort(generator.choice(len(early), MOST_ROWS, replace=False))]
    if len(judge) > MOST_ROWS:
        judge = judge.iloc[np.sort(generator.choice(len(judge), MOST_ROWS, replace=False))]
    outcome, later = early["left"].to_numpy(float), judge["left"].to_numpy(float)
    if not (0 < outcome.sum() < len(outcome) and 1 < later.sum() < len(later) - 1):
        return math.nan, math.nan, math.nan
    design = _design(pd.concat([early, judge], ignore_index=True), samples.dictionary)
    if not design.shape[1]:
        return math.nan, math.nan, math.nan
    train, test = design[: len(early)], design[len(early) :]
    shuffled = np.column_stack([generator.permutation(outcome) for _ in range(PERMUTATIONS)])
    squares = train.T @ train + RIDGE * len(train) / 100 * np.eye(train.shape[1])
    weights = np.linalg.solve(squares, train.T @ (shuffled - shuffled.mean(axis=0)))
    scores = test @ weights
    areas = [area(scores[:, place], generator.permutation(later) > 0).value for place in range(PERMUTATIONS)]
    return float(np.mean(areas)), float(np.quantile(areas, 0.025)), float(np.quantile(areas, 0.975))


def _halves(frame: pd.DataFrame) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    return [frame.iloc[::2]], frame.iloc[1::2]


def _design(frame: pd.DataFrame, dictionary: pd.DataFrame) -> Floats:
    """All columns as standardised numbers: the value, whether it is unknown, and each value of a category."""
    parts: list[Floats] = []
    for entry in dictionary.to_dict("records"):
        values = frame[str(entry["feature"])]
        if entry["kind"] == CATEGORY:
            common = values.value_counts().index[:MOST_LEVELS]
            parts += [np.asarray(values == level, dtype=np.float64) for level in common]
        else:
            figures = pd.to_numeric(values, errors="coerce").rank(pct=True).to_numpy(np.float64)
            parts.append(np.asarray(np.nan_to_num(figures, nan=0.5), dtype=np.float64))
        parts.append(np.asarray(values.isna(), dtype=np.float64))
    if not parts:
        return np.zeros((len(frame), 0))
    design = np.column_stack(parts)
    spread = design.std(axis=0)
    usable = spread > 1e-9
    return np.asarray((design[:, usable] - design[:, usable].mean(axis=0)) / spread[usable])
