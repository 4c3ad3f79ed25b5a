"""The promise check: the probabilities that earlier runs gave against what those people did."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.contract_people import contract_population
from customer_analytics.analysis.churn.population import known_people
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.life import CONTRACTS, EPOCH, SNAPSHOT
from customer_analytics.analysis.model_checks.panel import Floats
from customer_analytics.analysis.model_checks.result import PROMISES, RELIABILITY, EarlierScores, Promise
from customer_analytics.analysis.model_checks.single import area
from customer_analytics.analysis.scoring.calibrate import line
from customer_analytics.analysis.scoring.measures import BINS, equal_count_bins
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.statistics import wilson
from customer_analytics.tables.store import Tables

KEPT, TOO_HIGH, TOO_LOW, FEW, UNCOVERED = "kept", "too_high", "too_low", "few", "uncovered"
LAST_PART = 10  # of the window: where nothing at all was seen in the last tenth of it, the data end before it is over


def promise(earlier: Sequence[EarlierScores], study: Study, tables: Tables, parameters: ChurnParameters) -> Promise:
    """Hold each earlier run's probabilities against what happened in the window that they were about.

    Args:
        earlier: runs for an earlier day whose window is over.
        study: what leaving means now; a run about another kind of leaving, or with another gap, is not compared.
        tables: the data of now.
        parameters: below `minimum_base` matched people nothing is said.
    """
    if not earlier:
        return _without("none")
    asked = [run for run in earlier if _is_alike(run, study)]
    if not asked:
        return _without("other_kind")
    readable = [run for run in asked if run.scores is not None]
    if not readable:
        return _without("executive" if any(run.withheld for run in asked) else "unreadable")
    rows, classes, everybody = [], [], []
    for run in readable:
        covered = _is_covered(run, study)
        joined = _joined(run, study, tables) if covered else pd.DataFrame(columns=["probability", "left"], dtype=float)
        rows.append(_row(run, joined, parameters.minimum_base, covered=covered))
        if len(joined) >= parameters.minimum_base:
            classes += _classes(run.as_of, joined, parameters.minimum_base)
            everybody.append(joined)
    if len(everybody) > 1:
        classes += _classes(None, pd.concat(everybody, ignore_index=True), parameters.minimum_base)
    runs = pd.DataFrame(rows, columns=PROMISES)
    reason = "" if int(runs["matched"].sum()) else UNCOVERED if (runs["verdict"] == UNCOVERED).all() else "unmatched"
    return Promise(runs, pd.DataFrame(classes, columns=RELIABILITY), reason)


def _is_alike(run: EarlierScores, study: Study) -> bool:
    """Whether a run asked the same question; its horizon may be another, it is judged by its own."""
    return run.kind == study.kind != SNAPSHOT and run.gap_days == study.windows.gap_days


def _is_covered(run: EarlierScores, study: Study) -> bool:
    """Whether the data reach to the end of the run's window: an as-of day after their end would show nobody."""
    if study.kind == CONTRACTS or study.life.last is None:
        return True
    over = (run.as_of - EPOCH).days + 1 + run.gap_days + run.horizon_days
    return study.life.last >= over - max(run.horizon_days // LAST_PART, 1)


def outcomes(study: Study, tables: Tables, run: EarlierScores) -> ir.Table:
    """person_id and left of everybody known when a run was made, by the run's own windows."""
    windows = replace(study.windows, gap_days=run.gap_days, horizon_days=run.horizon_days)
    cut = (run.as_of - EPOCH).days + 1
    if study.kind == CONTRACTS:
        return contract_population(tables, windows, cut)
    return known_people(study.life.spells, windows, cut).select("person_id", "left")


def _joined(run: EarlierScores, study: Study, tables: Tables) -> pd.DataFrame:
    """probability and left of those whose id the run scored, in the order of the run's file."""
    assert run.scores is not None
    known = outcomes(study, tables, run).to_pandas().sort_values("person_id", ignore_index=True)
    known = known.assign(customer_id=run.written_as(known["person_id"].astype(str).tolist()))
    known = known.drop_duplicates("customer_id")  # two ids that a spreadsheet's guard writes alike
    scores = run.scores[["customer_id", "probability"]]
    joined = scores.merge(known[["customer_id", "left"]], on="customer_id", how="inner", validate="one_to_one")
    return joined[["probability", "left"]].astype(float)


def _row(run: EarlierScores, joined: pd.DataFrame, least: int, *, covered: bool) -> list[object]:
    assert run.scores is not None
    scored, matched = len(run.scores), len(joined)
    about = [run.as_of, run.horizon_days, run.gap_days, run.method, scored, matched]
    if matched < max(least, 1):
        return [*about, int(joined["left"].sum()) if matched else 0, *[math.nan] * 10, FEW if covered else UNCOVERED]
    left, promised = joined["left"].to_numpy(float), joined["probability"].to_numpy(float)
    seen, mean = float(left.mean()), float(promised.mean())
    low, high = wilson(left.sum(), matched)
    fitted = line(promised, left, np.arange(matched))
    brier = float(np.square(promised - left).mean())
    base = seen * (1 - seen)
    verdict = KEPT if low <= mean <= high else TOO_HIGH if mean > high else TOO_LOW
    return [*about, int(left.sum()), mean, seen, low, high, fitted.slope, *fitted.interval(1),
            area(promised, left > 0).value, brier, 1 - brier / base if base > 0 else math.nan, verdict]  # fmt: skip


def _classes(as_of: dt.date | None, joined: pd.DataFrame, least: int) -> list[list[object]]:
    """Classes of equal size by probability, at most ten, of `least` people or so at least: promised against seen."""
    promised, left = joined["probability"].to_numpy(float), joined["left"].to_numpy(float)
    codes = equal_count_bins(promised, min(BINS, max(len(joined) // max(least, 1), 1)))
    rows: list[list[object]] = []
    for number in range(int(codes.max()) + 1):
        part = codes == number
        people, leavers = int(part.sum()), float(left[part].sum())
        mean = _mean(promised[part])
        rows.append([as_of, number + 1, people, int(leavers), mean, leavers / people, *wilson(leavers, people)])
    return rows


def _mean(values: Floats) -> float:
    return float(values.mean())


def _without(reason: str) -> Promise:
    return Promise(pd.DataFrame(columns=PROMISES), pd.DataFrame(columns=RELIABILITY), reason)
