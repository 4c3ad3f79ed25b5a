"""Seconds as intervals of the engine, whole or not."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

MICRO = 1_000_000


def later(moment: ir.TimestampValue, seconds: float) -> ir.TimestampValue:
    """A moment some seconds later (earlier where negative); fractions count to the microsecond."""
    if seconds == 0:
        return moment
    micro = round(seconds * MICRO)
    if micro % MICRO == 0:
        shifted: ir.TimestampValue = moment + ibis.interval(seconds=micro // MICRO)
    else:
        shifted = moment + ibis.interval(microseconds=micro)
    return shifted


def seconds_between(after: ir.TimestampValue, before: ir.TimestampValue) -> ir.FloatingValue:
    """Seconds from one moment to another, to the millisecond."""
    seconds: ir.FloatingValue = after.delta(before, unit="millisecond").cast("float64") / 1000.0
    return seconds
