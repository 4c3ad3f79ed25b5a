"""What the model loses on people of later cut-offs when a group of features is shuffled among them.

Features of a group are shuffled together, so that correlated ones cannot stand in for each other within it (Breiman
2001; Au, Herbinger, Stachl, Bischl, Casalicchio 2022). What loses nothing carries nothing: its interval holds zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr

from customer_analytics.analysis.reasons.contributions import features_of_columns
from customer_analytics.analysis.reasons.held_out import HeldOut
from customer_analytics.analysis.reasons.leaves import Floats
from customer_analytics.analysis.reasons.shuffling import shuffled
from customer_analytics.analysis.scoring.measures import losses
from customer_analytics.analysis.scoring.models import Model, one_thread, sampled
from customer_analytics.statistics import Z95, benjamini_hochberg

MOST_PEOPLE = 6_000  # of all tests together
SHUFFLES = 2
COLUMNS = ("group", "features", "drop", "low", "high", "p", "q", "share", "people", "tests")


def importance(
    tests: Sequence[HeldOut], groups: Mapping[str, Sequence[str]], seed: int, shuffles: int = SHUFFLES
) -> pd.DataFrame:
    """Rise of the log loss for each group, the largest first.

    Args:
        tests: people (person_id, left, features), each with a model that did not learn from them; of more than
            MOST_PEOPLE some are drawn.
        groups: the features of each group.
        seed: start of the shuffles.
        shuffles: of each group in each test; the interval counts people, not shuffles.

    Returns:
        COLUMNS: drop in nats a person (a model's log loss rises by so much without the group), its 95 % interval with
        each person as one unit over all cut-offs, p of "no rise" (one-sided), q over all groups, share of the rise
        that shuffling everything brings, people, and tests (cut-offs or folds).
    """
    names = [name for name in groups if groups[name]]
    if not tests or not names:
        return pd.DataFrame(columns=list(COLUMNS))
    everything = [feature for name in names for feature in groups[name]]
    most = max(MOST_PEOPLE // len(tests), 1)
    rows = [_rises(test, [*(groups[name] for name in names), everything], most, seed, shuffles) for test in tests]
    persons = pd.factorize(np.concatenate([persons for persons, _ in rows]))[0]
    rises = np.vstack([rise for _, rise in rows])
    means = rises.mean(axis=0)
    whole = float(means[-1])
    table = pd.DataFrame(
        [
            (name, len(groups[name]), float(means[place]), *interval_by_person(rises[:, place], persons))
            for place, name in enumerate(names)
        ],
        columns=list(COLUMNS[:6]),
    )
    table["q"] = benjamini_hochberg(table["p"].to_numpy(np.float64))
    table["share"] = table["drop"] / whole if whole > 0 else np.nan
    table["people"], table["tests"] = int(persons.max()) + 1, len(tests)
    return table.sort_values(["drop", "group"], ascending=[False, True], ignore_index=True)


def _rises(test: HeldOut, groups: Sequence[Sequence[str]], most: int, seed: int, shuffles: int) -> tuple[Any, Floats]:
    """Persons of a test, and the rise of each one's loss by group, mean over the shuffles."""
    generator = np.random.default_rng([seed, test.cut])
    frame = test.frame.iloc[sampled(test.frame, most, seed)]
    left = frame["left"].to_numpy(np.float64)
    of_column = np.array(features_of_columns(test.model), dtype=object)
    rises = np.zeros((len(frame), len(groups)))
    with one_thread():
        model = shuffled(test.model, test.model.matrix(frame))
        own_loss = _losses(test.model, model.whole, left)
        for place, features in enumerate(groups):
            columns = np.flatnonzero(np.isin(of_column, list(features)))
            for _ in range(shuffles if len(columns) else 0):  # a group without a column of the model loses nothing
                found = model.log_odds(columns, generator.permutation(len(frame)))
                rises[:, place] += (_losses(test.model, found, left) - own_loss) / shuffles
    return frame["person_id"].to_numpy(), rises


def _losses(model: Model, log_odds: Floats, left: Floats) -> Floats:
    """Loss of each person."""
    return losses(model.calibrator(np.asarray(expit(log_odds))), left)


def interval_by_person(rise: Floats, persons: Any) -> tuple[float, float, float]:
    """95 % interval of the mean and p of "not above zero"; the rows of one person count as one."""
    mean = float(rise.mean())
    sums = np.bincount(persons, weights=rise - mean)
    count = len(sums)
    error = float(np.sqrt((sums**2).sum() * count / max(count - 1, 1)) / len(rise))
    if error == 0:
        return mean, mean, 1.0 if mean <= 0 else 0.0
    return mean - Z95 * error, mean + Z95 * error, float(ndtr(-mean / error))
