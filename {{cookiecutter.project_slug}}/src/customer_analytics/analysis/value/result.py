"""Customer value of an engagement: fitted models, checks, held-out days, value by customer and by group."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.analysis.rfm.holdout import horizon as held_out_days
from customer_analytics.analysis.rfm.result import RfmResult, Scored
from customer_analytics.analysis.rfm.segments import SEGMENTS
from customer_analytics.analysis.value import checks, forecast, histories, rules
from customer_analytics.analysis.value.acquisition import Acquisition, acquisition
from customer_analytics.analysis.value.checks import Check, OrderFacts
from customer_analytics.analysis.value.fitting import PurchaseFit, fit
from customer_analytics.analysis.value.forecast import Forecast, Unique
from customer_analytics.analysis.value.histories import Split
from customer_analytics.analysis.value.holdout import ValueHoldout, evaluate
from customer_analytics.analysis.value.margin import Margin, margin
from customer_analytics.analysis.value.purchases import Floats, Kind
from customer_analytics.analysis.value.spend import SpendFit, Spends, fit_spend
from customer_analytics.analysis.value.tracking import tracking
from customer_analytics.analysis.value.worth import Prices, customer_interval, group_worth, worth
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.statistics import Interval
from customer_analytics.tables.store import Tables

MOSTLY_ONCE = checks.ONE_TIME  # share of one-time buyers above which BG/NBD, which can not lose them, is not used


@dataclass(frozen=True)
class ValueResult:
    """Everything that the report says about customer value.

    `source`: what the purchases ahead come from: "bg_nbd", "mbg_nbd" or the rule that beat the model in the held-out
    days; "" where nothing is estimable, and then `reason` says why ("few_customers", "few_repeaters", "edge", "flat",
    "search"), and `customers`, `segments`, `kinds` and `everyone` are None.

    `customers`: customer_id, x, recency_days, age_days, p_alive, purchases_3, _6, _12, purchases (expected within the
    horizon), purchases_low, purchases_high, price (expected worth of a purchase), clv, clv_low, clv_high. Money is
    discounted, net of returns, and margin where `margin` is known, else revenue. `segments`, `kinds` ("once",
    "repeat"), `everyone`: see `worth.group_worth`; the name stands in segment or group.
    """

    parameters: RfmParameters
    end: int
    unit: int  # days to which ages were rounded for the fit
    fits: dict[Kind, PurchaseFit]
    kind: Kind
    spend: SpendFit
    checks: tuple[Check, ...]
    facts: OrderFacts
    margin: Margin | None
    acquisition: Acquisition | None
    reason: str
    source: str = ""
    holdout: ValueHoldout | None = None
    tracking: pd.DataFrame | None = None
    customers: pd.DataFrame | None = None
    segments: pd.DataFrame | None = None
    kinds: pd.DataFrame | None = None
    everyone: pd.DataFrame | None = None

    @property
    def months(self) -> int:
        """Horizon in months."""
        return self.parameters.horizon_months

    @property
    def rate(self) -> float:
        """Discount rate a year."""
        return self.parameters.discount_rate_yearly

    @property
    def is_margin(self) -> bool:
        """Whether money is margin; else it is revenue."""
        return self.margin is not None

    @property
    def fit(self) -> PurchaseFit:
        """The model of choice."""
        return self.fits[self.kind]

    @property
    def is_model(self) -> bool:
        """Whether the forecast is the model's, and not a rule's."""
        return self.source == self.kind

    @property
    def mean(self) -> tuple[float, Interval]:
        """Mean value of a customer with the interval of the mean; NaN where not estimable."""
        if self.everyone is None:
            return math.nan, Interval(math.nan, math.nan)
        row = self.everyone.iloc[0]
        return float(row["clv_mean"]), Interval(float(row["clv_low"]), float(row["clv_high"]))


def analyse(data: Tables, scored: RfmResult | Scored) -> ValueResult:
    """Customer value on the as-of date; `scored` is the RFM result of the same tables.

    All history counts, whatever the window of the scores: the models need the first purchase.
    """
    parameters, end = scored.parameters, day_number(data.as_of)
    days = histories.purchase_days(data, parameters.value_purchases)
    start = scored.totals.first_day if scored.totals.first_day is not None else end
    splits = _splits(parameters, start, end)
    people = histories.customers(days, end, splits).cache()
    total = int(people.count().to_pyarrow().as_py())
    spends = histories.as_spends(histories.spend_table(people, total))
    result = _fitted(data, parameters, days, people, spends, (start, end))
    if not result.fit.holds:
        return result
    held, learned = _hold_out(people, days, splits, result)
    followed = tracking(people, days, held.fit if held is not None else result.fit, start, end)
    source = held.winner if held is not None else result.kind
    result = dataclasses.replace(result, holdout=held, tracking=followed, source=source)
    return _valued(result, people, scored, _flat(spends), learned)


def _fitted(
    data: Tables, parameters: RfmParameters, days: ir.Table, people: ir.Table, spends: Spends, span: tuple[int, int]
) -> ValueResult:
    """Models, checks and channels: what does not need a forecast."""
    total = int(people.count().to_pyarrow().as_py())
    unit = histories.unit_of(total)
    unique = histories.as_histories(histories.history_table(people, unit))
    kinds: tuple[Kind, ...] = ("bg_nbd", "mbg_nbd")
    fits = {kind: fit(kind, unique, parameters.minimum_base) for kind in kinds}
    kind = _choice(fits, unique.repeaters / total if total else math.nan, parameters)
    facts, share = checks.order_facts(data), margin(data)
    drift = checks.value_drift(days, *span)
    return ValueResult(
        parameters=parameters,
        end=span[1],
        unit=unit,
        fits=fits,
        kind=kind,
        spend=fit_spend(spends, parameters.minimum_base),
        checks=checks.check_all(unique, spends, drift, facts, parameters.minimum_base),
        facts=facts,
        margin=share,
        acquisition=acquisition(data, days, _factor(facts, share), parameters.minimum_base),
        reason=fits[kind].problem,
    )


def _valued(
    result: ValueResult, people: ir.Table, scored: RfmResult | Scored, flat: float, learned: tuple[rules.Rule, ...]
) -> ValueResult:
    """The result with the value of every customer and of the groups."""
    months, held = result.months, result.holdout
    ahead, own, table = _ahead(people, result, learned)
    x, mean_value = table["x"].to_numpy(np.float64), table["mean_value"].to_numpy(np.float64)
    spend = result.spend
    prices = Prices(spend if spend.holds else None, flat, _factor(result.facts, result.margin))
    money = worth(ahead, own, x, mean_value, months, prices)
    table["price"], table["clv"] = money.price, money.mean
    table["clv_low"], table["clv_high"] = customer_interval(money)
    covariances = (result.fit.covariance, spend.covariance)
    error = abs(_money_error(held, result.source)) if held is not None else 0.0

    def groups(codes: npt.NDArray[np.int64], names: tuple[str, ...]) -> pd.DataFrame:
        return group_worth(money, ahead, own, codes, names, months, covariances, error)

    codes = _segment_codes(table["customer_id"], scored.customers)
    if _are_the_same(table["customer_id"], scored.customers["customer_id"]):
        table["customer_id"] = scored.customers["customer_id"]  # the same ids in the same order: held in memory once
    return dataclasses.replace(
        result,
        customers=table.drop(columns="mean_value"),
        segments=groups(codes, SEGMENTS).rename(columns={"group": "segment"}),
        kinds=groups((x > 0).astype(np.int64), ("once", "repeat")),
        everyone=groups(np.zeros(len(x), dtype=np.int64), ("all",)),
    )


def _splits(parameters: RfmParameters, start: int, end: int) -> tuple[Split, ...]:
    """The date of the hold-out, and a whole such length before it the one that the rules learn from."""
    length = parameters.holdout_days or held_out_days(end - start)
    if length is None or end - length <= start:
        return ()
    known = Split(end - length, length)
    return (known, Split(end - 2 * length, length)) if end - 2 * length > start else (known,)


def _choice(fits: dict[Kind, PurchaseFit], repeaters: float, parameters: RfmParameters) -> Kind:
    """The model asked for; by itself MBG/NBD where most bought once, else the one with the higher likelihood."""
    if parameters.value_model != "auto":
        return parameters.value_model
    if not fits["bg_nbd"].holds or not fits["mbg_nbd"].holds:
        return "mbg_nbd" if fits["mbg_nbd"].holds else "bg_nbd"
    if 1 - repeaters > MOSTLY_ONCE:
        return "mbg_nbd"
    return "mbg_nbd" if fits["mbg_nbd"].log_likelihood > fits["bg_nbd"].log_likelihood else "bg_nbd"


def _factor(facts: OrderFacts, share: Margin | None) -> float:
    kept = 1.0 if math.isnan(facts.kept) else max(facts.kept, 0.0)
    return kept * (1.0 if share is None else share.share)


def _flat(spends: Spends) -> float:
    """Mean value of a repeat purchase, where there is no Gamma-Gamma."""
    purchases = float(spends.n @ spends.x)
    return float(spends.n @ (spends.x * spends.mean)) / purchases if purchases > 0 else 0.0


def _hold_out(
    people: ir.Table, days: ir.Table, splits: tuple[Split, ...], result: ValueResult
) -> tuple[ValueHoldout | None, tuple[rules.Rule, ...]]:
    """The hold-out with the rules as they stood at its start, and the rules as they would be learned now."""
    minimum = result.parameters.minimum_base
    if not splits:
        return None, ()
    table = histories.split_table(people, 0, result.unit)
    fitted = fit(result.kind, histories.as_histories(table), minimum)
    if not fitted.holds or not (table["n"] * table["y"]).sum() > 0:
        return None, ()
    first, now = [rules.Rule("past_rate")], [rules.Rule("past_rate")]
    silence, silence_now = (rules.hiatus_days(days, cut) for cut in (splits[0].cut, splits[0].cut + splits[0].days))
    if silence is not None and silence_now is not None:
        first.append(rules.Rule("hiatus", hiatus=silence))
        now.append(rules.Rule("hiatus", hiatus=silence_now))
    if len(splits) > 1:
        earlier = histories.split_table(people, 1, result.unit)
        if earlier["n"].sum() >= minimum:
            first.append(rules.learn_cells(earlier, splits[1].days))
            now.append(rules.learn_cells(table, splits[0].days))
    spend = fit_spend(histories.as_spends(histories.spend_table(people, int(table["n"].sum()), "_0")), minimum)
    return evaluate(table, splits[0].cut, splits[0].days, fitted, spend, tuple(first)), tuple(now)


def _ahead(
    people: ir.Table, result: ValueResult, learned: tuple[rules.Rule, ...]
) -> tuple[Forecast, Unique, pd.DataFrame]:
    """Forecasts, and the table of customers that they lead to."""
    fitted, held = result.fit, result.holdout
    assert fitted.model is not None
    crossed = people.select("customer_id", "x", "recency", "age", "repeat_value").order_by("customer_id")
    table: pd.DataFrame = crossed.to_pyarrow().to_pandas()
    x, recency, age = (table[name].to_numpy(np.float64) for name in ("x", "recency", "age"))
    own = Unique.of(x, _rounded(recency, result.unit), _rounded(age, result.unit))
    ahead = forecast.by_model(fitted.model, own, result.months, result.rate)
    # BG/NBD can not lose a customer before a repeat purchase: its 1 for one-time buyers says nothing. Where the data do
    # not show that anybody leaves, nor does the probability of anybody else.
    is_known = ((own.x > 0) | (fitted.kind == "mbg_nbd")) & fitted.leaves
    ahead = dataclasses.replace(ahead, alive=np.where(is_known, ahead.alive, np.nan))
    rule = next((rule for rule in learned if rule.name == result.source), None)
    if rule is not None and held is not None:
        ahead = forecast.by_rule(rule, held.spread[result.source], ahead.alive, own, result.months, result.rate)
    counts = ahead.counts
    table = table.rename(columns={"recency": "recency_days", "age": "age_days"})
    table["mean_value"] = table.pop("repeat_value") / np.maximum(x, 1.0)
    table["p_alive"] = ahead.alive[own.place]
    for month in forecast.MONTHS:
        table[f"purchases_{month}"] = counts[month].mean[own.place]
    now = counts[result.months]
    table["purchases"] = now.mean[own.place]
    table["purchases_low"], table["purchases_high"] = now.low[own.place], now.high[own.place]
    return ahead, own, table


def _rounded(days: Floats, unit: int) -> Floats:
    """Days rounded as for the fit, so that a large client has few histories to forecast."""
    return days if unit == 1 else np.floor((days + unit // 2) / unit) * unit


def _money_error(held: ValueHoldout, source: str) -> float:
    """Relative error of the used forecast over all customers in the held-out days."""
    score = next(score for score in held.scores if score.name == source)
    if source == held.model.name and not math.isnan(held.money_bias):
        return max(score.bias, held.money_bias, key=abs)
    return 0.0 if math.isnan(score.bias) else score.bias


def _segment_codes(ids: pd.Series, scored: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Segment of each customer by its place in SEGMENTS; -1 without scores."""
    place = pd.Categorical(scored["segment"], categories=list(SEGMENTS)).codes.astype(np.int64)
    if _are_the_same(ids, scored["customer_id"]):
        return np.asarray(place)
    found = pd.Index(scored["customer_id"]).get_indexer(pd.Index(ids))
    return np.where(found >= 0, place[np.maximum(found, 0)] if len(place) else -1, -1)


def _are_the_same(ids: pd.Series, others: pd.Series) -> bool:
    return len(ids) == len(others) and bool((ids.to_numpy() == others.to_numpy()).all())
