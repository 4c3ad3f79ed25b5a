"""One arm against its control, outcome by outcome: every reading of the same difference, as one row of `effects`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from customer_analytics.analysis.experiment import clusters, power, robust
from customer_analytics.analysis.experiment.estimate import NAN, Estimate, adjusted, compare, ratio
from customer_analytics.analysis.experiment.moments import SAME_BEFORE, UNITS, Moments

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Outcome
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

RATIOS = (("revenue_per_order", "revenue", "orders"), ("margin_per_order", "margin", "orders"))


@dataclass(frozen=True)
class Pair:
    """An arm and its control. `treated_clusters`, `control_clusters`: where clusters were drawn, else None.

    `sent`: share to whom something was sent, less the control's; NaN where not known.
    """

    campaign: str
    arm: str
    control: str
    treated: Moments
    untreated: Moments
    treated_clusters: Moments | None = None
    untreated_clusters: Moments | None = None
    sent: float = NAN

    @property
    def is_clustered(self) -> bool:
        """Whether clusters were drawn."""
        return self.treated_clusters is not None and self.untreated_clusters is not None

    @property
    def names(self) -> dict[str, str]:
        """The columns that say which comparison it is."""
        return {"campaign": self.campaign, "arm": self.arm, "control": self.control}

    def resamples(self, rng: np.random.Generator) -> robust.Resamples:
        """Both arms over resampled blocks of customers, or over resampled clusters."""
        if self.treated_clusters is not None and self.untreated_clusters is not None:
            return robust.Resamples(self.treated_clusters, self.untreated_clusters, rng, UNITS)
        return robust.Resamples(self.treated, self.untreated, rng)

    def estimate(self, column: str, kind: str, rng: np.random.Generator) -> Estimate:
        """The difference of the means of a column."""
        if self.treated_clusters is not None and self.untreated_clusters is not None:
            return clusters.compare(self.treated_clusters, self.untreated_clusters, column, rng)
        return compare(self.treated, self.untreated, column, kind)


def effect_row(
    pair: Pair,
    outcome: Outcome,
    parameters: CampaignEvaluationParameters,
    rng: np.random.Generator,
    resamples: robust.Resamples,
) -> dict[str, Any]:
    """One outcome of one arm: the difference by assignment, and beside it every other reading of it."""
    column, treated, control = outcome.column, pair.treated, pair.untreated
    known = treated.knows(column) and control.knows(column)
    few = min(treated.n, control.n) < parameters.minimum_base
    found = Estimate(reason="unknown" if not known else "few")
    if known and not few:
        found = pair.estimate(column, outcome.kind, rng)
    row: dict[str, Any] = pair.names | {
        "outcome": outcome.name, "effect": found.effect, "low": found.low, "high": found.high,
        "relative": found.relative, "p": found.p, "kind": outcome.kind, "guardrail": outcome.guardrail,
        "n": treated.n, "n_control": control.n,
        "mean": treated.mean_of(column) if known and not few else NAN,
        "mean_control": control.mean_of(column) if known and not few else NAN,
        "standard_error": found.standard_error, "relative_low": found.relative_low,
        "relative_high": found.relative_high, "method": found.method, "reason": found.reason,
    }  # fmt: skip
    is_there = known and not found.reason
    row |= _before(pair, outcome, is_there) | _tail(pair, outcome, is_there, rng, resamples)
    return row | _reached(pair, found) | _power(pair, outcome, parameters, is_there, float(row["variance_saved"]))


def _before(pair: Pair, outcome: Outcome, is_there: bool) -> dict[str, float]:
    """CUPED: the same difference less what the period before explains (D7.3)."""
    before = SAME_BEFORE.get(outcome.name, "")
    found, saved = Estimate(), NAN
    if is_there and not pair.is_clustered and _varies(pair, before):
        found = adjusted(pair.treated, pair.untreated, outcome.column, before)
        plain = adjusted(pair.treated, pair.untreated, outcome.column, None).standard_error
        saved = 1 - (found.standard_error / plain) ** 2
    return {
        "effect_cuped": found.effect, "low_cuped": found.low, "high_cuped": found.high, "p_cuped": found.p,
        "variance_saved": saved,
    }  # fmt: skip


def _varies(pair: Pair, name: str) -> bool:
    arms = pair.treated, pair.untreated
    return all(arm.knows(name) for arm in arms) and sum(arm.variance_of(name) for arm in arms) > 0


def _tail(
    pair: Pair, outcome: Outcome, is_there: bool, rng: np.random.Generator, resamples: robust.Resamples
) -> dict[str, float]:
    """Numbers with a heavy tail: the largest cut, and customers (or clusters) resampled."""
    cut, low, high, name = Estimate(), NAN, NAN, outcome.column.replace("y_", "w_", 1)
    if is_there and name in pair.treated.names:
        if _varies(pair, name):
            cut = pair.estimate(name, outcome.kind, rng)
        low, high = resamples.interval(outcome.column)
    return {
        "effect_winsorised": cut.effect, "low_winsorised": cut.low, "high_winsorised": cut.high,
        "p_winsorised": cut.p, "low_bootstrap": low, "high_bootstrap": high,
    }  # fmt: skip


def _reached(pair: Pair, found: Estimate) -> dict[str, float]:
    """Effect among those reached, if assignment did nothing to the others (D7.6): the difference over their share."""
    share = pair.sent
    scale = 1 / share if share > 0 else NAN
    return {
        "reached": share, "effect_reached": found.effect * scale, "low_reached": found.low * scale,
        "high_reached": found.high * scale,
    }  # fmt: skip


def _power(
    pair: Pair, outcome: Outcome, parameters: CampaignEvaluationParameters, is_there: bool, saved: float
) -> dict[str, float]:
    """What these sizes could have seen; clusters count as many people as their spread is worth."""
    if not is_there:
        return dict.fromkeys(("smallest", "smallest_relative", "smallest_cuped", "power"), NAN)
    column, mean = outcome.column, pair.untreated.mean_of(outcome.column)
    spread = power.spread(pair.treated, pair.untreated, column)
    if pair.treated_clusters is not None and pair.untreated_clusters is not None:
        spread = power.cluster_spread(pair.treated_clusters, pair.untreated_clusters, column)
    smallest = power.smallest_difference(spread, parameters.power)
    left = math.sqrt(1 - saved) if saved > 0 else 1.0
    return {
        "smallest": smallest, "smallest_relative": smallest / mean if mean > 0 else NAN,
        "smallest_cuped": smallest * left,
        "power": power.power_to_see(spread, parameters.smallest_lift * mean) if mean > 0 else NAN,
    }  # fmt: skip


def ratio_rows(pair: Pair, columns: dict[str, str], parameters: CampaignEvaluationParameters) -> list[dict[str, Any]]:
    """Money an order, by the delta method over customers. `columns`: outcome -> its column."""
    rows = []
    for name, above, below in RATIOS:
        if above not in columns or below not in columns:
            continue
        first, second = pair.treated, pair.untreated
        if pair.treated_clusters is not None and pair.untreated_clusters is not None:
            first, second = pair.treated_clusters, pair.untreated_clusters
        places = columns[above], columns[below]
        if not all(arm.knows(place) for arm in (first, second) for place in places):
            continue
        orders = min(pair.treated.total(places[1]), pair.untreated.total(places[1]))
        found = Estimate(reason="few") if orders < parameters.minimum_base else ratio(first, second, *places)
        means = [
            arm.mean_of(places[0]) / arm.mean_of(places[1]) if not found.reason else NAN for arm in (first, second)
        ]
        rows.append(
            pair.names | {
                "outcome": name, "effect": found.effect, "low": found.low, "high": found.high,
                "relative": found.relative, "p": found.p, "n": pair.treated.n, "n_control": pair.untreated.n,
                "mean": means[0], "mean_control": means[1], "relative_low": found.relative_low,
                "relative_high": found.relative_high, "method": found.method, "reason": found.reason,
            }
        )  # fmt: skip
    return rows
