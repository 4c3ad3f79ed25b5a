"""Which of the eight reports the loaded tables can carry, and what stands in the way.

The pipeline asks this before it starts a report, so it stays cheap: a few aggregates, each crossing as one row. The
verdicts hold codes and values; the words are in `narrative.data_audit`. The thresholds are conventions, listed with
their reasons in docs/methods/data_audit.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from customer_analytics.analysis.audit.facts import BasketFacts, Facts, PeopleFacts, collect_facts
from customer_analytics.tables.store import Tables

REPORTS = ("data_audit", "personas", "rfm", "funnel", "retention", "churn", "basket_rules", "campaign_evaluation")

MONEY_WITHOUT_CUSTOMER = 0.05  # share of revenue from which "who buys" is a statement about a part
RFM_DAYS = 180  # half a year: most repeat buyers have had the time to come back
RETENTION_DAYS = 90  # three monthly cohorts
RETENTION_LEAST_DAYS = 14  # day 7 observed for a week of newcomers
CHURN_DAYS = 365  # observation, gap and outcome at three cut-offs
CHURN_LEAST_DAYS = 120  # of orders; people visit more often than they order, so a month of events holds as much
CHURN_LEAST_DAYS_OF_EVENTS = 28
FUNNEL_DAYS = 14
MANY = 10  # times the minimum base from which a model or a split by group is more than an example
BASKETS_COMFORTABLE = 1000  # a pair bought together in 1 % of baskets then rests on ten


class Level(IntEnum):
    """A verdict as metrics.json writes it."""

    NO_GO = 0
    LIMITS = 1
    GO = 2


@dataclass(frozen=True)
class Reason:
    """Why a verdict is not better. `level`: the best verdict that it allows; `values`: the numbers of its sentence."""

    code: str
    level: Level
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Whether a report can be run. `base`: the counts that it would rest on (customers, orders, days …)."""

    level: Level
    reasons: tuple[Reason, ...]
    base: Mapping[str, int]

    @property
    def allowed(self) -> bool:
        """Whether the report is worth running."""
        return self.level > Level.NO_GO


def fitness(tables: Tables, *, minimum_base: int, lists: int = 0) -> dict[str, Verdict]:
    """The verdict of each report, in the order of the reports.

    Args:
        tables: the loaded tables.
        minimum_base: customers (or baskets, or people in an arm) below which nothing is estimated.
        lists: lists of customers to contact that the project itself has exported; each is a campaign.
    """
    facts = collect_facts(tables)
    verdicts = {
        "data_audit": _audit(facts),
        "personas": _personas(facts, minimum_base),
        "rfm": _rfm(facts, minimum_base),
        "funnel": _funnel(facts, minimum_base),
        "retention": _retention(facts, minimum_base),
        "churn": _churn(facts, minimum_base),
        "basket_rules": _basket_rules(facts.baskets, minimum_base),
        "campaign_evaluation": _campaigns(facts, minimum_base, lists),
    }
    return {name: verdicts[name] for name in REPORTS}


def _verdict(reasons: list[Reason], base: Mapping[str, int]) -> Verdict:
    """The worst reason decides; the reasons that stop the report come first."""
    level = min((reason.level for reason in reasons), default=Level.GO)
    return Verdict(level, tuple(sorted(reasons, key=lambda reason: reason.level)), base)


def _audit(facts: Facts) -> Verdict:
    rows = sum(facts.rows.values())
    reasons = [] if rows else [Reason("no_rows", Level.NO_GO)]
    return _verdict(reasons, {"tables": len(facts.rows), "rows": rows})


def _rfm(facts: Facts, minimum_base: int) -> Verdict:
    orders = facts.orders
    if orders is None:
        return _verdict([Reason("no_orders", Level.NO_GO)], {})
    reasons = _identified(orders, minimum_base)
    if not facts.orders_with_amount:
        reasons.append(Reason("no_amount", Level.NO_GO))
    if orders.people >= minimum_base:
        reasons += _few_repeat(orders, minimum_base)
        reasons += _short(orders, RFM_DAYS, 1)  # without dates there is not one day
    return _verdict(reasons, _base(orders, "orders"))


