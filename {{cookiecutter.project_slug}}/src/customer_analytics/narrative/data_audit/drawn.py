"""What the charts of the report draw: plain values, in the order of the page."""

from __future__ import annotations

import datetime as dt

from customer_analytics.analysis.audit import Audit, Issue, Severity
from customer_analytics.analysis.audit.hours import NIGHT, Hours
from customer_analytics.analysis.audit.volume import Volume
from customer_analytics.language import Language
from customer_analytics.narrative.data_audit.rules import say_title
from customer_analytics.narrative.data_audit.shown import where
from customer_analytics.narrative.table_names import table_name

_BARS = 8  # as many as a reader compares
_LONG = 500  # days


def money_at_risk(audit: Audit, language: Language) -> list[tuple[str, float, str, str]]:
    """Bars of the faults with the most money: name, money without sign, money in words, colour."""
    worth = [issue for issue in audit.issues if issue.severity < Severity.NOTE and issue.fault.money]
    worth.sort(key=lambda issue: -abs(issue.fault.money or 0.0))
    titles = [str(say_title(issue, language)) for issue in worth[:_BARS]]
    return [
        (
            _named(titles, place, issue, language),
            abs(issue.fault.money or 0.0),
            language.money(abs(issue.fault.money or 0.0)),
            "alert" if place == 0 else "faint",
        )
        for place, issue in enumerate(worth[:_BARS])
    ]


def _named(titles: list[str], place: int, issue: Issue, language: Language) -> str:
    """The title of a fault; with its table where two bars would have the same name."""
    if titles.count(titles[place]) == 1:
        return titles[place]
    name = table_name(language, issue.fault.table)
    return language.say("{title} ({where})", title=titles[place], where=name)


def missing_shares(audit: Audit, language: Language) -> list[tuple[str, float, str, str]]:
    """Bars of the emptiest columns in which a value is expected: name, share, share in words, colour."""
    gaps = [fault for fault in audit.checks if fault.rule == "missing" and fault.rows]
    gaps.sort(key=lambda fault: (-fault.share, fault.id))
    return [
        (
            where(audit, fault.table, fault.column, language),
            fault.share,
            language.percent(fault.share, 1),
            "alert" if place == 0 else "faint",
        )
        for place, fault in enumerate(gaps[:_BARS])
    ]


def is_long(volume: Volume) -> bool:
    """Whether the period is drawn week by week, because its days would be a hedge."""
    return len(volume.days) > _LONG


def chart_days(volume: Volume, language: Language) -> list[tuple[dt.date, int, str, str]]:
    """Days for the chart: date, rows, mark, and what to write beside a marked one."""
    return [
        (date, int(rows), str(mark), language.short_date(date) if mark and date.day != 1 else "")
        for date, rows, mark in zip(volume.days["date"], volume.days["rows"], volume.days["mark"], strict=True)
    ]


def clock_bars(clock: Hours, language: Language) -> tuple[list[float], list[str], tuple[int, ...], str]:
    """Bars of the hours: share of the rows, share in words, the night hours, their colour."""
    rows = sum(clock.by_hour)
    shares = [count / rows for count in clock.by_hour]
    return shares, [language.percent(share, 1) for share in shares], NIGHT, "alert" if clock.suspicious else "s3"
