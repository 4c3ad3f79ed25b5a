"""How long contracts and customers last, for whom, and which running ones end next: one typed result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.hazard import checks, columns, competing, contracts, proportional, tenure
from customer_analytics.analysis.hazard.accuracy import UNKNOWN, Measure, harrell
from customer_analytics.analysis.hazard.conditional import Model, conditional_end
from customer_analytics.analysis.hazard.cox import Cox, NoModel, fit_cox, term_table
from customer_analytics.analysis.hazard.dropout import Dropout, Histories, fit_dropout
from customer_analytics.analysis.hazard.lives import dropout_effects, fetch_lives, make_lives
from customer_analytics.analysis.hazard.proportional import HALVES
from customer_analytics.analysis.hazard.spells import SpellTable, fetch, share_to_model
from customer_analytics.analysis.survival.comparison import MOST_GROUPS, Comparison, compare, together
from customer_analytics.analysis.survival.contracts import contract_counts
from customer_analytics.analysis.survival.estimate import Curve, kaplan_meier
from customer_analytics.analysis.survival.lives import life_counts
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.study import Study

EPOCH = dt.date(1970, 1, 1)
CONTRACTS, LIVES = "contracts", "lives"
DAYS = "days"
USUAL_HORIZON = 90  # days, where no study says otherwise
MOST_COLUMNS = 6  # whose groups are compared
NO_DATA, TOO_FEW, NOBODY_LEFT = "no_data", "too_few", "nobody_left"
SCORES = (
    "customer_id", "contract", "age", "plan", "probability", "low", "high", "extrapolated",
)  # fmt: skip


@dataclass(frozen=True)
class Hazards:
    """One population, contracts or customers' lives.

    `reason`: "" or why nothing is estimable (too_few, nobody_left); `unit`: "days" or "tenure" (the export's own);
    `people`: contracts with their renewals, or customers; `ended`, `running` of them; `renewals` joined to what they
    continue; `unusable` rows. `curve` of all, `comparisons` by group (Holm over the columns). `cox` or `no_model`;
    `proportional`: as proportional.proportionality gives it; `concordance`: Harrell's C on the people fitted to;
    `tenure`: hazard by stretch of age with `tenure_p`; `quality`, `later`: the checks. `scores` (SCORES): one row a
    running contract, probability to end within `horizon` (in the unit; gap included). `incidence`: cumulative incidence
    by reason of the end. `share`: part of the customers that the model was fitted to. Of lives: `silence` in days means
    gone; `dropout` and `dropout_effects`: the model that needs no such verdict.
    """

    kind: str
    unit: str
    reason: str
    people: int
    ended: int
    unusable: int
    renewals: int
    horizon: float
    curve: Curve | None = None
    comparisons: tuple[Comparison, ...] = ()
    tenure: pd.DataFrame = field(default_factory=pd.DataFrame)
    tenure_p: float = float("nan")
    cox: Cox | None = None
    no_model: NoModel | None = None
    proportional: pd.DataFrame = field(default_factory=pd.DataFrame)
    concordance: Measure = UNKNOWN
    quality: checks.Quality | None = None
    later: checks.Later | None = None
    scores: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SCORES)))
    incidence: pd.DataFrame = field(default_factory=pd.DataFrame)
    share: float = 1.0
    silence: int = 0
    dropout: Dropout | None = None
    dropout_effects: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def effects(self) -> pd.DataFrame:
        """The effects that are told (cox.TABLE): of lives those of the model of dropout, else Cox's; empty without."""
        if len(self.dropout_effects):
            return self.dropout_effects
        return pd.DataFrame() if self.cox is None or self.kind == LIVES else self.cox.table

    @property
    def running(self) -> int:
        """Contracts that run, or customers who are here."""
        return self.people - self.ended

    @property
    def set_aside(self) -> pd.DataFrame:
        """Columns set aside before or in the fit: feature, reason, with_what."""
        if self.cox is not None:
            return self.cox.design.set_aside
        empty = pd.DataFrame(columns=["feature", "reason", "with_what"])
        return empty if self.no_model is None else self.no_model.set_aside

    def comparison(self, column: str) -> Comparison | None:
        """The comparison of a column's groups, where there is one."""
        return next((each for each in self.comparisons if each.column == column), None)


@dataclass(frozen=True)
class HazardResult:
    """Contracts and lives, each None where the data hold none. `main`: what the report is about comes first."""

    parameters: ChurnParameters
    contracts: Hazards | None
    lives: Hazards | None
    contracts_first: bool

    @property
    def parts(self) -> tuple[Hazards, ...]:
        """What there is, the main part first."""
        order = (self.contracts, self.lives) if self.contracts_first else (self.lives, self.contracts)
        return tuple(part for part in order if part is not None)

    @property
    def main(self) -> Hazards | None:
        """What survival.median and concordance speak of; None without contracts and lives."""
        return next((part for part in self.parts if not part.reason), self.parts[0] if self.parts else None)


def analyse(tables: Tables, study: Study | None, parameters: ChurnParameters) -> HazardResult:
    """Analyse contracts and lives. `study`: what leaving means here, with its windows; None: contracts alone.

    Raises:
        UserError: `covariates` or `end_reason` name columns that are not there.
    """
    judged = study is not None and study.kind in ("orders", "activity")
    lives = life_hazards(tables, study, parameters) if judged and study is not None else None
    return HazardResult(parameters, contract_hazards(tables, study, parameters), lives, not judged)


def life_hazards(tables: Tables, study: Study, parameters: ChurnParameters) -> Hazards | None:
    """The lives of customers without a contract; None where no silence means leaving."""
    covariates = columns.life_sources(tables, parameters)
    sources = columns.with_groups(tables, parameters, covariates, ["customers"])
    lives = make_lives(tables, study, sources)
    if lives is None:
        return None
    end = (tables.reference_day - EPOCH).days - 1
    counts, judged = life_counts(lives.table, end, lives.silence, lives.first)
    horizon = float(study.windows.gap_days + study.windows.horizon_days)
    sizes = (judged.people, judged.gone, judged.earlier + judged.too_new, 0, horizon)
    if judged.people < parameters.minimum_base:
        return Hazards(LIVES, DAYS, TOO_FEW, *sizes)
    share = share_to_model(judged.people)
    table, histories, kept = fetch_lives(lives, sources, end, share)
    wanted = _few_values(table, columns.group_columns(parameters, sources))
    names = {source.name: f"c{place}" for place, source in enumerate(sources)}
    compared = []
    for name in wanted:
        by_group = life_counts(lives.table, end, lives.silence, lives.first, names[name])[0]
        compared.append(_named(compare(names[name], by_group, parameters.minimum_base), name))
    base = Hazards(
        LIVES, DAYS, "" if judged.gone else NOBODY_LEFT, *sizes, kaplan_meier(counts),
        together([each for each in compared if each is not None]), *_tenure(counts, DAYS), share=share,
        silence=lives.silence,
    )  # fmt: skip
    table = table.of([source.name for source in covariates])
    return with_dropout(modelled(base, table.rows(kept), (), parameters), table, histories)


def with_dropout(base: Hazards, table: SpellTable, histories: Histories) -> Hazards:
    """The lives with the model of dropout in the terms of the Cox model that silence gives."""
    if base.cox is None:
        return base
    matrix = base.cox.design.matrix(table.raw)
    found = fit_dropout(histories, matrix)
    if found is None:
        return base
    terms = term_table(base.cox.design, table.spells(matrix))
    effects = dropout_effects(terms, found.coefficients, found.covariance, base.cox.table)
    tested = base.proportional.copy()
    tested[list(HALVES)] = np.nan  # half of these lives end within days: nothing lies before
    rates = found.hazards * np.exp(matrix.mean(axis=0) @ found.coefficients) * tenure.MONTH
    ages = {"from": found.edges[:-1].astype(int), "until": found.edges[1:].astype(int)}
    unknown = dict.fromkeys(("ended", "exposure", "low", "high"), np.nan)
    return replace(
        base, dropout=found, dropout_effects=effects, proportional=tested,
        tenure=pd.DataFrame({**ages, "rate": rates, **unknown})[list(base.tenure.columns)],
    )  # fmt: skip


def contract_hazards(tables: Tables, study: Study | None, parameters: ChurnParameters) -> Hazards | None:
    """The contracts; None without any."""
    reason = columns.reason_column(tables, parameters)
    unit = contracts.contract_unit(tables)
    if not unit:
        return None
    end = (tables.reference_day - EPOCH).days - 1
    covariates = columns.contract_sources(tables, parameters)
    sources = columns.with_groups(tables, parameters, covariates, ["subscriptions", "customers"])
    spells = contracts.contract_spells(tables, end, sources, reason).cache()
    relations = contracts.relation_rows(spells).cache()
    counts = contract_counts(relations, end, None)
    people, ended = int(counts[["ended", "censored"]].to_numpy().sum()), int(counts["ended"].sum())
    rows = int(tables["subscriptions"].count().to_pandas())
    used = int(spells.count().to_pandas())
    sizes = (people, ended, rows - used, used - people)
    horizon = _horizon(study, parameters, unit, counts)
    if people < parameters.minimum_base:
        return Hazards(CONTRACTS, unit, TOO_FEW, *sizes, horizon)
    share = share_to_model(people)
    table = fetch(spells, sources, share)
    names = {source.name: f"c{place}" for place, source in enumerate(sources)}
    wanted = _few_values(table, columns.group_columns(parameters, sources))
    base = Hazards(
        CONTRACTS, unit, "" if ended else NOBODY_LEFT, *sizes, horizon, kaplan_meier(counts),
        _comparisons(relations, end, {name: names[name] for name in wanted}, parameters.minimum_base),
        *_tenure(counts, unit), share=share, incidence=_incidence(relations, reason, parameters),
    )  # fmt: skip
    cuts = study.windows.cuts if study is not None and unit == DAYS and study.kind == CONTRACTS else ()
    table = table.of([source.name for source in covariates])
    return modelled(base, table, cuts or _cuts(table, unit, horizon), parameters, spells, sources)


def modelled(
    base: Hazards, table: SpellTable, cuts: Sequence[int], parameters: ChurnParameters,
    spells: ir.Table | None = None, sources: Sequence[columns.Source] = (),
) -> Hazards:  # fmt: skip
    """The population with its model, the checks and, with `spells`, the running contracts."""
    if not base.ended:
        return base
    found = fit_cox(table.raw, table.entry, table.time, table.ended, table.owner, table.switches)
    if isinstance(found, NoModel):
        return replace(base, no_model=found)
    matrix = table.spells(found.design.matrix(table.raw))
    return replace(
        base, cox=found, proportional=proportional.proportionality(found, matrix),
        concordance=_concordance(found, table),
        quality=checks.across_people(table, matrix.x, base.unit, parameters.seed) if base.kind == CONTRACTS else None,
        later=checks.across_time(table, matrix.x, cuts, int(base.horizon)) if base.unit == DAYS and cuts else None,
        scores=_scores(found, table, base, spells, sources),
    )  # fmt: skip


def _concordance(cox: Cox, table: SpellTable) -> Measure:
    """Harrell's C of the people whom the model was fitted to, by what was known of them at their beginning."""
    first, last = table.firsts()
    whole = table.entry[first] < 0
    risk = cox.predictor(table.raw.iloc[first[whole]])
    return harrell(table.time[last][whole], table.ended[last][whole], risk, table.owner[first][whole])


def _scores(
    cox: Cox, table: SpellTable, base: Hazards, spells: ir.Table | None, sources: Sequence[columns.Source]
) -> pd.DataFrame:
    """Every running contract with its probability to end within the horizon, given its age."""
    if spells is None:
        return base.scores
    if table.share < 1:
        within = ibis.window(group_by=[spells.customer_id, spells.relation])
        spells = spells.mutate(still=spells.gone.max().over(within)).filter(lambda t: t.still == 0).drop("still")
        table = fetch(spells, sources)
    first, last = table.firsts()
    over = np.maximum.reduceat(table.ended, first) if len(first) else table.ended
    rows = last[over == 0]
    raw = table.raw.iloc[rows]
    made = conditional_end(
        Model(cox.sums, cox.coefficients, cox.covariance), cox.design.matrix(raw), table.time[rows], base.horizon
    )
    made.insert(0, "customer_id", table.customers[table.owner[rows]])
    made.insert(1, "contract", made.groupby("customer_id").cumcount() + 1)
    made.insert(2, "age", table.time[rows].astype(np.int64))
    made.insert(3, "plan", raw["plan"].to_numpy() if "plan" in raw else None)
    return made[list(SCORES)].reset_index(drop=True)


def _horizon(study: Study | None, parameters: ChurnParameters, unit: str, counts: pd.DataFrame) -> float:
    """How far ahead: the windows of the study; of contracts without dates, a quarter of the median length so far."""
    if unit == DAYS:
        if study is not None:
            return float(study.windows.gap_days + study.windows.horizon_days)
        return float(parameters.gap_days + (parameters.horizon_days or USUAL_HORIZON))
    lengths = np.repeat(counts["time"].to_numpy(float), (counts["ended"] + counts["censored"]).to_numpy(np.int64))
    return max(1.0, round(float(np.median(lengths)) / 4)) if len(lengths) else 1.0


def _cuts(table: SpellTable, unit: str, horizon: float) -> tuple[int, ...]:
    """Past days a horizon apart, where the study has none for contracts."""
    if unit != DAYS or not len(table):
        return ()
    now = int(np.nanmax(table.start + table.time)) + 1
    first = int(np.nanmin(table.start))
    cuts = [now - int(horizon) * number for number in range(1, checks.MOST_CUTS + 1)]
    return tuple(sorted(cut for cut in cuts if cut - first >= horizon))


def _few_values(table: SpellTable, wanted: Sequence[str]) -> list[str]:
    """Columns with two to a dozen values: a curve for each age says nothing."""
    few = [name for name in wanted if name in table.raw and 2 <= table.raw[name].nunique() <= MOST_GROUPS + 4]
    return few[:MOST_COLUMNS]


def _comparisons(relations: ir.Table, end: int, wanted: dict[str, str], minimum: int) -> tuple[Comparison, ...]:
    """The groups of each column compared, under the client's own name."""
    found = [
        _named(compare(coded, contract_counts(relations, end, coded), minimum), name) for name, coded in wanted.items()
    ]
    return together([each for each in found if each is not None])


def _named(comparison: Comparison | None, name: str) -> Comparison | None:
    """A comparison under the client's own name of the column."""
    return None if comparison is None else replace(comparison, column=name)


def _tenure(counts: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, float]:
    table = tenure.hazard_by_tenure(counts, unit)
    return table, tenure.changes_with_tenure(table)


def _incidence(relations: ir.Table, reason: str | None, parameters: ChurnParameters) -> pd.DataFrame:
    if reason is None:
        return pd.DataFrame()
    counted = relations.group_by("time", "reason").aggregate(ended=relations.gone.sum(), n=relations.count())
    counts = counted.to_pandas()
    counts["censored"] = counts.pop("n") - counts["ended"]
    return competing.cumulative_incidence(competing.folded_reasons(counts, parameters.minimum_base))