def _personas(facts: Facts, minimum_base: int) -> Verdict:
    known = [people for people in (facts.orders, facts.events) if people is not None and people.people]
    # Visitors count as people only where nobody has a customer number.
    customers = max(facts.orders.people if facts.orders is not None else 0, facts.customers)
    people = customers or max((source.people for source in known), default=0)
    base = {"customers": people, "attributes": facts.attributes}
    if not people:
        return _verdict([Reason("no_customer_id", Level.NO_GO)], base)
    reasons = [] if known or facts.attributes >= 3 else [Reason("nothing_about_customers", Level.NO_GO)]
    if people < minimum_base:
        reasons.append(Reason("too_few_customers", Level.NO_GO, {"count": people, "need": minimum_base}))
    elif people < MANY * minimum_base:
        reasons.append(Reason("few_customers", Level.LIMITS, {"count": people, "need": MANY * minimum_base}))
    if known and not facts.attributes:
        reasons.append(Reason("behaviour_only", Level.LIMITS))
    if not known and facts.attributes:
        reasons.append(Reason("attributes_only", Level.LIMITS))  # tags, but nothing that personas are made of
    if facts.orders is not None and facts.orders.people:
        reasons += _unknown_money(facts.orders)
        if people >= minimum_base:
            reasons += _few_repeat(facts.orders, minimum_base)
    return _verdict(reasons, base)


def _funnel(facts: Facts, minimum_base: int) -> Verdict:
    """The better of two sources: what people did (events), or what orders and registrations tell."""
    verdicts = []
    if facts.events is not None:
        reasons = _identified(facts.events, minimum_base, code="no_person_in_events")
        if facts.event_names < 2:
            reasons.append(Reason("one_event_only", Level.NO_GO))
        reasons += _short(facts.events, FUNNEL_DAYS, 1)
        verdicts.append(_verdict(reasons, {**_base(facts.events, "events"), "steps": facts.event_names}))
    if facts.orders is not None and facts.event_names < 2:
        verdicts.append(_funnel_of_orders(facts.orders, facts.order_states, minimum_base))
    return _best(verdicts)


def _funnel_of_orders(orders: PeopleFacts, states: int, minimum_base: int) -> Verdict:
    """Registered, ordered, paid, ordered again; where nobody is known, ordered and paid, order by order."""
    reasons = [Reason("no_events", Level.LIMITS)]
    if orders.people:
        reasons += _identified(orders, minimum_base)
    elif states and orders.rows >= minimum_base:
        reasons.append(Reason("orders_of_nobody", Level.LIMITS))
    else:
        reasons.append(Reason("no_customer_id", Level.NO_GO, {"rows": orders.rows}))
    reasons += _short(orders, FUNNEL_DAYS, 1)
    return _verdict(reasons, _base(orders, "orders"))


def _retention(facts: Facts, minimum_base: int) -> Verdict:
    """The better of two sources: what people did (events) or what they bought (orders); contracts are a third."""
    verdicts = []
    for source, name in ((facts.events, "events"), (facts.orders, "orders")):
        if source is not None:
            reasons = _identified(source, minimum_base)
            if source.people >= minimum_base:
                reasons += _short(source, RETENTION_DAYS, RETENTION_LEAST_DAYS)
            verdicts.append(_verdict(reasons, _base(source, name)))
    if facts.contracts:
        verdicts.append(_contracts(facts, minimum_base))
    return _best(verdicts)


def _churn(facts: Facts, minimum_base: int) -> Verdict:
    verdicts = []
    known = ((facts.orders, "orders", CHURN_LEAST_DAYS), (facts.events, "events", CHURN_LEAST_DAYS_OF_EVENTS))
    for source, name, least in known:
        if source is not None:
            reasons = _identified(source, minimum_base)
            if source.people >= minimum_base:
                reasons += _short(source, CHURN_DAYS, least)
                reasons += _few_repeat(source, minimum_base)
            verdicts.append(_verdict(reasons, _base(source, name)))
    if facts.contracts:
        verdicts.append(_churn_of_contracts(facts, minimum_base))
    return _best(verdicts)


def _churn_of_contracts(facts: Facts, minimum_base: int) -> Verdict:
    """Dated contracts can be cut off and predicted; a snapshot (tenure and an ended flag) has no later time to test."""
    verdict = _contracts(facts, minimum_base)
    if 2 * facts.contracts_dated >= facts.contracts:
        return verdict
    values = {"count": facts.contracts - facts.contracts_dated, "total": facts.contracts}
    return _verdict([*verdict.reasons, Reason("contracts_undated", Level.LIMITS, values)], verdict.base)


def _contracts(facts: Facts, minimum_base: int) -> Verdict:
    reasons = []
    if facts.contracts_ended < minimum_base:
        values = {"count": facts.contracts_ended, "need": minimum_base}
        reasons.append(Reason("few_ended_contracts", Level.NO_GO, values))
    return _verdict(reasons, {"contracts": facts.contracts, "ended": facts.contracts_ended})


