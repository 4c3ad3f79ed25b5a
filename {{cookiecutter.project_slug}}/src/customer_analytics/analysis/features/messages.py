"""Messages: how many arrived, what became of them, whether somebody has unsubscribed. Only what was sent by then."""

from __future__ import annotations

import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import (
    FLAG,
    NUMERIC,
    QUARTER,
    Block,
    Feature,
    Moment,
    by_person,
    count,
    day_of,
)
from customer_analytics.expressions import ratio

SENT = ("sent", "delivered")
ANSWERS = {"opened": "messages_opened_share", "clicked": "messages_clicked_share"}
LEFT = "unsubscribed"


def blocks(moment: Moment) -> list[Block]:
    """The features of touches; none where nothing says when a message left (being assigned is not being written to)."""
    tables = moment.tables
    sent_by = next((name for name in SENT if tables.has("touches", "customer_id", f"{name}_on")), None)
    if sent_by is None:
        return []
    touches = tables["touches"]
    times = [name for name in (*ANSWERS, LEFT) if f"{name}_on" in touches.columns]
    rows = touches.select(
        person_id=touches.customer_id.cast("string"),
        day=day_of(touches, sent_by),
        **{name: day_of(touches, name) for name in times},
    )
    rows = moment.seen(rows.filter(rows.person_id.notnull(), rows.day.notnull()))
    values: dict[str, ir.Value] = {
        "messages_90": count(rows.cut - rows.day <= QUARTER),
        "messages": rows.count().cast("float64"),
        "days_since_message": (rows.cut - rows.day).min().cast("float64"),
    }
    units = {"messages_90": "count", "messages": "count", "days_since_message": "days"}
    for time in times:
        happened = rows[time] < rows.cut
        if time == LEFT:
            values[LEFT], units[LEFT] = count(happened).clip(upper=1.0), "flag"
        else:
            values[ANSWERS[time]], units[ANSWERS[time]] = ratio(count(happened), rows.count()), "share"
    features = tuple(
        Feature(name, "engagement", unit, "touches", kind=FLAG if unit == "flag" else NUMERIC)
        for name, unit in units.items()
    )
    zero = frozenset(name for name, unit in units.items() if unit in ("count", "flag"))
    return [Block(features, by_person(rows).aggregate(**values), zero)]
