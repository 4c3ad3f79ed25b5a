"""The people of each cut-off with what was known of them then and whether they left: what models are fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
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
AT_ONCE = 400_000  # people of all cut-offs together that cross in one piece


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
    windows = study.windows
    counts = study.population.set_index("cut")
    numbers = {cut: (int(counts.loc[cut, "people"]), int(counts.loc[cut, "left"])) for cut in windows.cuts}
    past = {cut: _people(tables, study, cut, parameters.training_sample / max(numbers[cut][0], 1)) for cut in numbers}
    here = _people(tables, study, windows.now, 1.0)
    if study.kind == SNAPSHOT:
        here = here.filter(here.left == 0)
    observed, end = windows.observation_days, windows.now
    everybody = sum(min(people, parameters.training_sample) for people, _ in numbers.values()) + study.running
    if everybody <= AT_ONCE and study.kind != SNAPSHOT:
        frames = _frames(source, {**past, end: here}, observed, names)
        now = frames[end]
    else:  # a crossing each, or all would be in memory at once; and a snapshot has one cut-off in both
        frames = _frames(source, past, observed, names)
        now = _frames(source, {end: here}, observed, names)[end]
    made = [Sample(cut, frames[cut], *numbers[cut]) for cut in windows.cuts]
    return Samples(tuple(made), Sample(end, now.drop(columns="left"), len(now), 0), names, parameters.training_sample)


def _people(tables: Tables, study: Study, cut: int, share: float) -> ir.Table:
    """person_id, left and cut of who is here at a cut-off; below a share of 1 a sample of them."""
    people = study.people(tables, cut)
    if share < 1:
        people = people.filter(block(people.person_id, FINENESS, SALT) < round(share * FINENESS))
    return people.select("person_id", "left", cut=ibis.literal(cut, "int32"))


def _frames(
    source: FeatureSource, people: Mapping[int, ir.Table], observed: int, names: pd.DataFrame
) -> dict[int, pd.DataFrame]:
    """person_id, left and the features of the people of each cut-off, sorted by person_id: one crossing for all."""
    if not people:
        return {}
    parts = list(people.values())
    together = (parts[0] if len(parts) == 1 else ibis.union(*parts)).cache()
    table = source.table(together.select("person_id", "cut"), tuple(people), observed)
    labels = together.select("left", other_person="person_id", other_cut="cut")
    table = table.inner_join(labels, [("person_id", "other_person"), ("cut", "other_cut")])
    features = [str(name) for name in names["feature"]]
    arrow = table.select("person_id", "cut", "left", *features).to_pyarrow()
    categories = set(names.loc[names["kind"] == CATEGORY, "feature"])
    types = {"left": "int64"} | {name: object if name in categories else "float64" for name in features}
    frame: pd.DataFrame = arrow.to_pandas().astype(types)
    del arrow
    frame = frame.sort_values(["cut", "person_id"], ignore_index=True)
    return {cut: frame[frame["cut"] == cut].drop(columns="cut").reset_index(drop=True) for cut in people}
