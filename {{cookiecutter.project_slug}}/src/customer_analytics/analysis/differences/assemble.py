"""Effects by group, tested over all groups of all campaigns at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Campaigns, Outcome
from customer_analytics.analysis.differences import cells, classes
from customer_analytics.analysis.differences.interaction import interaction, shrunken
from customer_analytics.analysis.differences.result import BUILT_IN, LEVELS, RATE, TESTS, Differences
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.statistics import benjamini_hochberg

LEAST_OF_NUMBERS = 100  # people in an arm of a level, where the outcome is no yes or no: its mean has to be normal
OTHERS = "…"  # the client's smaller values together
TRUSTED = ("A", "C")  # grades of campaigns whose arms were drawn: sound, or with a doubtful sample ratio


def differences(
    campaigns: Campaigns, experiments: Experiments | None, parameters: CampaignEvaluationParameters
) -> Differences:
    """The effect of each contact arm on the main outcome by pre-stated groups, and whether it differs between them.

    Args:
        campaigns: who was assigned to what, and what they did.
        experiments: the checks of each campaign; one that failed them takes no part.
        parameters: `groups` (empty: recency, frequency and value), `before_days`, `minimum_base`, `power`.
    """
    outcome = campaigns.outcome(campaigns.main)
    grades = graded(campaigns, experiments)
    if outcome is None or not grades:
        return Differences(outcome, reason="no_campaigns")
    groups: tuple[classes.Ranges | str, ...] = (*classes.ranges(campaigns, parameters), *classes.columns(campaigns))
    if not groups:
        return Differences(outcome, reason="no_groups")
    tests: list[dict[str, Any]] = []
    levels: list[dict[str, Any]] = []
    for group in groups:
        frame = cells.sums(campaigns, outcome, group)
        if not isinstance(group, classes.Ranges):
            frame = cells.with_few_levels(frame, OTHERS)
        for row in campaigns.compared():
            if str(row["campaign"]) not in grades:
                continue
            own = frame[frame["code"] == row["code"]]
            for arm in campaigns.arms_of(int(row["code"])).iloc[1:].to_dict("records"):
                known = {
                    "campaign": row["campaign"], "code": int(row["code"]), "arm": arm["arm"],
                    "number": int(arm["number"]), "control": row["control"],
                    "group": group.name if isinstance(group, classes.Ranges) else group[len(classes.PREFIX) :],
                }  # fmt: skip
                test, told = _one(own, known, group, outcome, parameters, clustered=_clustered(campaigns))
                tests.append(test | {"grade": grades[str(row["campaign"])]})
                levels += told
    return _told(outcome, groups, tests, levels)


def graded(campaigns: Campaigns, experiments: Experiments | None) -> dict[str, str]:
    """Grade of each campaign whose effects may be told: its code -> A, or C where the sample ratio is doubtful."""
    if experiments is None:
        return {}
    names = [str(row["campaign"]) for row in campaigns.compared()]
    return {name: grade for name in names if (grade := experiments.grade(name)) in TRUSTED}


def _clustered(campaigns: Campaigns) -> bool:
    return campaigns.unit != "customer"


def _one(
    rows: pd.DataFrame,
    known: dict[str, Any],
    group: classes.Ranges | str,
    outcome: Outcome,
    parameters: CampaignEvaluationParameters,
    *,
    clustered: bool,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One row of TESTS without its q, and the rows of LEVELS."""
    arm, binary = known["number"], outcome.kind == "binary"
    nothing = known | {"levels": 0, "reason": "few"}
    nothing |= {f"rest{name}": int(rows.loc[rows["arm"] == number, "n"].sum()) for name, number in _sides(arm)}
    least = parameters.minimum_base if binary else max(LEAST_OF_NUMBERS, parameters.minimum_base)
    names, kept = cells.arms_by_level(rows, arm, least)
    if len(rows) == 0:
        return nothing | {"reason": "no_outcome"}, []
    if not names:
        return nothing, []
    found = cells.clustered(kept, names, arm) if clustered else cells.effects(kept, names, arm, binary=binary)
    if found is None:
        return nothing | {"reason": "few_clusters"}, []
    variance = np.diag(found.covariance)
    if len(names) == 1:
        test = nothing | {"levels": 1, "reason": "one_level"}
        drawn = shrunken(found.effect, variance, 0.0)
    else:
        seen = interaction(found.effect, found.covariance, parameters.power, found.clusters)
        drawn = shrunken(found.effect, variance, seen.spread)
        test = known | {
            "levels": len(names), "statistic": seen.statistic, "degrees": seen.degrees, "p": seen.p,
            "spread": seen.spread, "detectable": seen.detectable, "reason": "",
        }  # fmt: skip
    test |= {f"rest{name}": nothing[f"rest{name}"] - int(found.n[:, side].sum()) for name, side in _sides(1)}
    lines = []
    for number, name in enumerate(names):
        bounds = group.bounds(int(str(name))) if isinstance(group, classes.Ranges) else (math.nan, math.nan)
        lines.append(known | {
            "level": "" if isinstance(group, classes.Ranges) else str(name), "place": number, "from": bounds[0],
            "until": bounds[1], "n": int(found.n[number, 1]), "n_control": int(found.n[number, 0]),
            "mean": found.mean[number, 1], "mean_control": found.mean[number, 0], "effect": found.effect[number],
            "low": found.low[number], "high": found.high[number], "shrunk": drawn.effect[number],
            "shrunk_low": drawn.low[number], "shrunk_high": drawn.high[number],
        })  # fmt: skip
    return test, lines


def _sides(arm: int) -> tuple[tuple[str, int], ...]:
    return ("", arm), ("_control", 0)


def _told(
    outcome: Outcome,
    groups: tuple[classes.Ranges | str, ...],
    tests: list[dict[str, Any]],
    levels: list[dict[str, Any]],
) -> Differences:
    """The result, with q over every test that was made."""
    table = pd.DataFrame(tests).reindex(columns=list(TESTS))
    names = tuple(one.name if isinstance(one, classes.Ranges) else one[len(classes.PREFIX) :] for one in groups)
    order = {name: place for place, name in enumerate((*BUILT_IN, *sorted({*names} - {*BUILT_IN})))}
    tested = table["p"].notna().to_numpy()
    table["q"] = math.nan
    if tested.any():
        table.loc[tested, "q"] = benjamini_hochberg(table.loc[tested, "p"].to_numpy(np.float64))
    table["found"] = (table["q"] <= RATE).to_numpy()
    whole = ["levels", "degrees", "rest", "rest_control"]
    table[whole] = table[whole].astype("Int64")
    by_group = table["group"].map(order)
    table = table.assign(_place=by_group).sort_values(["code", "number", "_place"]).drop(columns="_place")
    told = pd.DataFrame(levels).reindex(columns=list(LEVELS))
    told = told.assign(_place=told["group"].map(order)).sort_values(["code", "number", "_place", "place"])
    return Differences(
        outcome, names, table.reset_index(drop=True), told.drop(columns="_place").reset_index(drop=True),
        int(tested.sum()),
    )  # fmt: skip
