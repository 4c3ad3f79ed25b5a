"""Small multiples: the main figures of all groups of a run, each on one scale, and who stands out from the others.

Each group is held against the mean of all other groups (weighted by their customers), from the published intervals.
All these comparisons of the page together keep a false discovery rate of 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from customer_analytics.analysis.changes.difference import Z95, Estimate, difference, false_discovery
from customer_analytics.language import Language, Text
from customer_analytics.report.front_page.results import Results, known, of

LEVEL = 0.05
_UNIT = "share"


@dataclass(frozen=True)
class Point:
    """A figure of a group. `q`: of no difference from the others; None: not tested. `above`: than the others."""

    group: str
    page: str
    customers: float
    estimate: Estimate
    q: float | None = None
    above: bool = False

    @property
    def stands_out(self) -> bool:
        """Whether it differs from the other groups beyond chance, all comparisons allowed for."""
        return self.q is not None and self.q <= LEVEL


@dataclass(frozen=True)
class Panel:
    """One figure of all groups that have it."""

    measure: str
    points: tuple[Point, ...]


def panels(groups: Sequence[tuple[Mapping[str, Any], Sequence[Results]]]) -> list[Panel]:
    """The figures that at least two groups have, tested."""
    found = []
    for measure, read in MEASURES.items():
        points = [
            Point(str(group["value"]), results[0].entry["page"], float(group.get("customers") or 0), estimate)
            for group, results in groups
            if results and (estimate := read(results)) is not None
        ]
        if len(points) > 1:
            found.append(Panel(measure, tuple(points)))
    return _tested(found)


def _tested(found: Sequence[Panel]) -> list[Panel]:
    tests = [_against_others(panel, place) for panel in found for place in range(len(panel.points))]
    adjusted = iter(false_discovery([test[0] for test in tests if test is not None]))
    marks = iter(tests)
    done = []
    for panel in found:
        points = []
        for point in panel.points:
            test = next(marks)
            points.append(point if test is None else replace(point, q=next(adjusted), above=test[1]))
        done.append(Panel(panel.measure, tuple(points)))
    return done


def _against_others(panel: Panel, place: int) -> tuple[float, bool] | None:
    """p-value of no difference from the mean of the others, and whether the group is above it."""
    others = [point for number, point in enumerate(panel.points) if number != place and point.estimate.is_testable]
    own, total = panel.points[place], sum(point.customers for point in others)
    if not others or not own.estimate.is_testable or total <= 0:
        return None
    mean, variance = 0.0, 0.0
    for point in others:
        weight = point.customers / total
        value, low, high, _ = point.estimate
        assert value is not None and low is not None and high is not None
        mean += weight * value
        variance += (weight * (high - low) / (2 * Z95)) ** 2
    reach = Z95 * math.sqrt(variance)
    found = difference(Estimate(mean, mean - reach, mean + reach, _UNIT), own.estimate)
    return None if found is None else (found.p, found.change > 0)


def _one_time(results: Sequence[Results]) -> Estimate | None:
    rfm = of(results, "rfm")
    finding = rfm.finding("one_time_buyers") if rfm else None
    return _estimate(finding.get("value"), finding.get("low"), finding.get("high")) if finding else None


def _back(results: Sequence[Results]) -> Estimate | None:
    retention = of(results, "retention")
    rows = retention.table("retention_curve") if retention else []
    row = next((row for row in rows if known(row.get("period")) == 1), None)
    return _estimate(row.get("bounded"), row.get("bounded_low"), row.get("bounded_high")) if row else None


def _metric(report: str, value: str, low: str, high: str) -> Callable[[Sequence[Results]], Estimate | None]:
    def read(results: Sequence[Results]) -> Estimate | None:
        one = of(results, report)
        return _estimate(*(one.metric(name) for name in (value, low, high))) if one else None

    return read


def _estimate(value: Any, low: Any, high: Any) -> Estimate | None:
    number = known(value)
    return None if number is None else Estimate(number, known(low), known(high), _UNIT)


MEASURES: dict[str, Callable[[Sequence[Results]], Estimate | None]] = {
    "back": _back,
    "one_time": _one_time,
    "kept": _metric("retention", "nrr", "nrr_low", "nrr_high"),
    "conversion": _metric("funnel", "conversion", "conversion.low", "conversion.high"),
    "leaving": _metric("churn", "base_rate", "base_rate_low", "base_rate_high"),
}


def measure_name(language: Language, measure: str) -> Text:
    """What a figure is called."""
    say = language.say
    return {
        "back": say("Back in the next period"),
        "one_time": say("Bought once only"),
        "kept": say("Revenue kept, with growth"),
        "conversion": say("Reach the end of the funnel"),
        "leaving": say("Left lately, as churn counts it"),
    }[measure]


def shown(found: Sequence[Panel], language: Language) -> list[dict[str, Any]]:
    """Panels with places in percent of their scale, for the page."""
    return [{"name": measure_name(language, panel.measure), "rows": _rows(panel, language)} for panel in found]


def _rows(panel: Panel, language: Language) -> list[dict[str, Any]]:
    ends = [end for point in panel.points for end in point.estimate[:3] if end is not None]
    low, span = min(ends), (max(ends) - min(ends)) or 1.0
    rows = []
    for point in panel.points:
        value = point.estimate.value
        assert value is not None
        first = value if point.estimate.low is None else point.estimate.low
        last = value if point.estimate.high is None else point.estimate.high
        rows.append(
            {
                "group": point.group,
                "page": point.page,
                "value": _told(point, language),
                "at": f"{100 * (value - low) / span:.2f}",
                "left": f"{100 * (first - low) / span:.2f}",
                "width": f"{100 * (last - first) / span:.2f}",
                "out": point.stands_out,
            }
        )
    return rows


def _told(point: Point, language: Language) -> str:
    value, low, high, _ = point.estimate
    if low is None or high is None:
        return language.percent(value)
    return language.say(
        "{value} ({low} to {high})",
        value=language.percent(value), low=language.percent(low), high=language.percent(high),
    )  # fmt: skip


def conclusion(found: Sequence[Panel], column: str, language: Language) -> Text:
    """Who stands out, or that none does; of the groups that have a figure to compare."""
    say = language.say
    count = language.number(len({point.group for panel in found for point in panel.points}))
    out = [point for panel in found for point in panel.points if point.stands_out]
    if not any(point.q is not None for panel in found for point in panel.points):
        return say("The groups by {column}, side by side", column=column)
    if not out:
        return say(
            "None of the {count} groups by {column} differs from the others beyond chance", count=count, column=column
        )
    names = list(dict.fromkeys(point.group for point in out))
    return say("By {column}, these differ from the others: {names}", column=column, names=language.listing(names))


def who_stands_out(found: Sequence[Panel], language: Language) -> list[Text]:
    """One sentence for each difference beyond chance."""
    say = language.say
    sentences = []
    for panel in found:
        for point in panel.points:
            if not point.stands_out:
                continue
            values = {
                "group": point.group, "measure": measure_name(language, panel.measure), "value": _told(point, language),
            }  # fmt: skip
            sentences.append(
                say("**{group}**: {measure} {value}, more than in the other groups.", **values)
                if point.above
                else say("**{group}**: {measure} {value}, less than in the other groups.", **values)
            )
    return sentences
