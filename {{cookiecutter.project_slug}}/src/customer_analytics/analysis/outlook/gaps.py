"""Each active day beside the next one of the same person: computed once, read by rhythm and lapse."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def own_gaps(days: ir.Table) -> ir.Table:
    """person_id, day, bought (true: every row is an active day), ordinal (1 = first), next_day (null after the last)
    and begun (the first), materialised; the columns that analysis.rfm.due reads.

    `days`: person_id, day, one row a person and active day. The windows run within one person.
    """
    within = ibis.window(group_by=days.person_id, order_by=days.day)
    made = days.select("person_id", "day").mutate(
        bought=ibis.literal(True),
        ordinal=(ibis.row_number().over(within) + 1).cast("int32"),
        next_day=days.day.lead().over(within),
        begun=days.day.first().over(within),
    )
    return made.cache()
