"""Messages: how many arrived, what became of them, whether somebody has unsubscribed. Only what was sent by then."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import FLAG, Block, Feature, Moment
from customer_analytics.analysis.features.rhythm import QUARTER
from customer_analytics.expressions import ratio

BEGINNING = dt.datetime(1970, 1, 1)
SENT = ("sent_at", "delivered_at")


def blocks(moment: Moment) -> list[Block]:
    """The features of touches; none where nothing says when a message left (being assigned is not being written to)."""
    tables = moment.tables
    sent_by = next((name for name in SENT if tables.has("touches", "customer_id", name)), None)
    if sent_by is None:
        return []
    touches = tables["touches"]
    rows = touches.mutate(person_id=touches.customer_id.cast("string"), sent=touches[sent_by])
    rows = moment.of_people(rows.filter(moment.known(rows.sent), rows.sent >= ibis.timestamp(moment.begun)))
    late = rows.sent >= ibis.timestamp(moment.before(QUARTER))
    seconds = rows.sent.max().epoch_seconds().cast("float64")
    end = float(int((moment.midnight - BEGINNING).total_seconds()))
    values: dict[str, ir.Value] = {
        "messages_90": late.ifelse(1, 0).sum().cast("float64"),
        "messages": rows.count().cast("float64"),
        "days_since_message": ((ibis.literal(end) - seconds) / 86_400).ceil(),
    }
    units = {"messages_90": "count", "messages": "count", "days_since_message": "days"}
    for column, name in (("opened_at", "messages_opened_share"), ("clicked_at", "messages_clicked_share")):
        if column in rows.columns:
            values[name] = ratio(moment.known(rows[column]).ifelse(1, 0).sum(), rows.count())
            units[name] = "share"
    if "unsubscribed_at" in rows.columns:
        values["unsubscribed"] = moment.known(rows.unsubscribed_at).ifelse(1, 0).max().cast("float64")
        units["unsubscribed"] = "flag"
    features = tuple(
        Feature(name, "engagement", unit, "touches", kind=FLAG if unit == "flag" else "numeric")
        for name, unit in units.items()
    )
    zero = frozenset(name for name, unit in units.items() if unit in ("count", "flag"))
    return [Block(features, rows.group_by("person_id").aggregate(**values), zero)]
