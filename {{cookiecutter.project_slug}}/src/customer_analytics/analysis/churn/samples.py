"""The people of each cut-off with what was known of them then and whether they left: what models are fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.feature import CATEGORY
from customer_analytics.analysis.features.life import SNAPSHOT
from customer_analytics.analysis.features.table import FeatureSource, dictionary
from customer_analytics.analysis.survival.blocks import block
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

FINENESS = 1_000_000  # parts that people are divided into by their ids
SALT = 5


@dataclass(frozen=True)
class Sample:
    """The people of one cut-off.

    `cut`: day number of the first day that is not known. `frame`: person_id, left (0 or 1; absent for now) and the
    features, sorted by person_id. `population`: how many people were here, of whom `left` left (0 for now); the frame
    holds all of them or a sample.
    """

    cut: int
    frame: pd.DataFrame
    population: int
    left: int

    @property
    def share(self) -> float:
        """Share of the people that the frame holds."""
        return len(self.frame) / self.population if self.population else 1.0


@dataclass(frozen=True)
class Samples:
    """`cuts`: the past cut-offs, oldest first; `now`: everybody who is here now; `dictionary`: features.dictionary.
    `most`: most people of a cut-off in a frame."""

    cuts: tuple[Sample, ...]
    now: Sample
    dictionary: pd.DataFrame
    most: int

    @property
    def features(self) -> list[str]:
        """Names of the features."""
        return [str(name) for name in self.dictionary["feature"]]

    @property
    def sampled(self) -> bool:
        """Whether a cut-off has more people than its frame."""
        return any(len(sample.frame) < sample.population for sample in self.cuts)


def samples(tables: Tables, study: Study, parameters: ChurnParameters) -> Samples:
    """Features and labels of each past cut-off, and the features of everybody who is here now.

    Where a cut-off has more people than `training_sample`, those whose id falls into the first parts of a division by
    the letters of the id are taken: the same people at every cut-off and in every run.
    """
    source = FeatureSource(tables, study.kind, study.life)
    names = dictionary(tables, study.kind, source)
    observed = study.windows.observation_days
    counts = study.population.set_index("cut")
    past = []
    for cut in study.windows.cuts:
        number, left = int(counts.loc[cut, "people"]), int(counts.loc[cut, "left"])
        people = study.people(tables, cut)
        chosen = people if number <= parameters.training_sample else _some(people, parameters.training_sample / number)
        past.append(Sample(cut, _frame(source, chosen, cut, observed, names, labelled=True), number, left))
    now = study.windows.now
    here = study.people(tables, now)
    if study.kind == SNAPSHOT:
        here = here.filter(here.left == 0)
    frame = _frame(source, here, now, observed, names, labelled=False)
    return Samples(tuple(past), Sample(now, frame, len(frame), 0), names, parameters.training_sample)


def _some(people: ir.Table, share: float) -> ir.Table:
    return people.filter(block(people.person_id, FINENESS, SALT) < round(share * FINENESS))


def _frame(
    source: FeatureSource, people: ir.Table, cut: int, observed: int, names: pd.DataFrame, *, labelled: bool
) -> pd.DataFrame:
    """person_id, left and the features of these people, sorted by person_id: the one crossing."""
    people = people.select("person_id", "left").cache()
    table = source.table(people, cut, observed)
    if labelled:
        labels = people.select(other="person_id", left="left")
        table = table.inner_join(labels, [("person_id", "other")]).drop("other")
    features = [str(name) for name in names["feature"]]
    wanted = ["person_id", *(["left"] if labelled else []), *features]
    frame: pd.DataFrame = table.select(*wanted).to_pyarrow().to_pandas()
    categories = set(names.loc[names["kind"] == CATEGORY, "feature"])
    types = {name: object if name in categories else float for name in features}
    if labelled:
        types["left"] = int
    return frame.astype(types).sort_values("person_id", ignore_index=True)
