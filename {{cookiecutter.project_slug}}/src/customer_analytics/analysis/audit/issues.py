"""Faults as issues: how grave each is, which reports it touches, and in what order to mend them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from customer_analytics.analysis.audit.faults import Fault
from customer_analytics.analysis.audit.fitness import Level, Verdict
from customer_analytics.schema import SCHEMAS

MATERIAL = 0.01  # share of revenue from which a fault changes what a reader concludes
LARGE_SHARE = 0.05  # share of rows from which a column is patchy
WORTH_A_NOTE = 0.0001  # less of the money and of the rows is a curiosity


class Severity(IntEnum):
    """How grave an issue is; the smaller, the graver."""

    STOPS = 0  # a report cannot be run
    MATERIAL = 1  # a report is limited, or more than 1 % of the revenue is concerned
    MINOR = 2  # figures are off by less
    NOTE = 3  # to know; nothing is wrong


@dataclass(frozen=True)
class Issue:
    """A fault with its weight. `effect`: report -> stops, limits or distorts."""

    fault: Fault
    severity: Severity
    effect: Mapping[str, str]

    @property
    def id(self) -> str:
        """Stable name, for example orders.customer_id.missing."""
        return self.fault.id


# Reasons of a verdict that are the other side of an issue: (column, rule) -> reason codes.
_REASONS = {
    ("customer_id", "missing"): {"no_customer_id", "money_without_customer", "rows_without_customer"},
    ("customer_id", "no_person"): {"no_person_in_events", "rows_without_customer"},
    ("amount", "missing"): {"no_amount"},
}
_SAME_SOURCE = {"order_lines": "orders"}
# Which conclusions a rule bends when it stops no report.
_TOUCHES = {
    "bot": ("funnel", "retention", "personas"),
    "test_account": ("personas", "rfm", "retention"),
    "staff": ("personas", "rfm"),
    "duplicate_event": ("funnel",),
    "exact_duplicate": ("rfm", "basket_rules"),
    "duplicate_key": ("rfm",),
    "orphan": ("personas",),
    "non_product": ("basket_rules",),
    "odd_code": ("basket_rules",),
    "stock_adjustment": ("basket_rules",),
    "cancellation": ("rfm", "basket_rules"),
    "bad_debt": ("rfm",),
    "entry": ("rfm",),
    "refund_over_payment": ("rfm",),
    "paid_before_ordered": ("funnel",),
    "before_registration": ("funnel", "retention"),
    "future": ("rfm", "retention", "churn"),
    "default_date": ("rfm", "retention", "churn"),
    "gap": ("retention", "churn"),
    "collapse": ("retention", "churn"),
    "spike": ("rfm", "retention"),
    "incomplete_day": ("rfm", "retention"),
    "clock": ("personas", "retention"),
    "shared_identifier": ("rfm", "retention", "personas"),
    "several_people": ("rfm", "personas"),
    "two_customers": ("rfm", "retention"),
    "control_contacted": ("campaign_evaluation",),
    "price_out_of_line": ("rfm", "basket_rules"),
    "spelled_otherwise": ("personas",),
}
_TOUCHES_BY_TABLE = {
    ("events", "exact_duplicate"): ("funnel",),
    ("events", "after_as_of"): ("funnel",),
    ("customers", "exact_duplicate"): ("personas",),
    ("touches", "exact_duplicate"): ("campaign_evaluation",),
    ("touches", "orphan"): ("campaign_evaluation",),
}
# What the business does by design; it needs a decision, not a repair.
_BY_DESIGN = {
    "cancellation", "stock_adjustment", "negative_amount", "negative_quantity", "zero_amount", "zero_quantity",
    "zero_unit_price", "spike", "consent_unknown", "odd_code",
}  # fmt: skip
# Money behind these is large by nature and says nothing about their weight.
_NEVER_GRAVE = {"missing", "negative_amount", "heavy_order", "spike", "placeholder"}
_ALWAYS_MATERIAL = {"bot", "clock", "sent_without_consent"}
# Columns that are empty for good reason: an order that was not paid has no date of payment.
OPTIONAL = {
    "paid_at", "discount", "refund", "received", "ended_at", "opened_at", "clicked_at", "unsubscribed_at",
    "properties", "acquisition_campaign", "campaign_id", "session_id", "element", "page", "text", "topic",
    "visitor_id", "delivered_at", "sent_at", "offer", "store", "nulls", "product_id@events",
    "product_id@feedback", "customer_id@events", "cost@campaigns", "account_id",
}  # fmt: skip


def rank(
    faults: Iterable[Fault], verdicts: Mapping[str, Verdict], *, revenue: float, explained_negative: int = 0
) -> list[Issue]:
    """The faults that were found, as issues: the gravest first, then by money, then by rows.

    Args:
        faults: what the rules found; those without a row are left out.
        verdicts: the fitness of each report.
        revenue: revenue as loaded, the base of what is material.
        explained_negative: negative lines that cancellations and stock adjustments account for.
    """
    issues = [_issue(fault, verdicts, revenue, explained_negative) for fault in faults if fault.rows]
    return sorted(issues, key=lambda issue: (issue.severity, -abs(issue.fault.money or 0), -issue.fault.rows, issue.id))


def expects_value(table: str, column: str) -> bool:
    """Whether an empty value in this column is a fault."""
    return column not in OPTIONAL and f"{column}@{table}" not in OPTIONAL


def _issue(fault: Fault, verdicts: Mapping[str, Verdict], revenue: float, explained_negative: int) -> Issue:
    effect = _effect(fault, verdicts)
    return Issue(fault, _severity(fault, effect, revenue, explained_negative), effect)


def _effect(fault: Fault, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """Report -> what the fault does to it: from the verdicts where they name it, else what it bends."""
    codes = _REASONS.get((fault.column, fault.rule), set())
    names = {Level.NO_GO: "stops", Level.LIMITS: "limits"}
    effect = {
        report: names[reason.level]
        for report, verdict in verdicts.items()
        for reason in verdict.reasons
        if reason.code in codes and (fault.table in ("orders", "events") or _SAME_SOURCE.get(fault.table) == "orders")
    }
    for report in _TOUCHES_BY_TABLE.get((fault.table, fault.rule), _TOUCHES.get(fault.rule, ())):
        if verdicts[report].allowed:
            effect.setdefault(report, "distorts")
    return effect


def _severity(fault: Fault, effect: Mapping[str, str], revenue: float, explained_negative: int) -> Severity:
    if "stops" in effect.values():
        return Severity.STOPS
    material = revenue > 0 and abs(fault.money or 0) >= MATERIAL * revenue
    if fault.rule == "negative_quantity" and fault.rows <= explained_negative:
        return Severity.NOTE
    if "limits" in effect.values() or (material and fault.rule not in _NEVER_GRAVE):
        return Severity.MATERIAL
    if fault.rule in _ALWAYS_MATERIAL and fault.share >= WORTH_A_NOTE:
        return Severity.MATERIAL
    if fault.rule == "duplicate_key" and fault.share >= MATERIAL:
        return Severity.MATERIAL
    if fault.rule in _BY_DESIGN:
        return Severity.NOTE
    if fault.rule == "missing":
        ours = fault.table in SCHEMAS and SCHEMAS[fault.table].column(fault.column) is not None
        return Severity.MINOR if ours and fault.share >= LARGE_SHARE else Severity.NOTE
    return Severity.MINOR
