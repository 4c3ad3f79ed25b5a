"""Why a probability is what it is: what each reason adds, what the model lives on, how steady that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Samples
from customer_analytics.analysis.reasons import importance as shuffled
from customer_analytics.analysis.reasons import last_path, topics, trails
from customer_analytics.analysis.reasons.contributions import RULE_TOPIC, RULE_TOPICS, explain, rule_contributions
from customer_analytics.analysis.reasons.customers import COLUMNS, MOST, Ranking, named, per_customer
from customer_analytics.analysis.reasons.directions import directions
from customer_analytics.analysis.reasons.held_out import held_out, learned, redrawn
from customer_analytics.analysis.reasons.last_path import LastPath
from customer_analytics.analysis.reasons.leaves import Floats
from customer_analytics.analysis.reasons.stability import MOST_PEOPLE, REFITS, Stability, stability
from customer_analytics.analysis.scoring.models import Model, sampled
from customer_analytics.analysis.scoring.result import ScoringResult
from customer_analytics.tables.store import Tables

BASE_PEOPLE = 10_000  # of the base population that contributions are measured against
LEVEL = 0.01  # q from which a family carries something
MOST_FEATURES = 8  # whose direction is told


@dataclass(frozen=True)
class ReasonsResult:
    """Reasons of the people who are here now, and what the forecast lives on.

    `reason`: "" or why there are none ("not_scored", "nothing_predicts", "nobody"). `method`: "logistic", "trees" or
    the rule in use, whose only reason is the rule itself. `per_customer`: person_id, reason_k, family_k and
    contribution_k (see customers.per_customer), in the order of samples.now. `base`: mean log odds of the base
    population; `base_people`: people in it. `importance`, `topic_importance`: by family, and by topic of the families
    that carry something (importance.importance; empty for a rule). `steadiness`: None for a rule. `directions`: see
    directions.directions. `counts`: family, people (who have it as a reason), first (as the first one). `linked`:
    family, other, correlation: the strongest rank correlation of a feature with one of another family. `path`: last
    path of leavers.
    """

    reason: str
    method: str = ""
    per_customer: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["person_id", *COLUMNS]))
    base: float = float("nan")
    base_people: int = 0
    importance: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(shuffled.COLUMNS)))
    topic_importance: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(shuffled.COLUMNS)))
    steadiness: Stability | None = None
    directions: pd.DataFrame = field(default_factory=pd.DataFrame)
    counts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["family", "people", "first"]))
    linked: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["family", "other", "correlation"]))
    path: LastPath = field(default_factory=LastPath)

    @property
    def is_model(self) -> bool:
        """Whether a model of many features gives the reasons, not a rule."""
        return self.steadiness is not None

    @property
    def carrying(self) -> pd.DataFrame:
        """Families that the forecast is worse without, beyond chance, the most important first."""
        return self.importance[(self.importance["q"] < LEVEL) & (self.importance["low"] > 0)].reset_index(drop=True)


def analyse(
    tables: Tables | None, samples: Samples, scoring: ScoringResult, seed: int, least: int = 30
) -> ReasonsResult:
    """Explain the chosen method.

    Args:
        tables: for the last path; None: none (contracts without dates).
        samples: those that the scoring learned from, without what was set aside.
        scoring: the tested methods and the probabilities of now.
        seed: start of everything random.
        least: smallest base of a rate or share.
    """
    path = _path(tables, samples, seed, least) if samples.cuts else LastPath(reason="few_left")
    if not scoring.is_estimable:
        return ReasonsResult("not_scored", path=path)
    if scoring.nothing_predicts:
        return ReasonsResult("nothing_predicts", scoring.chosen, path=path)
    if not isinstance(scoring.model, Model):
        return _of_rule(samples, scoring, path)
    return _of_model(samples, scoring, scoring.model, seed, least, path)


def _of_rule(samples: Samples, scoring: ScoringResult, path: LastPath) -> ReasonsResult:
    people = samples.now.frame[["person_id"]].merge(scoring.now, on="person_id", how="left")
    parts = rule_contributions(people["probability"].to_numpy(np.float64))
    topic = RULE_TOPICS.get(scoring.chosen, RULE_TOPIC)
    table = named(Ranking((topic,), {topic: topic.split(".")[0]}).table(parts), people)
    return ReasonsResult("", scoring.chosen, table, counts=_counts(table), base_people=len(people), path=path)


def _of_model(
    samples: Samples, scoring: ScoringResult, model: Model, seed: int, least: int, path: LastPath
) -> ReasonsResult:
    used = samples.dictionary[samples.dictionary["feature"].isin(model.design.features)]
    topic_of, family_of = topics.topics(used), topics.listed(used)
    now = samples.now.frame
    if not len(now):
        return ReasonsResult("nobody", scoring.chosen, path=path)
    base = now.iloc[sampled(now, BASE_PEOPLE, seed)]
    explainer = explain(model, base, topic_of)
    table = per_customer(explainer, now, family_of)
    tests = held_out(samples.cuts, scoring, seed)
    families = topics.by_family(used)
    by_family = shuffled.importance(tests, families, seed)
    carrying = set(by_family.loc[by_family["q"] < LEVEL, "group"])
    subjects = topics.by_topic(used[used["family"].isin(carrying)])
    by_topic = shuffled.importance(tests, subjects, seed, 1)
    some = base.iloc[sampled(base, MOST_PEOPLE, seed)]
    draws = redrawn(learned(samples.cuts, scoring), model, REFITS, seed)
    frames = {cut.cut: cut.frame for cut in samples.cuts}
    leading = _leading(by_topic, subjects, base, model.predict(base))
    family_by_feature = dict(zip(used["feature"].astype(str), used["family"].astype(str), strict=True))
    chosen = {feature: family_by_feature[feature] for feature in leading}
    return ReasonsResult(
        reason="",
        method=scoring.chosen,
        per_customer=table,
        base=explainer.base,
        base_people=len(base),
        importance=by_family,
        topic_importance=by_topic,
        steadiness=stability(explainer, draws, some, topic_of, family_of),
        directions=directions(chosen, frames, scoring.predictions, scoring.chosen, least),
        counts=_counts(table),
        linked=_linked(base, families),
        path=path,
    )


def _path(tables: Tables | None, samples: Samples, seed: int, least: int) -> LastPath:
    """What leavers did last; nothing where the data tell of no deeds."""
    done = None if tables is None else trails.deeds(tables)
    if done is None:
        return LastPath(reason="nothing")
    people = pd.concat([cut.frame[["person_id", "left"]].assign(cut=cut.cut) for cut in samples.cuts])
    return last_path.compare(*trails.read(done, trails.sample(people, seed)), least)


def _counts(table: pd.DataFrame) -> pd.DataFrame:
    """family, people who have it as a reason, first: those who have it as the first one; the most people first."""
    told = pd.concat([table[f"family_{k}"] for k in range(1, MOST + 1)]).dropna().value_counts()
    first = table["family_1"].dropna().value_counts()
    rows = [(str(family), int(people), int(first.get(family, 0))) for family, people in told.items()]
    counts = pd.DataFrame(rows, columns=["family", "people", "first"])
    return counts.sort_values(["people", "family"], ascending=[False, True], ignore_index=True)


def _leading(
    importance: pd.DataFrame, members: Mapping[str, Sequence[str]], frame: pd.DataFrame, probability: Floats
) -> list[str]:
    """Of each topic that carries something, the feature that goes with the probability most."""
    found = []
    for topic in importance.loc[importance["q"] < LEVEL, "group"].head(MOST_FEATURES):
        numbers = [name for name in members[topic] if pd.api.types.is_numeric_dtype(frame[name])]
        if numbers:
            ranks = frame[numbers].rank().corrwith(pd.Series(probability, index=frame.index).rank()).abs().fillna(0.0)
            found.append(max(numbers, key=lambda name: (float(ranks[name]), name)))
        else:
            found.append(members[topic][0])
    return found


def _linked(frame: pd.DataFrame, families: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """For each family the family it overlaps with most: the strongest rank correlation between their features."""
    family_of = {name: family for family, names in families.items() for name in names}
    numbers = [name for name in family_of if pd.api.types.is_numeric_dtype(frame[name])]
    ranks = frame[numbers].rank()
    matrix = ranks[[name for name in numbers if ranks[name].std() > 0]].corr().abs()
    rows = []
    for family in sorted(families):
        own = [name for name in matrix.columns if family_of[name] == family]
        others = [name for name in matrix.columns if family_of[name] != family]
        if not own or not others:
            continue
        strongest = matrix.loc[own, others].max()
        name = str(strongest.idxmax())
        rows.append((family, family_of[name], float(strongest[name])))
    return pd.DataFrame(rows, columns=["family", "other", "correlation"])
