"""From baskets and rules to their money: margins, anchors, attach rates, the calculator and the tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.association.variants import are_variants
from customer_analytics.analysis.bundles.anchors import anchors
from customer_analytics.analysis.bundles.attach import attach_rates
from customer_analytics.analysis.bundles.calculator import Offers, Terms, break_even_conversion, calculate
from customer_analytics.analysis.bundles.goods import Goods, goods
from customer_analytics.analysis.bundles.pairs import WEEK, PairFacts, pair_facts, recent_days
from customer_analytics.analysis.bundles.pooled import pooled
from customer_analytics.analysis.bundles.result import MONTH, THOUSAND, Bundles, Per
from customer_analytics.analysis.bundles.standing import standing
from customer_analytics.analysis.bundles.stores import store_weeks
from customer_analytics.analysis.bundles.trials import BASKET, CUSTOMER, LEAST_CUSTOMERS, Traffic, candidates, trials
from customer_analytics.analysis.bundles.weighted import weighted_rules

if TYPE_CHECKING:
    from customer_analytics.analysis.association import Rules
    from customer_analytics.analysis.baskets import Baskets
    from customer_analytics.analysis.rule_checks import Checks
    from customer_analytics.engagement.parameters import BasketRulesParameters

PAIR = ("pair", "rule", "a", "b", "variants")
MOST_PAIRS = 100  # the surest pairs of items that attach rates and the calculator are made for, both ways round
NOT_LASTING, CONFOUNDED, FEW, NO_PRICE, VARIANTS = "not_lasting", "confounded", "few", "no_price", "variants"


@dataclass(frozen=True)
class _Period:
    """What one basket of the data stands for in what is told, and how the recent counts are scaled to it."""

    per: Per
    scale: float
    recent_scale: float
    days: float


def bundles(
    baskets: Baskets, rules: Rules | None, checks: Checks | None, parameters: BasketRulesParameters
) -> Bundles | None:
    """Money, anchors, attach rates, the calculator and the tests; None where there are no baskets.

    Args:
        baskets: all of them.
        rules: of the whole period, or None.
        checks: whether they hold later and within groups, or None.
        parameters: margin_share, bundle_discount and conversion are the assumptions.
    """
    if baskets.is_empty:
        return None
    found = goods(baskets, parameters.margin_share)
    terms = Terms(parameters.bundle_discount, parameters.conversion)
    told = rules.told if rules is not None else None
    pairs = _pairs(told, baskets.items.set_index("item")["label"]) if told is not None else _no_pairs()
    facts = pair_facts(baskets, pairs)
    period = _period(baskets)
    merged = pairs.merge(facts.pairs, on="pair")
    merged = merged.merge(standing(rules, checks), on="rule", how="left")
    attach = attach_rates(merged, parameters.false_discovery, dated=baskets.split == "time")
    attach = pairs.merge(attach, on="pair").sort_values("pair", ignore_index=True)
    calculator = _calculator(baskets, merged, attach, found, terms, period)
    traffic = _traffic(baskets, facts, merged, period)
    ranked = candidates(calculator, found.money != "none", found.money == "margin")
    tests = trials(ranked, traffic, terms.conversion, terms.discount, found.money != "none")
    tests = tests.merge(calculator[["pair", "rule", "a", "b"]], on="pair", how="left")
    tests = tests.merge(store_weeks(baskets, tests), on="pair", how="left")
    weighted = weighted_rules(baskets, told if told is not None else _no_rules(), found, terms.conversion, period.scale)
    reason = "" if len(pairs) else "no_rules"
    return Bundles(
        reason, found, terms, period.per, period.scale, period.days, weighted,
        anchors(baskets, found, parameters.false_discovery), attach, calculator, tests, traffic,
        pooled(baskets, ranked, traffic.unit, terms.conversion),
    )  # fmt: skip


def _pairs(told: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """pair, rule, a, b, variants: pairs of one item and one, both ways round, those of different articles first and the
    strongest among them.

    `rule` is the one that goes this way round, else that of the other way: their test is the same, since Fisher's knows
    no direction.
    """
    single = told[(told["antecedent"].map(len) == 1) & (told["consequent"].map(len) == 1)]
    single = single.assign(a=single["antecedent"].map(min), b=single["consequent"].map(min))
    single = single.assign(low=single[["a", "b"]].min(axis=1), high=single[["a", "b"]].max(axis=1))
    best = single.drop_duplicates(["low", "high"])
    alike = [are_variants(str(labels[a]), str(labels[b])) for a, b in zip(best["a"], best["b"], strict=True)]
    best = best.assign(variants=alike).sort_values("variants", kind="stable").head(MOST_PAIRS)
    own = {(int(a), int(b)): int(rule) for a, b, rule in zip(single["a"], single["b"], single["rule"], strict=True)}
    rows: list[tuple[int, int, int, int, bool]] = []
    for a, b, rule, same in zip(best["a"], best["b"], best["rule"], best["variants"], strict=True):
        for first, second in ((int(a), int(b)), (int(b), int(a))):
            rows.append((len(rows), own.get((first, second), int(rule)), first, second, bool(same)))
    return _typed(pd.DataFrame(rows, columns=list(PAIR)))


def _no_pairs() -> pd.DataFrame:
    return _typed(pd.DataFrame(columns=list(PAIR)))


def _typed(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.astype({name: "bool" if name == "variants" else "int64" for name in PAIR})


def _no_rules() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in ("antecedent", "consequent")})


def _period(baskets: Baskets) -> _Period:
    """A month at the traffic of the last year at most; a thousand baskets where days are not known, or where a basket
    is a customer's whole life."""
    window = recent_days(baskets) if baskets.unit != "customer" else None
    if window is None:
        scale = THOUSAND / baskets.n
        return _Period("thousand", scale, scale, math.nan)
    first, last = window
    heads = baskets.heads
    recent = int(heads.filter(heads.day >= first).count().to_pyarrow().as_py())
    days = last - first + 1
    return _Period("month", recent * MONTH / days / baskets.n, MONTH / days, float(days))


