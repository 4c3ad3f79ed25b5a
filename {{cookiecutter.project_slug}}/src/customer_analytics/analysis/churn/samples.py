"""The people of each cut-off with what was known of them then and whether they left: what models are fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.facts import Facts
from customer_analytics.analysis.features.feature import CATEGORY
from customer_analytics.analysis.features.life import SNAPSHOT, part_of
from customer_analytics.analysis.features.table import FeatureSource, dictionary
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

FINENESS = 1_000_000  # parts that people are divided into by their ids
AT_ONCE = 150_000  # people and cut-offs whose features the engine works out in one go


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
    `most`: most people of a cut-off in a frame; `facts`: what was read of the data before."""

    cuts: tuple[Sample, ...]
    now: Sample
    dictionary: pd.DataFrame
    most: int
    facts: Facts | None = None

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
    their letters are taken: the same people at every cut-off and in every run.
    """
    source = FeatureSource(tables, study.kind, study.life)
    windows = study.windows
    counted = zip(*(study.population[name].astype(int) for name in ("cut", "people", "left")), strict=True)
    numbers = {cut: (people, left) for cut, people, left in counted}
    past = [
        _Part(cut, _people(tables, study, cut, parameters.training_sample / max(people, 1)), people)
        for cut, (people, _) in numbers.items()
    ]
    here = _people(tables, study, windows.now, 1.0)
    if study.kind == SNAPSHOT:
        here = here.filter(here.left == 0)
    now = _in_parts(windows.now, here, study.running)
    observed = windows.observation_days
    if study.kind == SNAPSHOT:  # one cut-off in both: who has ended, and who runs
        frames = _frames(source, past, observed)
        last = _frames(source, now, observed)[windows.now]
    else:
        frames = _frames(source, [*past, *now], observed)
        last = frames[windows.now]
    made = [Sample(cut, frames[cut], *numbers[cut]) for cut in windows.cuts]
    last = last.drop(columns="left")
    names = dictionary(tables, study.kind, source)
    return Samples(
        tuple(made), Sample(windows.now, last, len(last), 0), names, parameters.training_sample, source.facts
    )


@dataclass(frozen=True)
class _Part:
    """Some people of a cut-off (person_id, left, cut), at most so many."""

    cut: int
    people: ir.Table
    most: int


def _people(tables: Tables, study: Study, cut: int, share: float) -> ir.Table:
    """person_id, left and cut of who is here at a cut-off; below a share of 1 a sample of them."""
    people = study.people(tables, cut)
    if share < 1:
        people = people.filter(part_of(people.person_id, FINENESS) < round(share * FINENESS))
    return people.select("person_id", "left", cut=ibis.literal(cut, "int32"))


def _in_parts(cut: int, people: ir.Table, count: int) -> list[_Part]:
    """People in as many parts as keep what the engine holds at once small."""
    parts = max(1, -(-count // AT_ONCE))
    if parts == 1:
        return [_Part(cut, people, count)]
    number = part_of(people.person_id, parts)
    return [_Part(cut, people.filter(number == place), count // parts) for place in range(parts)]


def _batches(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Parts that are taken together, so that small data cross in one piece."""
    batches: list[list[_Part]] = [[]]
    size = 0
    for part in parts:
        if batches[-1] and size + part.most > AT_ONCE:
            batches.append([])
            size = 0
        batches[-1].append(part)
        size += part.most
    return batches


def _frames(source: FeatureSource, parts: Sequence[_Part], observed: int) -> dict[int, pd.DataFrame]:
    """person_id, left and the features of the people of each cut-off, sorted by person_id."""
    found: dict[int, list[pd.DataFrame]] = {part.cut: [] for part in parts}
    for batch in _batches(parts):
        tables = [part.people for part in batch]
        together = (tables[0] if len(tables) == 1 else ibis.union(*tables)).cache()
        table = source.table(together, tuple(dict.fromkeys(part.cut for part in batch)), observed)
        frame = crossed(table, dictionary(source.tables, source.kind, source))
        for cut in dict.fromkeys(part.cut for part in batch):
            found[cut].append(frame[frame["cut"] == cut].drop(columns="cut"))
    return {
        cut: (own[0] if len(own) == 1 else pd.concat(own)).sort_values("person_id", ignore_index=True)
        for cut, own in found.items()
    }


def crossed(table: ir.Table, names: pd.DataFrame) -> pd.DataFrame:
    """The crossing: person_id, cut, left and the features of a dictionary."""
    features = [str(name) for name in names["feature"]]
    arrow = table.select("person_id", "cut", "left", *features).to_pyarrow()
    categories = set(names.loc[names["kind"] == CATEGORY, "feature"])
    types = {"left": "int64"} | {name: object if name in categories else "float64" for name in features}
    frame: pd.DataFrame = arrow.to_pandas(split_blocks=True, self_destruct=True).astype(types, copy=False)
    return frame
