"""The bridge of the revenue: from the period before to this one, part by part, exactly as RFM published it.

The bars are drawn by the page itself (a width in percent), not by a drawing library: a run in which nothing changed
starts in less than a second. Each bar stands beside its name and amount, so nothing is said by the bar alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customer_analytics.language import Language, Text
from customer_analytics.report.front_page.results import Results, known, of
from customer_analytics.report.front_page.state import signed_money

CENT = 0.005  # amounts that differ by less are the same to the cent


@dataclass(frozen=True)
class Step:
    """A row: its amount, and where its bar begins and ends. `is_total`: the bar stands on zero."""

    part: str
    amount: float
    begin: float
    end: float
    is_total: bool = False


def steps(results: Sequence[Results]) -> list[Step]:
    """The rows from total to total; none where a part is hidden or the parts do not add up to the cent."""
    rfm = of(results, "rfm")
    if rfm is None:
        return []
    before, now = rfm.metric("bridge.previous"), rfm.metric("bridge.now")
    parts = [(row.get("part", ""), known(row.get("change"))) for row in rfm.table("value_bridge")]
    if before is None or now is None or not parts:
        return []
    rows, at = [Step("previous", before, 0.0, before, is_total=True)], before
    for part, change in parts:
        if change is None:
            return []
        rows.append(Step(part, change, at, at + change))
        at += change
    if abs(at - now) > CENT:
        return []
    return [*rows, Step("now", now, 0.0, now, is_total=True)]


def bridge(results: Sequence[Results], language: Language) -> dict[str, Any] | None:
    """Title, rows with bars in percent of the scale, and source; None where there is no bridge to show."""
    rows = steps(results)
    rfm = of(results, "rfm")
    if not rows or rfm is None:
        return None
    ends = [end for row in rows for end in (row.begin, row.end)]
    least, most = min(0.0, *ends), max(0.0, *ends)
    span = (most - least) or 1.0
    finding = rfm.finding("bridge") or {}
    return {
        "title": finding.get("head") or language.say("Where the change in revenue came from"),
        "rows": [
            {
                "name": _name(language, row.part),
                "shown": language.money(row.amount) if row.is_total else signed_money(language, row.amount),
                "left": _percent((min(row.begin, row.end) - least) / span),
                "width": _percent(abs(row.end - row.begin) / span),
                "role": _role(row),
                "is_total": row.is_total,
            }
            for row in rows
        ],
        "page": rfm.entry["page"],
    }


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def _role(row: Step) -> str:
    if row.is_total:
        return "mute"
    if row.part in ("without_customer", "small", "returns_only"):
        return "faint"
    return "s1" if row.amount >= 0 else "alert"


def _name(language: Language, part: str) -> Text:
    say = language.say
    return {
        "previous": say("Net revenue of the period before"),
        "now": say("Net revenue of this period"),
        "new": say("New customers"),
        "returned": say("Returned customers"),
        "upgraded": say("Bought more"),
        "downgraded": say("Bought less"),
        "lost": say("Stopped"),
        "returns_only": say("Returns only"),
        "without_customer": say("Without a customer"),
        "small": say("Few customers, together"),
    }[part]
