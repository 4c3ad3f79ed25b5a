"""Whether the probabilities hold for every group of customers: seen against promised, out of time, by group."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.special import ndtr

from customer_analytics.analysis.churn.samples import Samples
from customer_analytics.analysis.features.feature import CATEGORY
from customer_analytics.analysis.model_checks.panel import Flags, Floats, Ints
from customer_analytics.analysis.model_checks.result import SUBGROUPS, Subgroups
from customer_analytics.analysis.model_checks.single import area
from customer_analytics.analysis.scoring.measures import captured, grouped, ranking
from customer_analytics.analysis.scoring.result import ScoringResult
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.statistics import Z95, holm, wilson

FAMILIES = ("profile", "origin", "contract")
AGE = ("age", "age_years")
AGE_CLASSES = ((0, 25, "under_25"), (25, 40, "25_39"), (40, 60, "40_59"), (60, 200, "60_up"))
TENURE = "days_since_first"
TENURE_CLASSES = ((0, 90, "under_90"), (90, 365, "90_364"), (365, 100_000, "365_up"))
UNKNOWN = ""  # the group of those of whom nothing is known
TOP = 0.1
FEW_LEAVERS = 10  # in the first tenth: below it only the interval of the lift is given


def subgroups(samples: Samples, scoring: ScoringResult | None, parameters: ChurnParameters) -> Subgroups:
    """Compare the chosen method's probabilities at the tested cut-offs with what happened, by group.

    Args:
        samples: with the columns to group by (categories of profile, origin and contract; age and time as a customer
            in classes).
        scoring: the predictions.
        parameters: `minimum_base` is the least number of persons of a group.
    """
    empty = pd.DataFrame(columns=SUBGROUPS)
    if scoring is None or not scoring.is_estimable or not len(scoring.predictions):
        return Subgroups(empty, {}, 0, "no_scores")
    rows = scoring.predictions[["cut", "person_id", "left", scoring.chosen]]
    frame = pd.concat([sample.frame.assign(cut=sample.cut) for sample in samples.cuts], ignore_index=True)
    columns = _columns(frame, samples.dictionary)
    if not columns:
        return Subgroups(empty, {}, len(rows), "no_columns")
    keyed = pd.DataFrame({"cut": frame["cut"], "person_id": frame["person_id"], **columns})
    rows = rows.merge(keyed, on=["cut", "person_id"], how="left")
    person = pd.factorize(rows["person_id"])[0].astype(np.int64)
    left, promised = rows["left"].to_numpy(float), rows[scoring.chosen].to_numpy(float)
    found, hidden = [], {}
    for name in columns:
        groups = rows[name].fillna(UNKNOWN).astype(str)
        sizes = rows["person_id"].groupby(groups).nunique().sort_index()
        small = small_groups(np.asarray(sizes, dtype=np.int64), parameters.minimum_base)
        if len(sizes) < 2 or small.sum() >= len(sizes) - 1:
            continue
        if small.any():
            hidden[name] = int(small.sum())
        for group in sizes.index[~small]:
            part = (groups == group).to_numpy(bool)
            found.append([name, group, int(sizes[group]), *_compared(left[part], promised[part], person[part])])
    table = pd.DataFrame(found, columns=[name for name in SUBGROUPS if name != "p_adjusted"])
    known = table["p"].notna().to_numpy(bool)
    table["p_adjusted"] = np.nan
    table.loc[known, "p_adjusted"] = holm(table.loc[known, "p"].to_numpy(float))
    return Subgroups(table[SUBGROUPS], hidden, len(rows), "" if len(table) else "no_groups")


def _columns(frame: pd.DataFrame, dictionary: pd.DataFrame) -> dict[str, pd.Series]:
    """Name -> group of each row."""
    groups: dict[str, pd.Series] = {}
    for entry in dictionary.to_dict("records"):
        feature = str(entry["feature"])
        if entry["kind"] == CATEGORY and entry["family"] in FAMILIES:
            groups[feature] = frame[feature]
        elif feature in AGE:
            groups[feature] = _classed(frame[feature], AGE_CLASSES)
        elif feature == TENURE:
            groups[feature] = _classed(frame[feature], TENURE_CLASSES)
    return groups


def _classed(values: pd.Series, classes: tuple[tuple[int, int, str], ...]) -> pd.Series:
    figures = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    named = np.full(len(figures), None, dtype=object)
    for low, high, name in classes:
        named[(figures >= low) & (figures < high)] = name
    return pd.Series(named, index=values.index)


def _compared(left: Floats, promised: Floats, person: Ints) -> list[float]:
    """left to lift_high of SUBGROUPS without p_adjusted; errors count each person once."""
    n, leavers = len(left), float(left.sum())
    rate, expected = leavers / n, float(promised.mean())
    difference = rate - expected
    error = math.sqrt(_clustered(left - promised - difference, person)) / n
    p = float(2 * ndtr(-abs(difference) / error)) if error > 0 else math.nan
    ratio, ratio_low, ratio_high = _ratio(left, promised, person)
    ranked = area(promised, left > 0)
    lift = _lift(promised, left)
    half = Z95 * error
    return [leavers, rate, expected, difference, difference - half, difference + half, p, ratio, ratio_low, ratio_high,
            *ranked, *lift]  # fmt: skip


def _clustered(rest: Floats, person: Ints) -> float:
    """Variance of a sum in which a person's rows go together."""
    _, codes = np.unique(person, return_inverse=True)
    return float(np.square(np.bincount(codes, weights=rest)).sum())


def _ratio(left: Floats, promised: Floats, person: Ints) -> tuple[float, float, float]:
    """Seen over promised, with its interval on the log scale (delta method)."""
    if not left.sum() or not promised.sum():
        return math.nan, math.nan, math.nan
    ratio = float(left.sum() / promised.sum())
    half = Z95 * math.sqrt(_clustered(left - ratio * promised, person)) / float(left.sum())
    return ratio, ratio * math.exp(-half), ratio * math.exp(half)


def _lift(promised: Floats, left: Floats) -> tuple[float, float, float]:
    """Rate of the first tenth of the group by probability over the rate of the group; ties are averaged."""
    rate, people = float(left.mean()), TOP * len(left)
    if rate == 0 or people < 1:
        return math.nan, math.nan, math.nan
    found = float(captured(*grouped(ranking(promised), left), [TOP])[0, 0])
    low, high = wilson(found, people)
    return (found / people / rate if found >= FEW_LEAVERS else math.nan), low / rate, high / rate


def apart(table: pd.DataFrame) -> Flags:
    """Which groups' probabilities are off beyond chance (Holm over all groups)."""
    return (table["p_adjusted"] < 0.05).to_numpy(bool)
