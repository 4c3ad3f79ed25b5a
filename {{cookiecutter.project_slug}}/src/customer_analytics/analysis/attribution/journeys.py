"""Journeys: the contacts of a person on the way to an order, or to none, and the sums over them, in the engine.

A contact belongs to the person's next order if that follows within the days of attribution. The others belong to
journeys that led nowhere: they are cut into stretches of the same length, so that a journey is as long whether it
ended in an order or not. Such a journey is open while its last contact may still lead to an order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.attribution.sums import BITS, ENDS, RULES, Floats, Sums
from customer_analytics.analysis.survival.blocks import BLOCKS, block_of, letters
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

DAY = 86_400
PACKED = 15  # last contacts that a packed path holds
LISTED = 500  # paths that leave the engine, the most frequent ones


@dataclass(frozen=True)
class Journeys:
    """`contacts`: a row a contact: person_id, block, second, code, previous (code before it, 0: none), place (from 0)
    and length of its journey, converts, is_open, after (second of the next order; -1: none), stretch (of a journey that
    led nowhere), conversions, value, decay (its share by that rule; the others follow from place and length: shares).
    `whole`: a row a journey: block, mask, trail (packed path), contacts, conversions, value, nulls, open."""

    contacts: ir.Table
    whole: ir.Table


def conversions(rows: ir.Table) -> ir.Table:
    """person_id, bought (second), conversions (purchases in that second), value (their net money, 0 where unknown).

    Args:
        rows: as `campaigns.purchases.purchases` gives them.
    """
    rows = rows.filter(rows.bought == 1).select(
        "person_id", bought=rows.ordered_at.epoch_seconds().cast("int64"), net=rows.net.fill_null(0.0)
    )
    return rows.group_by("person_id", "bought").aggregate(conversions=rows.count().cast("int64"), value=rows.net.sum())


def journeys(touchpoints: ir.Table, bought: ir.Table, days: int, half_life: float, end: int) -> ir.Table:
    """The contacts with their journeys; materialise them before asking them twice.

    Args:
        touchpoints: person_id, second, code.
        bought: as conversions() gives them.
        days: longest time from a contact to an order that it can have a share in.
        half_life: days after which a contact weighs half in the model of decay.
        end: second at which the data end.
    """
    span = days * DAY
    led = _next_order(touchpoints, bought)
    joined = led.left_join(bought, [led.person_id == bought.person_id, led.following == bought.bought]).select(
        led.person_id, led.second, led.code, led.following,
        conversions=bought.conversions.fill_null(0), value=bought.value.fill_null(0.0),
    )  # fmt: skip
    converts = (joined.following.notnull() & (joined.following - joined.second <= span)).fill_null(False)
    marked = joined.mutate(converts=converts, after=joined.following.fill_null(-1))
    whole = ibis.window(group_by=[marked.person_id, marked.after, marked.converts])
    passed = (marked.second - marked.second.min().over(whole)).cast("float64")
    marked = marked.mutate(stretch=ibis.ifelse(marked.converts, -1, (passed / span).floor()).cast("int32"))
    return _with_shares(marked, half_life, end - span)


def _next_order(touchpoints: ir.Table, bought: ir.Table) -> ir.Table:
    """person_id, second, code, following: the second of the person's next order, at the same second or later."""
    none = ibis.null("int64")
    both = touchpoints.select("person_id", "second", code=touchpoints.code.cast("int16"), order=none).union(
        bought.select("person_id", second="bought", code=ibis.literal(0).cast("int16"), order="bought")
    )
    # Within a second the contact comes first: an order has code 0, so codes stand backwards.
    forward = ibis.window(
        group_by=both.person_id, order_by=[both.second, both.code.desc()], preceding=0, following=None
    )
    found = both.mutate(following=both.order.min().over(forward))
    return found.filter(found.code > 0).drop("order")


def _with_shares(marked: ir.Table, half_life: float, closed: int) -> ir.Table:
    keys = [marked.person_id, marked.after, marked.converts, marked.stretch]
    along = ibis.window(group_by=keys, order_by=[marked.second, marked.code])
    inside = ibis.window(group_by=keys)
    aged = ibis.ifelse(
        marked.converts, (ibis.literal(0.5) ** ((marked.following - marked.second) / (half_life * DAY))), 1.0
    )
    placed = marked.mutate(
        place=ibis.row_number().over(along).cast("int32"),
        length=marked.count().over(inside).cast("int32"),
        previous=marked.code.lag().over(along).fill_null(0).cast("int16"),
        aged=aged,
        all_aged=aged.sum().over(inside),
        latest=marked.second.max().over(inside),
        letters=letters(marked.person_id),
    )
    # Contacts so old that their weights vanish share alike.
    decay = ibis.ifelse(
        placed.all_aged > 0, placed.aged / placed.all_aged.nullif(0), 1.0 / placed.length.cast("float64")
    )
    return placed.select(
        "person_id", "second", "code", "previous", "after", "stretch", "converts", "length", "place",
        block=block_of(placed.letters, BLOCKS).cast("int16"),
        is_open=~placed.converts & (placed.after == -1) & (placed.latest > closed),
        conversions=ibis.ifelse(placed.converts, placed.conversions, 0).cast("int32"),
        value=ibis.ifelse(placed.converts, placed.value, 0.0),
        decay=decay,
    )  # fmt: skip


