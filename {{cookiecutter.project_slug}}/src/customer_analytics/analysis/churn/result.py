"""The churn report's result: what leaving means, who is likely to leave, how sure that is, and what to do about it.

Each part stands in a package of its own; here they are called in the order in which they need one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from customer_analytics.analysis import scoring as scores
from customer_analytics.analysis.actions import ActionsResult
from customer_analytics.analysis.actions import analyse as act
from customer_analytics.analysis.churn.other_targets import Others, other_targets
from customer_analytics.analysis.churn.rules import rules
from customer_analytics.analysis.churn.samples import Samples, samples
from customer_analytics.analysis.churn.study import Study, study
from customer_analytics.analysis.features.life import SNAPSHOT
from customer_analytics.analysis.hazard.result import HazardResult
from customer_analytics.analysis.hazard.result import analyse as hazards
from customer_analytics.analysis.model_checks.drift import drift
from customer_analytics.analysis.model_checks.promise import promise
from customer_analytics.analysis.model_checks.result import Drift, EarlierScores, Promise, Screening, Subgroups
from customer_analytics.analysis.model_checks.screen import screen
from customer_analytics.analysis.model_checks.subgroups import subgroups
from customer_analytics.analysis.reasons.result import ReasonsResult
from customer_analytics.analysis.reasons.result import analyse as explain
from customer_analytics.analysis.scoring.result import ScoringResult
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class ChurnResult:
    """All parts; None where a part has nothing to work on: `study.reason`, else `scoring.reason`, says why.

    `samples`: people and features of each cut-off as they were screened; `screening`: what was found before any model
    was fitted; `scoring`: tested methods and the probabilities of now; `reasons`: importance and each customer's
    reasons; `drift`, `subgroups`, `promise`: whether the scores hold, for whom, and whether the last run's did;
    `actions`: money, tiers and what to do; `hazard`: how long people stay; `others`: repurchase and conversion.
    """

    parameters: ChurnParameters
    study: Study
    samples: Samples | None = None
    scoring: ScoringResult | None = None
    screening: Screening | None = None
    drift: Drift | None = None
    subgroups: Subgroups | None = None
    promise: Promise | None = None
    hazard: HazardResult | None = None
    actions: ActionsResult | None = None
    reasons: ReasonsResult | None = None
    others: Others | None = None


def analyse(tables: Tables, parameters: ChurnParameters, earlier: Sequence[EarlierScores] = ()) -> ChurnResult:
    """Everything about leaving. `earlier`: scores of earlier runs whose time is over.

    Raises:
        UserError: the parameters ask for something that the data do not hold.
    """
    found = study(tables, parameters)
    kept = promise(earlier, found, tables, parameters)
    staying = hazards(tables, found, parameters)
    if found.reason:
        return ChurnResult(parameters, found, promise=kept, hazard=staying)
    everything = samples(tables, found, parameters)
    screening = screen(everything, found, parameters.seed)
    people = screening.kept
    windows = found.windows
    complete = 0 if found.kind == SNAPSHOT else windows.gap_days + windows.horizon_days
    scored = scores.analyse(people, rules(people, found, parameters), parameters, complete)
    dated = None if found.kind == SNAPSHOT else tables
    why = explain(dated, people, scored, parameters.seed, parameters.minimum_base)
    return ChurnResult(
        parameters, found, people, scored, screening, reasons=why,
        drift=drift(people, found, scored), subgroups=subgroups(people, scored, parameters), promise=kept,
        hazard=staying, actions=act(tables, found, scored, why, parameters, people, staying),
        others=other_targets(tables, found, people, parameters),
    )  # fmt: skip