def _calculator(
    baskets: Baskets, merged: pd.DataFrame, attach: pd.DataFrame, found: Goods, terms: Terms, period: _Period
) -> pd.DataFrame:
    """Pairs of products with what a bundle of them brings a period."""
    products = set(found.items["item"])
    own = merged[merged["a"].isin(products) & merged["b"].isin(products)].reset_index(drop=True)
    rates = attach.set_index("pair").loc[own["pair"], ["attach", "low", "high"]].reset_index(drop=True)
    scale = period.recent_scale
    frame = own[["pair", "rule", "a", "b", "baskets_a", "customers_a", "customers_both"]].assign(
        **rates, buyers=own["recent_a"] * scale, both=own["recent_a"] * scale * rates["attach"], each=own["each"],
        price_a=found.of("price", own["a"]), price_b=found.of("price", own["b"]), rate_a=found.of("rate", own["a"]),
        rate_b=found.of("rate", own["b"]), margin_b=found.of("unit_margin", own["b"]),
    )  # fmt: skip
    columns = ("price_a", "price_b", "margin_b", "buyers", "both", "each")
    calculated = calculate(Offers(*(frame[name].to_numpy(np.float64) for name in columns)), terms)
    frame = frame.assign(**calculated)
    for name, side in (("break_even_low", "low"), ("break_even_high", "high")):
        frame[name] = [
            math.nan if math.isnan(margin) else break_even_conversion(rate, away, margin)
            for rate, away, margin in zip(frame[side], frame["given_away"], frame["margin_b"], strict=True)
        ]
    frame["why_not"] = _why_not(baskets, own, frame, found)
    frame["eligible"] = frame["why_not"] == ""
    return frame


def _why_not(baskets: Baskets, own: pd.DataFrame, frame: pd.DataFrame, found: Goods) -> pd.Series:
    """Why a pair is not worth a test; "" where it is."""
    reasons = pd.Series("", index=frame.index, dtype="object")
    if found.money != "none":
        reasons[frame["price_a"].isna() | frame["price_b"].isna()] = NO_PRICE
    if baskets.has_people:
        reasons[frame["customers_both"] < LEAST_CUSTOMERS] = FEW
    reasons[own["variants"].astype(bool)] = VARIANTS
    reasons[~own["lasting"].astype(bool)] = NOT_LASTING
    reasons[own["confounded"].astype(bool)] = CONFOUNDED
    return reasons


def _traffic(baskets: Baskets, facts: PairFacts, merged: pd.DataFrame, period: _Period) -> Traffic:
    weeks = int(period.days // WEEK) if math.isfinite(period.days) else 0
    a_week = merged["recent_a"] * WEEK / period.days
    by_pair = dict(zip(merged["pair"].astype(int), a_week.astype(float), strict=True))
    return Traffic(CUSTOMER if baskets.has_people else BASKET, facts.traffic, by_pair, weeks)
