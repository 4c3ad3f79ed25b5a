"""Whether the people of now are like those that the model learned from."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from customer_analytics.analysis.churn.samples import Samples
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.feature import CATEGORY
from customer_analytics.analysis.model_checks.panel import Floats, Ints, thinned
from customer_analytics.analysis.model_checks.result import DRIFT, PREVALENCE, Drift
from customer_analytics.analysis.scoring.result import ScoringResult

CLASSES = 10
MOST = 100_000  # people of a cut-off
LARGE, SOME = 0.25, 0.1  # conventions, no tests
BEYOND_CHANCE = 3.0  # times the index that chance alone would give


def drift(samples: Samples, study: Study, scoring: ScoringResult | None) -> Drift:
    """Stability of each feature (past cut-offs against now) and of the share that left.

    Args:
        samples: with the features of the model.
        study: the people and leavers of each cut-off.
        scoring: the probabilities of now; None: none.
    """
    people = study.population
    names = [name for name in PREVALENCE if name in people]
    prevalence = people[names].reset_index(drop=True)
    expected = math.nan
    if scoring is not None and scoring.is_estimable and len(scoring.now):
        expected = float(scoring.now["probability"].mean())
    rows = _features(samples) if samples.cuts and len(samples.now.frame) and len(samples.cuts[0].frame) else []
    table = pd.DataFrame(rows, columns=DRIFT).sort_values(
        ["psi", "feature"], ascending=[False, True], ignore_index=True
    )
    past = sum(len(sample.frame) for sample in samples.cuts)
    return Drift(table, prevalence, _heterogeneity(prevalence), expected, past, len(samples.now.frame))


def _features(samples: Samples) -> list[tuple[object, ...]]:
    past = pd.concat([_thin(sample.frame) for sample in samples.cuts], ignore_index=True)
    now = _thin(samples.now.frame)
    people = past["person_id"].nunique()
    rows: list[tuple[object, ...]] = []
    for entry in samples.dictionary.to_dict("records"):
        feature = str(entry["feature"])
        before, after = classes(past[feature], now[feature], str(entry["kind"]))
        value, noise = stability(before, after, people, len(now))
        known = value >= SOME and value > BEYOND_CHANCE * noise
        shift = "none" if not known else "large" if value >= LARGE else "some"
        unknown = float(past[feature].isna().mean()), float(now[feature].isna().mean())
        rows.append((feature, entry["family"], value, noise, shift, *unknown))
    return rows


def _thin(frame: pd.DataFrame) -> pd.DataFrame:
    """At most MOST of the people: an index of so many is exact enough."""
    return frame.iloc[thinned(frame["person_id"], MOST)]


def classes(past: pd.Series, now: pd.Series, kind: str) -> tuple[Ints, Ints]:
    """Counts by class, past and now: categories, or the tenths of the past; unknown is a class."""
    if kind == CATEGORY:
        both = pd.concat([past, now], ignore_index=True)
        codes = pd.factorize(both.where(both.notna()), use_na_sentinel=False)[0]
        size = int(codes.max()) + 1 if len(codes) else 1
        parts = codes[: len(past)], codes[len(past) :]
    else:
        figures = [pd.to_numeric(each, errors="coerce").to_numpy(np.float64) for each in (past, now)]
        known = figures[0][np.isfinite(figures[0])]
        bounds = np.unique(np.quantile(known, np.arange(1, CLASSES) / CLASSES)) if len(known) else np.zeros(0)
        size = len(bounds) + 2
        parts = tuple(_binned(each, bounds) for each in figures)  # type: ignore[assignment]
    before, after = (np.bincount(part, minlength=size).astype(np.int64) for part in parts)
    return before, after


def _binned(figures: Floats, bounds: Floats) -> Ints:
    known = np.isfinite(figures)
    codes = np.searchsorted(bounds, np.where(known, figures, 0.0), side="left") + 1
    return np.where(known, codes, 0).astype(np.int64)


def stability(past: Ints, now: Ints, people_past: int, people_now: int) -> tuple[float, float]:
    """Population stability index, sum of (a - e) ln(a / e) over the classes that anybody is in, and what chance gives.

    Empty classes count as half a person. Without any change the index has about the mean (classes - 1) (1/n + 1/m):
    it is the sum of both directions of the Kullback-Leibler divergence, each half a chi-square.
    """
    used = (past + now) > 0
    before, after = past[used].astype(float), now[used].astype(float)
    if not before.sum() or not after.sum() or used.sum() < 2:
        return 0.0, 0.0
    e = np.maximum(before, 0.5) / before.sum()
    a = np.maximum(after, 0.5) / after.sum()
    index = float(((a - e) * np.log(a / e)).sum())
    return index, float((used.sum() - 1) * (1 / max(people_past, 1) + 1 / max(people_now, 1)))


def _heterogeneity(prevalence: pd.DataFrame) -> float:
    """p of a chi-square test that the same share left after every cut-off; NaN for one cut-off or one class.

    People who were here at several cut-offs leave at most once, so the counts are independent enough for it.
    """
    people, left = prevalence["people"].to_numpy(float), prevalence["left"].to_numpy(float)
    total = left.sum() / people.sum() if people.sum() else math.nan
    if len(people) < 2 or not 0 < total < 1:
        return math.nan
    chi_square = float((np.square(left - people * total) / (people * total * (1 - total))).sum())
    return float(chdtrc(len(people) - 1, chi_square))
