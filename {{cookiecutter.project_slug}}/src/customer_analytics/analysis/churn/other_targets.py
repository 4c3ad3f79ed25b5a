"""The same engine on two other questions: who of the one-time buyers orders again, and who orders for the first time.

Both follow the cut-offs and windows of churn. What is foretold is that somebody does something, so `left` of these
samples is 1 where the order came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample, Samples, crossed
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.facts import Facts
from customer_analytics.analysis.features.life import ACTIVITY, ORDERS, Life, has_placed, life
from customer_analytics.analysis.features.table import FeatureSource, dictionary
from customer_analytics.analysis.scoring.assemble import analyse as score
from customer_analytics.analysis.scoring.result import ScoringResult
from customer_analytics.analysis.scoring.rules import CurveRule, Rule, RuleSet
from customer_analytics.analysis.stream.person_days import has_events
from customer_analytics.analysis.survival.blocks import block
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

ONCE, SILENCE = "days_there", "silent_days"
LATEST_CUTS, TESTS = 5, 3
FINENESS, SALT = 1_000_000, 5


@dataclass(frozen=True)
class Target:
    """One question. `counts`: cut, people, came (how many of them did it); `now`: people asked about now."""

    name: str
    counts: pd.DataFrame
    now: int
    scoring: ScoringResult


@dataclass(frozen=True)
class Others:
    """Repurchase of one-time buyers and first orders of those without one; None where the data do not hold it."""

    repurchase: Target | None = None
    conversion: Target | None = None

    @property
    def targets(self) -> tuple[Target, ...]:
        """The questions that the data hold."""
        return tuple(target for target in (self.repurchase, self.conversion) if target is not None)


def other_targets(tables: Tables, study: Study, kept: Samples, parameters: ChurnParameters) -> Others:
    """Both questions, where orders are what churn is about. `kept`: the screened samples of churn."""
    if study.kind != ORDERS:
        return Others()
    complete = study.windows.gap_days + study.windows.horizon_days
    return Others(
        _scored("repurchase", repurchase_samples(kept), parameters, complete),
        _scored("conversion", conversion_samples(tables, study, parameters, kept.facts), parameters, complete),
    )


def _scored(name: str, samples: Samples | None, parameters: ChurnParameters, complete: int) -> Target | None:
    if samples is None or not samples.cuts:
        return None
    rules: tuple[Rule, ...] = ()
    if SILENCE in samples.features:
        rules = (CurveRule("recency", SILENCE, falling=True),)
    counts = pd.DataFrame(
        [(sample.cut, len(sample.frame), int(sample.frame["left"].sum())) for sample in samples.cuts],
        columns=["cut", "people", "came"],
    )
    result = score(samples, RuleSet(rules), parameters, complete, tests=TESTS)
    return Target(name, counts, len(samples.now.frame), result)


def repurchase_samples(kept: Samples) -> Samples | None:
    """Of the people here at each cut-off those who had ordered on one day only; `left` is 1 where they came again."""
    if ONCE not in kept.features:
        return None

    def once(sample: Sample) -> Sample:
        frame = sample.frame[sample.frame[ONCE] == 1].reset_index(drop=True)
        if "left" not in frame.columns:
            return replace(sample, frame=frame, population=len(frame))
        frame["left"] = 1 - frame["left"]
        return replace(sample, frame=frame, population=len(frame), left=int(frame["left"].sum()))

    cuts = tuple(once(sample) for sample in kept.cuts[-LATEST_CUTS:])
    return replace(kept, cuts=cuts, now=once(kept.now))


def conversion_samples(
    tables: Tables, study: Study, parameters: ChurnParameters, known: Facts | None = None
) -> Samples | None:
    """Customers seen in the horizon before each cut-off who had never ordered; `left` is 1 where an order came.

    Only dated features: what is written into a customer's row, and whether anything is, may come with the first order.
    None where events do not name customers.
    """
    if not (has_events(tables) and has_placed(tables) and tables.has("events", "customer_id")):
        return None
    seen = life(tables, ACTIVITY, "customers")
    if seen.first is None:
        return None
    source = FeatureSource(tables, ACTIVITY, seen, known)
    windows = study.windows
    asked = [(cut, *windows.label(cut)) for cut in (*windows.cuts[-LATEST_CUTS:], windows.now)]
    frames, names = _frames(source, seen, study, asked, parameters)
    past = tuple(Sample(cut, frames[cut], len(frames[cut]), int(frames[cut]["left"].sum())) for cut, _, _ in asked[:-1])
    now = frames[windows.now].drop(columns="left")
    return Samples(past, Sample(windows.now, now, len(now), 0), names, parameters.training_sample)


def _frames(
    source: FeatureSource, seen: Life, study: Study, asked: list[tuple[int, int, int]], parameters: ChurnParameters
) -> tuple[dict[int, pd.DataFrame], pd.DataFrame]:
    """person_id, left and the dated features by cut-off, sorted by person_id; and the dictionary of these."""
    parts = [_without_order(seen, study, cut, start, end) for cut, start, end in asked]
    together = ibis.union(*parts).cache()
    largest = int(together.group_by("cut").aggregate(n=together.count()).n.max().to_pyarrow().as_py() or 0)
    if largest > parameters.training_sample:
        share = parameters.training_sample / largest
        together = together.filter(
            (together.cut == study.windows.now) | (block(together.person_id, FINENESS, SALT) < round(share * FINENESS))
        )
    cuts = tuple(cut for cut, _, _ in asked)
    table = source.table(together, cuts, study.windows.observation_days, lambda feature: feature.dated)
    names = dictionary(source.tables, ACTIVITY, source)
    names = names[names["dated"].astype(bool)].reset_index(drop=True)
    frame = crossed(table, names).sort_values(["cut", "person_id"], ignore_index=True)
    return {cut: frame[frame["cut"] == cut].drop(columns="cut").reset_index(drop=True) for cut in cuts}, names


def _without_order(seen: Life, study: Study, cut: int, start: int, end: int) -> ir.Table:
    """Who was seen in the horizon before the cut-off and had never ordered: person_id, left (1: ordered), cut."""
    recent = seen.spells.filter(seen.spells.day < cut, seen.spells.day >= cut - max(study.windows.horizon_days, 1))
    people = recent.select("person_id").distinct()
    orders = study.life.spells
    people = people.anti_join(orders.filter(orders.day < cut), "person_id")
    came = orders.filter(orders.day >= start, orders.day < end).select(came="person_id").distinct()
    joined = people.left_join(came, people.person_id == came.came)
    return joined.select(
        "person_id", left=joined.came.notnull().ifelse(1, 0).cast("int32"), cut=ibis.literal(cut, "int32")
    )
