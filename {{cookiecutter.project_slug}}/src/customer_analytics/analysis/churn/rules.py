"""The simple rules that a churn model has to beat: days of silence, the RFM cell, P(alive) of the purchase model.

All three read the days on which people were there up to each cut-off, and nothing after it. For contracts the rules are
how long the contract has run, and its plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample, Samples
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.life import ACTIVITY, ORDERS
from customer_analytics.analysis.rfm.scores import Scheme, fit
from customer_analytics.analysis.scoring.measures import clipped
from customer_analytics.analysis.scoring.result import Floats, Integers, Predictor
from customer_analytics.analysis.scoring.rules import PREFIX, PRIOR, CalibratedRule, CurveRule, Rule, RuleSet
from customer_analytics.analysis.value.fitting import fit as fit_purchases
from customer_analytics.analysis.value.histories import LARGE, WEEK, as_histories, history_table
from customer_analytics.analysis.value.purchases import PurchaseModel
from customer_analytics.engagement.parameters import ChurnParameters

SILENCE, TIMES, MONEY, ALIVE = (f"{PREFIX}{name}" for name in ("silence", "times", "money", "alive"))
SPEND = "spend_year_rate"  # the feature that holds the money: a month in the last year
BINS = 5


def rules(samples: Samples, study: Study, parameters: ChurnParameters) -> RuleSet:
    """The rules of this kind of business with what they read, for every cut-off and for now."""
    if study.kind not in (ORDERS, ACTIVITY):
        return _of_contracts(samples)
    inputs = {}
    held: list[bool] = []
    for sample in (*samples.cuts, samples.now):
        known = _histories(study, sample)
        model = _purchase_model(study, sample.cut, parameters.minimum_base)
        held.append(model is not None)
        inputs[sample.cut] = _inputs(sample, known, model, study.windows.horizon_days)
    chosen: list[Rule] = [CurveRule("recency", SILENCE), RfmRule("rfm", (SILENCE, TIMES, MONEY))]
    if all(held):
        return RuleSet((*chosen, CalibratedRule("p_alive", ALIVE)), inputs)
    return RuleSet(tuple(chosen), inputs, (("p_alive", "no_fit"),))


@dataclass(frozen=True)
class RfmRule:
    """The rate of people with the same scores of recency, frequency and money."""

    name: str
    columns: tuple[str, str, str]

    def fit(self, frame: pd.DataFrame, left: Floats) -> Predictor:
        """Scores by fifths of the people seen, and the rate of each cell, drawn to the rate of all by PRIOR people."""
        values = _measures(frame, self.columns)
        scheme = fit(values, BINS, "independent")
        cells = _cells(scheme, values)
        base = float((left.sum() + 0.5) / (len(left) + 1))
        many = (BINS + 1) ** 3
        n = np.bincount(cells, minlength=many).astype(np.float64)
        rates = (np.bincount(cells, weights=left, minlength=many) + PRIOR * base) / (n + PRIOR)
        return Cells(self.columns, scheme, rates)


@dataclass(frozen=True)
class Cells:
    """The rates of RFM cells; a cell that nobody was in has the rate of all."""

    columns: tuple[str, str, str]
    scheme: Scheme
    rates: Floats

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row."""
        if not len(frame):
            return np.zeros(0)
        return clipped(self.rates[_cells(self.scheme, _measures(frame, self.columns))])


def _measures(frame: pd.DataFrame, columns: tuple[str, str, str]) -> pd.DataFrame:
    silence, times, money = (frame[name].fillna(0.0).to_numpy(dtype=np.float64) for name in columns)
    return pd.DataFrame({"recency_days": silence, "frequency": times, "monetary": money})


def _cells(scheme: Scheme, values: pd.DataFrame) -> Integers:
    scores = scheme.score(values)
    r, f, m = (scores[name].to_numpy(dtype=np.int64) for name in ("r", "f", "m"))
    return np.asarray((r * (BINS + 1) + f) * (BINS + 1) + m)


def _spells(study: Study, cut: int) -> ir.Table:
    """person_id, x (days after the first), recency, age and silence in days, as known at a cut-off."""
    spells = study.life.spells
    known = spells.filter(spells.day < cut)
    people = known.group_by("person_id").aggregate(x=known.count() - 1, first=known.day.min(), last=known.day.max())
    return people.select(
        "person_id",
        x=people.x.cast("int32"),
        recency=(people["last"] - people["first"]).cast("int32"),
        age=(ibis.literal(cut - 1) - people["first"]).cast("int32"),
        silence=(ibis.literal(cut) - people["last"]).cast("int32"),
    )