def _basket_rules(baskets: BasketFacts | None, minimum_base: int) -> Verdict:
    if baskets is None:
        return _verdict([Reason("no_lines", Level.NO_GO)], {})
    base = {"baskets": baskets.baskets, "items": baskets.items, "with_two_items": baskets.with_two_items}
    if baskets.with_two_items < minimum_base:
        values = {"count": baskets.with_two_items, "need": minimum_base}
        return _verdict([Reason("few_mixed_baskets", Level.NO_GO, values)], base)
    reasons = []
    if baskets.with_two_items < BASKETS_COMFORTABLE:
        values = {"count": baskets.with_two_items, "need": BASKETS_COMFORTABLE}
        reasons.append(Reason("some_mixed_baskets", Level.LIMITS, values))
    return _verdict(reasons, base)


def _campaigns(facts: Facts, minimum_base: int, lists: int) -> Verdict:
    """The best of four sources: who was contacted, the project's own lists, ready-made paths, channels and spend."""
    verdicts = [_contacts(facts, minimum_base)] if facts.touches else []
    people = [source.people for source in (facts.orders, facts.events) if source is not None]
    if lists and max(people, default=0):
        verdicts.append(_verdict([Reason("lists_only", Level.LIMITS)], {"lists": lists}))
    if facts.channel_paths:
        verdicts.append(_verdict([Reason("paths_only", Level.LIMITS)], {"paths": facts.channel_paths}))
    if facts.channels or facts.spend:
        verdicts.append(_verdict([Reason("channels_only", Level.LIMITS)], {"channel_rows": facts.channels}))
    return _best(verdicts) if verdicts else _verdict([Reason("no_touches", Level.NO_GO)], {})


def _contacts(facts: Facts, minimum_base: int) -> Verdict:
    compared = [arms for arms in facts.arms.values() if sum(n >= minimum_base for n in arms.values()) >= 2]
    base = {"contacts": facts.touches, "campaigns": len(facts.arms), "with_two_arms": len(compared)}
    orders_known = facts.orders is not None and facts.orders.people > 0
    events_known = facts.events is not None and facts.events.people > 0
    reasons = []
    if not (facts.outcomes or orders_known or events_known):
        reasons.append(Reason("no_outcome", Level.LIMITS if facts.responses else Level.NO_GO))
    if facts.touched < minimum_base:
        reasons.append(Reason("too_few_customers", Level.NO_GO, {"count": facts.touched, "need": minimum_base}))
    elif not compared:
        reasons.append(Reason("no_control_group", Level.LIMITS))
    elif len(compared) < len(facts.arms):
        values = {"count": len(facts.arms) - len(compared), "total": len(facts.arms)}
        reasons.append(Reason("some_without_control", Level.LIMITS, values))
    return _verdict(reasons, base)


def _best(verdicts: list[Verdict]) -> Verdict:
    if not verdicts:
        return _verdict([Reason("no_orders_or_events", Level.NO_GO)], {})
    return max(verdicts, key=lambda verdict: verdict.level)


def _identified(source: PeopleFacts, minimum_base: int, code: str = "no_customer_id") -> list[Reason]:
    """Reasons from who is known: nobody, too few, or only a part of the money or rows."""
    if not source.people:
        return [Reason(code, Level.NO_GO, {"rows": source.rows})]
    if source.people < minimum_base:
        return [Reason("too_few_customers", Level.NO_GO, {"count": source.people, "need": minimum_base})]
    return _unknown_money(source)


def _unknown_money(source: PeopleFacts) -> list[Reason]:
    if source.money and source.share_of_money_unknown > MONEY_WITHOUT_CUSTOMER:
        return [Reason("money_without_customer", Level.LIMITS, {"share": source.share_of_money_unknown})]
    share = 1 - source.rows_known / source.rows
    if not source.money and share > MONEY_WITHOUT_CUSTOMER:
        return [Reason("rows_without_customer", Level.LIMITS, {"share": share})]
    return []


def _few_repeat(source: PeopleFacts, minimum_base: int) -> list[Reason]:
    if source.repeat_people >= minimum_base:
        return []
    return [Reason("few_repeat_customers", Level.LIMITS, {"count": source.repeat_people, "need": minimum_base})]


def _short(source: PeopleFacts, enough: int, least: int) -> list[Reason]:
    if source.days >= enough:
        return []
    level = Level.NO_GO if source.days < least else Level.LIMITS
    need = least if level == Level.NO_GO else enough
    return [Reason("short_history", level, {"days": source.days, "need": need})]


def _base(source: PeopleFacts, rows: str) -> dict[str, int]:
    who = "people" if rows == "events" else "customers"
    return {who: source.people, rows: source.rows, "days": source.days}
