"""Charts of Excel's own, for the tables that people draw again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer_analytics.documents.workbook.reading import Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

COLOURS = ("#0b5563", "#b3402a", "#9cc5c9", "#d9a441")
_MOST_ROWS = 400


@dataclass(frozen=True)
class Chart:
    """A chart of a table: its kind in Excel, the column of names and the columns that are drawn."""

    kind: str
    names: str
    values: tuple[str, ...]
    first: int = _MOST_ROWS  # rows that are drawn


CHARTS = {
    ("rfm", "segments"): Chart("bar", "segment", ("revenue",)),
    ("rfm", "value_bridge"): Chart("column", "part", ("change",)),
    ("rfm", "lifecycle_stages"): Chart("bar", "stage", ("customers",)),
    ("funnel", "steps"): Chart("column", "name", ("reached",)),
    ("retention", "activity"): Chart("line", "period", ("active", "new", "returning", "resurrecting")),
    ("retention", "retention_curve"): Chart("line", "period", ("bounded", "unbounded")),
    ("retention", "daily_activity"): Chart("line", "day", ("dau", "wau", "mau"), first=1000),
    ("churn", "actions"): Chart("bar", "action", ("customers",)),
    ("churn", "cost_of_delay"): Chart("line", "week", ("gone",)),
    ("basket_rules", "items"): Chart("bar", "label", ("share",), first=15),
    ("campaign_evaluation", "channels"): Chart("bar", "channel", ("customers",)),
    ("personas", "personas"): Chart("bar", "persona", ("share_revenue",)),
}


def add_chart(book: Workbook, sheet: Worksheet, table: Table, *, top: int, beside: int) -> bool:
    """Put the chart of a table beside it; whether there is one.

    Args:
        book: the workbook.
        sheet: the table's sheet.
        table: the table as it was written.
        top: row of its headings, from 0.
        beside: column in which the chart begins.
    """
    wanted = CHARTS.get((table.report, table.name))
    if wanted is None or not table.rows or wanted.names not in table.columns:
        return False
    drawn = [name for name in wanted.values if name in table.columns]
    if not drawn:
        return False
    chart = book.add_chart({"type": wanted.kind})
    last = top + min(len(table.rows), wanted.first)
    for number, name in enumerate(drawn):
        names, values = table.column(wanted.names), table.column(name)
        style = {"color": COLOURS[number % len(COLOURS)]}
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.get_name(), top + 1, names, last, names],
                "values": [sheet.get_name(), top + 1, values, last, values],
                "fill": style,
                "line": style if wanted.kind == "line" else {"none": True},
                "gap": 60,
            }
        )
    chart.set_legend({"none": True} if len(drawn) == 1 else {"position": "bottom"})
    chart.set_title({"name": drawn[0]} if len(drawn) == 1 else {"none": True})
    if wanted.kind == "bar":
        chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 380})
    sheet.insert_chart(top, beside, chart, {"description": f"{table.name}: {', '.join(drawn)}"})
    return True