def _histories(study: Study, sample: Sample) -> pd.DataFrame:
    """The histories of the sample's people, in their order."""
    people = _spells(study, sample.cut)
    if len(sample.frame) < sample.population:
        people = people.semi_join(ibis.memtable(sample.frame[["person_id"]]), "person_id")
    crossed: pd.DataFrame = people.to_pyarrow().to_pandas()
    return crossed.set_index("person_id").reindex(sample.frame["person_id"])


def _purchase_model(study: Study, cut: int, minimum_base: int) -> PurchaseModel | None:
    """The purchase model of everybody known at the cut-off; None where it can not be fitted.

    MBG/NBD, in which somebody can have left after the first time too: else all who came once count as still here.
    """
    people = _spells(study, cut)
    count = int(people.count().to_pyarrow().as_py())
    table = history_table(people, WEEK if count >= LARGE // 10 else 1)
    found = fit_purchases("mbg_nbd", as_histories(table), minimum_base)
    return found.model if found.holds else None


def _inputs(sample: Sample, known: pd.DataFrame, model: PurchaseModel | None, horizon: int) -> pd.DataFrame:
    made = pd.DataFrame(
        {
            "person_id": sample.frame["person_id"].to_numpy(dtype=object),
            SILENCE: known["silence"].to_numpy(dtype=np.float64),
            TIMES: known["x"].to_numpy(dtype=np.float64) + 1,
            MONEY: sample.frame[SPEND].to_numpy(dtype=np.float64) if SPEND in sample.frame.columns else 0.0,
        }
    )
    made[ALIVE] = np.nan if model is None else no_more(model, known, horizon)
    return made


def no_more(model: PurchaseModel, known: pd.DataFrame, horizon: int) -> Floats:
    """Probability of nothing within the horizon: 1 - P(alive) (1 - P(nothing | alive)).

    While somebody is active with x repeat days by age T, the count ahead is negative binomial, so that nothing comes
    with the probability ((alpha + T) / (alpha + T + t))^(r + x).
    """
    x, recency, age = (known[name].to_numpy(dtype=np.float64) for name in ("x", "recency", "age"))
    recency, age, ahead = recency / WEEK, age / WEEK, horizon / WEEK
    alive = model.probability_alive(x, recency, age)
    nothing = np.exp((model.r + x) * np.log((model.alpha + age) / (model.alpha + age + ahead)))
    return np.asarray(1 - alive * (1 - nothing))


@dataclass(frozen=True)
class LevelRule:
    """The rate of people with the same value of a category."""

    name: str
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.column,)

    def fit(self, frame: pd.DataFrame, left: Floats) -> Predictor:
        """The rate of each value, drawn to the rate of all by PRIOR people."""
        base = float((left.sum() + 0.5) / (len(left) + 1))
        texts = _texts(frame[self.column])
        counts = pd.DataFrame({"text": texts, "left": left}).groupby("text", sort=True)["left"].agg(["sum", "count"])
        rates = (counts["sum"] + PRIOR * base) / (counts["count"] + PRIOR)
        return Levels(self.column, {str(text): float(rate) for text, rate in rates.items()}, base)


@dataclass(frozen=True)
class Levels:
    """The rates of the values; a value that nobody had has the rate of all."""

    column: str
    rates: dict[str, float]
    base: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row."""
        found = _texts(frame[self.column]).map(self.rates).fillna(self.base)
        return clipped(np.asarray(found.to_numpy(dtype=np.float64), dtype=np.float64))


def _texts(values: pd.Series[str]) -> pd.Series[str]:
    return values.astype(object).where(values.notna(), "").astype(str).reset_index(drop=True)


def _of_contracts(samples: Samples) -> RuleSet:
    """How long the contract has run (the longer, the less likely to end), and its plan, where the data tell."""
    chosen: list[Rule] = []
    missing: list[tuple[str, str]] = []
    for name, columns in (("tenure", ("contract_days", "contract_tenure")), ("plan", ("contract_plan",))):
        found = next((column for column in columns if column in samples.features), None)
        if found is None:
            missing.append((name, "no_column"))
        else:
            chosen.append(CurveRule(name, found, falling=True) if name == "tenure" else LevelRule(name, found))
    return RuleSet(tuple(chosen), None, tuple(missing))
