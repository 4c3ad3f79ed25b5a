"""The five findings that matter most over all reports: by evidence and by the money at stake, no two of them alike.

A finding gets points: for its grade (A 3, B 2, C 1, D 0), and for the money at stake as a share of all revenue (from a
tenth 3, from a hundredth 2, any known amount 1). More points come first, then more money, then the order of the run.
First each report gives one, then the places left go to the next ones. docs/guide/front-page.md says so in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_analytics.report.front_page.results import Results, of
from customer_analytics.report.summary import selected

PLACES = 5
GRADES = {"A": 3, "B": 2, "C": 1, "D": 0}
BANDS = ((0.1, 3), (0.01, 2))  # share of all revenue, points; any smaller known amount: 1
_DATA = "data_audit"  # what is wrong with the data stands under its caveats
_QUOTED = re.compile(r"[“「]([^”」]+)[”」]")

Share = Callable[[Results, Mapping[str, Any], float | None], float | None]


def _amount(metric: str) -> Share:
    """An amount of money in metrics.json, as a share of all revenue."""
    return lambda report, _, revenue: _part(report.metric(metric), revenue)


def _own_amount(report: Results, finding: Mapping[str, Any], revenue: float | None) -> float | None:
    return _part(finding.get("value"), revenue)


def _own_share(report: Results, finding: Mapping[str, Any], revenue: float | None) -> float | None:
    """The finding is itself a share of revenue."""
    value = finding.get("value")
    return None if value is None else abs(float(value))


def _missing_share(report: Results, finding: Mapping[str, Any], revenue: float | None) -> float | None:
    """What is missing to, or above, the revenue of the year before."""
    value = finding.get("value")
    return None if value is None else abs(1.0 - float(value))


def _part(amount: Any, revenue: float | None) -> float | None:
    return None if amount is None or not revenue or revenue <= 0 else abs(float(amount)) / revenue


STAKES: dict[tuple[str, str], Share] = {
    ("rfm", "core"): _own_share,
    ("rfm", "bridge"): _amount("bridge.change"),
    ("retention", "revenue_retention"): _missing_share,
    ("churn", "value_at_risk"): _amount("value_at_risk"),
    ("churn", "profit"): _amount("profit"),
    ("funnel", "dropoff"): _amount("dropoff.largest.money"),
    ("basket_rules", "money"): _own_amount,
    ("campaign_evaluation", "programme"): _own_amount,
    ("campaign_evaluation", "budget"): _own_amount,
}

ALIKE: tuple[frozenset[tuple[str, str]], ...] = (
    frozenset(
        {
            ("retention", "staying_channel"), ("churn", "hazard_lives"), ("rfm", "channels"),
            ("churn", "leaves_first_lives_acquisition_channel"), ("campaign_evaluation", "leaving_channel"),
        }
    ),
    frozenset({("retention", "at_risk_of_lapse"), ("rfm", "quiet_regulars"), ("rfm", "late")}),
    frozenset({("retention", "return"), ("churn", "leaving")}),
    frozenset({("churn", "past_contacts"), ("campaign_evaluation", "no_effect")}),
)  # fmt: skip


@dataclass(frozen=True)
class Ranked:
    """A finding with what it was ranked by. `stake`: share of all revenue; None: no amount is known."""

    report: Results
    finding: Mapping[str, Any]
    points: int
    stake: float | None


def ranked(results: Sequence[Results], places: int = PLACES) -> list[Ranked]:
    """The findings that matter most, the first one first."""
    about_customers = [one for one in results if one.name != _DATA] or list(results)
    rfm = of(results, "rfm")
    revenue = rfm.metric("revenue") if rfm else None
    scored = [_scored(report, finding, revenue) for report in about_customers for finding in selected(report.findings)]
    scored.sort(key=lambda each: (-each.points, -(each.stake or 0.0)))  # stable: then the order of the run
    chosen: list[Ranked] = []
    for each in scored:
        is_first = all(each.report is not other.report for other in chosen)
        if is_first and not _is_said(each, chosen):
            chosen.append(each)
    chosen = chosen[:places]
    for each in scored:
        if len(chosen) < places and not any(each is other for other in chosen) and not _is_said(each, chosen):
            chosen.append(each)
    return sorted(chosen, key=scored.index)


def _scored(report: Results, finding: Mapping[str, Any], revenue: float | None) -> Ranked:
    measure = STAKES.get((report.name, str(finding.get("id"))))
    stake = measure(report, finding, revenue) if measure else None
    points = GRADES.get(str(finding["grade"]), 0) + points_of(stake)
    return Ranked(report, finding, points, stake)


def points_of(stake: float | None) -> int:
    """Points for the money at stake."""
    if not stake:
        return 0
    return next((points for least, points in BANDS if stake >= least), 1)


def _is_said(each: Ranked, chosen: Iterable[Ranked]) -> bool:
    return any(_alike(each, other) for other in chosen)


def _alike(one: Ranked, other: Ranked) -> bool:
    """Same words, same subject, or about the same named thing."""
    heads = str(one.finding["head"]), str(other.finding["head"])
    if heads[0] == heads[1] and one.report is other.report:
        return True
    keys = {(each.report.name, str(each.finding.get("id"))) for each in (one, other)}
    if any(keys <= group for group in ALIKE):
        return True
    names = [frozenset(_QUOTED.findall(head)) for head in heads]
    return bool(names[0] & names[1])
