"""Campaign evaluation over many synthetic clients: do 95 % intervals hold the truth in 95 of 100, do tests of nothing
find something in 5 of 100?

`python benchmarks/campaign_calibration.py [SEEDS] [CUSTOMERS]`, with the generated project's `src` on the path. Each
seed is another client with nine campaigns, of which eight were drawn by lot: an A/A test, effects, three depths of one
offer, an effect in one group alone, orders that are only moved, and a control group that lost a fifth of its rows.
Nothing is written or loaded: the sample's generator hands its campaigns over as the sums that the engine would make.
The truth of a campaign is the expectation over the planted probabilities.
"""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path

import pandas as pd

SEEDS, CUSTOMERS = 200, 5_000
HELPERS = next(Path(__file__).resolve().parents[1].glob("*/tests/analysis/experiment"))
READINGS = {"as assigned": ("low", "high"), "adjusted (CUPED)": ("low_cuped", "high_cuped"),
            "blocks resampled": ("low_bootstrap", "high_bootstrap")}  # fmt: skip
SLACK = 3.0  # standard errors that a rate may be away from its target


def effects(seeds: int, customers: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every effect of every seed beside its truth, and the verdict on every campaign."""
    sys.path.insert(0, str(HELPERS))
    from simulated_campaigns import simulated

    from customer_analytics.analysis.experiment import experiments
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

    rows, verdicts = [], []
    for seed in range(seeds):
        campaigns, truths = simulated(seed, customers)
        found = experiments(campaigns, CampaignEvaluationParameters())
        rows.append(found.effects.merge(truths, on=["campaign", "arm", "outcome"]).assign(seed=seed))
        verdicts.append(found.verdicts.assign(seed=seed))
    return pd.concat(rows, ignore_index=True), pd.concat(verdicts, ignore_index=True)


def told(name: str, hits: pd.Series, target: float) -> bool:
    """Print a rate beside its target; whether it is within SLACK standard errors of it."""
    rate, error = float(hits.mean()), math.sqrt(target * (1 - target) / len(hits))
    good = abs(rate - target) <= SLACK * error
    print(f"{name:58} {rate:7.2%} of {len(hits):5,}  target {target:.0%}  {'' if good else 'OFF'}")
    return good


def main(seeds: int, customers: int) -> int:
    """Measure and print; 1 where a rate is off."""
    from simulated_campaigns import LOST_ROWS, WITHOUT_EFFECT

    start = time.perf_counter()
    rows, verdicts = effects(seeds, customers)
    print(f"{seeds} clients of {customers:,} customers, {len(rows):,} effects, {time.perf_counter() - start:.0f} s")
    fine = []
    for outcome, part in rows.groupby("outcome", sort=False):
        for reading, (low, high) in READINGS.items():
            known = part[part[low].notna()]
            if len(known):
                inside = (known[low] <= known["truth"]) & (known["truth"] <= known[high])
                fine.append(told(f"{outcome}: truth inside, {reading}", inside, 0.95))
    for (campaign, arm), part in rows.groupby(["campaign", "arm"], sort=False):
        inside = (part["low"] <= part["truth"]) & (part["truth"] <= part["high"])
        by_client = inside.groupby(part["seed"]).mean()  # outcomes of one client go together: their mean is one draw
        fine.append(told(f"{campaign}, {arm}: truth inside, all outcomes", by_client, 0.95))
    nothing = rows[rows["campaign"].isin(WITHOUT_EFFECT)]
    for outcome, part in nothing.groupby("outcome", sort=False):
        fine.append(told(f"{outcome}: p below .05 where nothing was caused", part["p"] < 0.05, 0.05))
    any_found = nothing.groupby(["seed", "campaign"])["found"].any()
    print(f"{'anything claimed of such a campaign, after Holm':58} {any_found.mean():7.2%} of {len(any_found):5,}")
    sound = verdicts[verdicts["campaign"] != LOST_ROWS]
    fine.append(told("sample ratio: p below .05 in sound draws", sound["ratio_p"] < 0.05, 0.05))
    fine.append(told("balance: p below .05 in sound draws", sound["balance_p"] < 0.05, 0.05))
    lost = verdicts[verdicts["campaign"] == LOST_ROWS]
    print(f"{'lost rows: effect withheld':58} {(lost['ratio_level'] == 'alarm').mean():7.2%} of {len(lost):5,}")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.path.insert(0, str(HELPERS))
    given = [int(value) for value in sys.argv[1:]]
    sys.exit(main(*(given + [SEEDS, CUSTOMERS][len(given) :])))
