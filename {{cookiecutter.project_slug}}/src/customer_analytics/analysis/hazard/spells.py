"""Spells that have left the engine: sorted, tidy, with a covariate that switches on at its age as two rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.hazard.columns import COMPLAINT, Source
from customer_analytics.analysis.hazard.design import tidy
from customer_analytics.analysis.hazard.risk_sets import Spells
from customer_analytics.analysis.survival.blocks import block

Floats = npt.NDArray[np.float64]
MOST_MODELLED = 20_000  # spells that a model is fitted to; of more customers a part by a hash of the id
_PARTS = 10_000


@dataclass(frozen=True)
class SpellTable:
    """Spells of one population. `raw`: the covariates by their names; one entry a row in the others: `entry`, `time`,
    `ended`, `owner` (number of the customer), `relation` (number of the contract with its renewals), `start` (day
    number, NaN without dates). `customers`: ids by owner; `switches`: columns of `raw` that switch; `share`: part of
    the customers that is held."""

    raw: pd.DataFrame
    entry: Floats
    time: Floats
    ended: Floats
    owner: npt.NDArray[np.int64]
    relation: npt.NDArray[np.int64]
    start: Floats
    customers: npt.NDArray[np.object_]
    switches: tuple[str, ...]
    share: float

    def __len__(self) -> int:
        return len(self.time)

    def rows(self, kept: npt.NDArray[np.bool_]) -> SpellTable:
        """Only these rows."""
        return SpellTable(
            self.raw[kept].reset_index(drop=True), self.entry[kept], self.time[kept], self.ended[kept],
            self.owner[kept], self.relation[kept], self.start[kept], self.customers, self.switches, self.share,
        )  # fmt: skip

    def of(self, names: Sequence[str]) -> SpellTable:
        """With these columns only."""
        return replace(self, raw=self.raw[[name for name in names if name in self.raw]])

    def firsts(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Places of the first and of the last row of each relation."""
        changes = np.flatnonzero(np.diff(self.relation)) + 1
        first = np.concatenate(([0], changes)).astype(np.int64) if len(self) else np.zeros(0, dtype=np.int64)
        return first, np.concatenate((first[1:] - 1, [len(self) - 1])).astype(np.int64) if len(self) else first

    def spells(self, x: Floats) -> Spells:
        """The rows with a matrix of covariates, for the fits."""
        return Spells(self.entry, self.time, self.ended, x, self.owner)

    def until(self, day: float) -> tuple[SpellTable, npt.NDArray[np.bool_]]:
        """What was known before `day` (day number), and which rows these are: later spells are gone, those that ended
        later run on."""
        age = day - 1 - self.start  # the last day known
        kept = (self.start < day) & (np.maximum(self.entry, -1) < age)
        cut = self.rows(kept)
        age = age[kept]
        later = cut.time > age
        known = SpellTable(
            cut.raw, cut.entry, np.where(later, age, cut.time), np.where(later, 0.0, cut.ended), cut.owner,
            cut.relation, cut.start, cut.customers, cut.switches, cut.share,
        )  # fmt: skip
        return known, kept


def share_to_model(customers: int) -> float:
    """Part of the customers that a model is fitted to."""
    return min(1.0, MOST_MODELLED / max(customers, 1))


def part_of(table: ir.Table, person: str, share: float) -> ir.Table:
    """A part of the people of a table, by a hash of their id: the same in every run and on every engine."""
    return table if share >= 1 else table.filter(block(table[person].cast("string"), _PARTS, 3) < round(share * _PARTS))


def fetch(spells: ir.Table, sources: Sequence[Source], share: float = 1.0) -> SpellTable:
    """The spells of a part of the customers, sorted, so that the same data give the same figures to the last digit."""
    table = part_of(spells, "customer_id", share).to_pandas()
    coded = [f"c{place}" for place, source in enumerate(sources) if source.name != COMPLAINT]
    table["customer_id"] = table["customer_id"].astype(str)
    keys = [name for name in ("customer_id", "relation", "entry", "time", "gone", "start") if name in table]
    table = table.sort_values([*keys, *coded], ignore_index=True, kind="stable", key=_sortable)
    split, switched = _switched(table)
    names = [source.name for source in sources if source.name != COMPLAINT]
    places = [f"c{place}" for place, source in enumerate(sources) if source.name != COMPLAINT]
    raw = tidy(split[places].set_axis(names, axis=1))
    switches: tuple[str, ...] = ()
    if any(source.name == COMPLAINT for source in sources):
        raw[COMPLAINT], switches = switched, (COMPLAINT,)
    customers, owner = np.unique(split["customer_id"].to_numpy(object).astype(str), return_inverse=True)
    return SpellTable(
        raw, split["entry"].to_numpy(float), split["time"].to_numpy(float), split["gone"].to_numpy(float),
        owner.reshape(-1).astype(np.int64), _numbered(split), split["start"].to_numpy(float),
        customers.astype(object), switches, share,
    )  # fmt: skip


def _numbered(table: pd.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each relation, ascending in the order of the rows."""
    keys = table[["customer_id", "relation"]]
    return np.cumsum((keys != keys.shift()).any(axis=1).to_numpy(bool)).astype(np.int64)


def _sortable(column: pd.Series) -> pd.Series:
    """Values that sort whatever they are: decimals, flags and texts with gaps as texts."""
    return column if pd.api.types.is_numeric_dtype(column) else column.astype(str)


def _switched(table: pd.DataFrame) -> tuple[pd.DataFrame, Floats]:
    """The rows with those cut in two in which somebody complained, and 1 in the rows from then on.

    Until the complaint it is not known: counting it from the beginning would count time that only those can have who
    stayed long enough to complain.
    """
    age = table["complaint_age"].to_numpy(float)
    inside = (age > table["entry"].to_numpy(float)) & (age < table["time"].to_numpy(float)) & (age >= 0)
    order = np.concatenate((np.arange(len(table)), np.flatnonzero(inside)))
    second = np.concatenate((np.zeros(len(table), dtype=bool), np.ones(int(inside.sum()), dtype=bool)))
    both = table.iloc[order].assign(second=second)
    first = np.concatenate((inside, np.zeros(int(inside.sum()), dtype=bool)))
    when = both["complaint_age"].to_numpy(float)
    both["entry"] = np.where(second, when, both["entry"].to_numpy(float))
    both["time"] = np.where(first, when, both["time"].to_numpy(float))
    both["gone"] = np.where(first, 0, both["gone"].to_numpy(float))
    known = second | (when <= both["entry"].to_numpy(float).clip(min=0))
    made = both.assign(known=known.astype(float)).iloc[np.lexsort((second, order))]
    return made.drop(columns=["second", "known"]).reset_index(drop=True), made["known"].to_numpy(float)