def shares(contacts: ir.Table) -> dict[str, ir.FloatingValue]:
    """The share of each contact in its journey's conversion, by each of RULES; kept narrow, it is worked out anew."""
    length, back = contacts.length.cast("float64"), contacts.length - 1 - contacts.place
    first, last = ENDS
    between = (1 - first - last) / ibis.greatest(length - 2, 1.0)
    shared = ibis.cases((contacts.place == 0, first), (back == 0, last), else_=between)
    return {
        "first": (contacts.place == 0).ifelse(1.0, 0.0),
        "last": (back == 0).ifelse(1.0, 0.0),
        "linear": 1.0 / length,
        "position": ibis.cases((contacts.length == 1, 1.0), (contacts.length == 2, 0.5), else_=shared),
        "decay": contacts.decay,
    }


def whole_journeys(contacts: ir.Table, channels: int) -> ir.Table:
    """A row a journey: block, mask, trail, contacts, conversions, value, nulls, open."""
    back = contacts.length - 1 - contacts.place
    powers = [(back == steps, 2 ** (BITS * steps)) for steps in range(PACKED)]
    packed = contacts.code.cast("int64") * ibis.cases(*powers, else_=0).cast("int64")
    marked = contacts.mutate(packed=packed)
    seen = [(marked.code == code).ifelse(2 ** (code - 1), 0).max() for code in range(1, channels + 1)]
    mask = seen[0]
    for one in seen[1:]:
        mask = mask + one
    found = marked.group_by("person_id", "after", "converts", "stretch").aggregate(
        block=marked.block.max(), mask=mask.cast("int16"), trail=marked.packed.sum().cast("int64"),
        contacts=marked.length.max(), conversions=marked.conversions.max(), value=marked.value.max(),
        open=marked.is_open.ifelse(1, 0).max().cast("int16"),
    )  # fmt: skip
    return found.select(
        "block",
        "mask",
        "trail",
        "contacts",
        "conversions",
        "value",
        "open",
        nulls=found.converts.ifelse(0, 1).cast("int16"),
    )


def end_of(tables: Tables) -> int:
    """The second at which the data end."""
    last = tables.as_of + dt.timedelta(days=1)
    return int((utc_of_local_midnight(last, tables.zone) - dt.datetime(1970, 1, 1)).total_seconds())


def made(touchpoints: ir.Table, bought: ir.Table, channels: int, days: int, half_life: float, end: int) -> Journeys:
    """The journeys, worked out once and kept by the engine; arguments as above."""
    contacts = journeys(touchpoints, bought, days, half_life, end).cache()
    return Journeys(contacts, whole_journeys(contacts, channels).cache())


def sums(found: Journeys, channels: int) -> Sums:
    """What the models need, one crossing each for credits, steps, ends and sets."""
    contacts, whole = found.contacts, found.whole
    led = contacts.filter(contacts.converts)
    measures = {
        f"{rule}_{which}": (share * led[which].cast("float64")).sum()
        for rule, share in shares(led).items()
        for which in ("conversions", "value")
    }
    credited = led.group_by("block", "code").aggregate(**measures).to_pandas()
    credits = np.zeros((BLOCKS, len(RULES), channels, 2))
    at = credited["block"].to_numpy(), credited["code"].to_numpy(dtype=np.int64) - 1
    for number, rule in enumerate(RULES):
        for which, name in enumerate(("conversions", "value")):
            credits[at[0], number, at[1], which] = credited[f"{rule}_{name}"].to_numpy()
    totals = whole.group_by("block", "mask").aggregate(
        conversions=whole.conversions.sum(), value=whole.value.sum(), nulls=whole.nulls.sum()
    ).to_pandas()  # fmt: skip
    sets, place = np.unique(totals["mask"].to_numpy(dtype=np.int64), return_inverse=True)
    by_set = np.zeros((BLOCKS, len(sets), 3))
    by_set[totals["block"].to_numpy(), place] = totals[["conversions", "value", "nulls"]].to_numpy(dtype=np.float64)
    return Sums(credits, _steps(contacts, channels), sets, by_set)


def _steps(contacts: ir.Table, channels: int) -> Floats:
    """Journeys by step; one that led to several orders in the same second counts so often."""
    weighed = contacts.mutate(n=ibis.ifelse(contacts.converts, contacts.conversions, 1))
    inside = weighed.group_by("block", "is_open", "previous", "code").aggregate(n=weighed.n.sum()).to_pandas()
    last = weighed.filter(weighed.place == weighed.length - 1)
    ends = last.group_by("block", "is_open", "converts", "code").aggregate(n=last.n.sum()).to_pandas()
    found = np.zeros((BLOCKS, 2, channels + 1, channels + 2))
    _add(found, inside, inside["previous"], inside["code"] - 1)
    _add(found, ends, ends["code"], pd.Series(np.where(ends["converts"], channels, channels + 1)))
    return found


def _add(found: Floats, frame: pd.DataFrame, row: pd.Series, column: pd.Series) -> None:
    place = tuple(
        part.to_numpy(dtype=np.int64) for part in (frame["block"], frame["is_open"], row, column)
    )  # fmt: skip
    np.add.at(found, place, frame["n"].to_numpy(dtype=np.float64))


def listed(whole: ir.Table) -> pd.DataFrame:
    """The most frequent paths: trail, contacts, journeys, conversions, value, nulls; most conversions first."""
    long = whole.mutate(shown=ibis.least(whole.contacts, PACKED + 1))
    found = long.group_by("trail", "shown").aggregate(
        conversions=long.conversions.sum(), value=long.value.sum(), nulls=long.nulls.sum(), journeys=long.count()
    )
    frame: pd.DataFrame = (
        found.order_by(ibis.desc("conversions"), ibis.desc("journeys"), "trail", "shown").limit(LISTED).to_pandas()
    )
    return frame


def unpacked(trail: int) -> tuple[int, ...]:
    """The codes of a packed path in the order of time."""
    found = []
    while trail:
        found.append(trail % 2**BITS)
        trail //= 2**BITS
    return tuple(reversed(found))
