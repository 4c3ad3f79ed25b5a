"""What the other questions of the audit found, said as faults, so that one ranked list holds everything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import ibis

from customer_analytics.analysis.audit.calendar import runs
from customer_analytics.analysis.audit.codes import Adjustments, OddCode, Series, SeriesKind
from customer_analytics.analysis.audit.faults import Fault
from customer_analytics.analysis.audit.hours import Hours
from customer_analytics.analysis.audit.identity import Identity
from customer_analytics.analysis.audit.issues import expects_value
from customer_analytics.analysis.audit.measures import MONEY, money, number, one_row, person, total, whole
from customer_analytics.analysis.audit.people import Consent
from customer_analytics.analysis.audit.profile import ColumnProfile
from customer_analytics.analysis.audit.volume import Mark, Volume
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.store import Tables

OUT_OF_LINE = 20.0  # times the product's median price: a decimal point, not a price rise
USUAL_LINES = 10  # lines from which a product has a usual price
HEAVY = 0.01  # one order with this share of the revenue moves every average
_ENTRY_RULES = {SeriesKind.CANCELLATION: "cancellation", SeriesKind.BAD_DEBT: "bad_debt", SeriesKind.ENTRY: "entry"}


def column_faults(profiles: Iterable[ColumnProfile]) -> Iterator[Fault]:
    """Empty values where one is expected, words that stand for nothing, and personal data where none belongs."""
    for column in profiles:
        at = (column.table, column.column)
        if expects_value(*at):
            yield Fault(*at, "missing", column.missing, column.rows, column.missing_money)
        filled = column.rows - column.missing
        if column.kind == Kind.TEXT:
            yield Fault(*at, "placeholder", column.placeholders, filled)
        if column.kind in (Kind.TEXT, Kind.ID) and column.table != "identities":
            yield Fault(*at, "personal_data", column.looks_personal, filled)


def nobody_known(tables: Tables, derived: Iterable[str]) -> Iterator[Fault]:
    """A table of trade without a column for the customer: no row knows who bought."""
    for name in ("orders", "order_lines"):
        if name in tables.tables and name not in set(derived):
            if "customer_id" not in tables[name].columns:
                amount = money(name, tables[name])
                sums = {} if amount is None else {"money": total(amount)}
                row = one_row(tables[name].aggregate(rows=tables[name].count(), **sums))
                carried = (number(row["money"]) or 0.0) if sums else None
                yield Fault(name, "customer_id", "missing", whole(row["rows"]), whole(row["rows"]), carried)
            return


def too_late(tables: Tables) -> Iterator[Fault]:
    """Rows after the as-of day, which no report sees."""
    later: Mapping[str, int] = getattr(tables, "later", {})
    for name, count in later.items():
        schema = SCHEMAS.get(name)
        if schema is not None and schema.time is not None and name in tables.tables:
            kept = whole(tables[name].count().execute())
            yield Fault(name, schema.time, "after_as_of", count, kept + count)


def spelling_faults(profiles: Iterable[ColumnProfile]) -> Iterator[Fault]:
    """Values of a list of categories that differ from another one only in capitals and blanks."""
    for column in profiles:
        if column.spelled_otherwise is not None:
            filled = column.rows - column.missing
            yield Fault(column.table, column.column, "spelled_otherwise", column.spelled_otherwise, filled)


def volume_faults(volumes: Iterable[Volume]) -> Iterator[Fault]:
    """Days without data, too little or too much; `rows` are days here, `values` hold the first and the last one."""
    rules = {Mark.GAP: "gap", Mark.COLLAPSE: "collapse", Mark.SPIKE: "spike", Mark.INCOMPLETE: "incomplete_day"}
    for volume in volumes:
        column = "occurred_at" if volume.table == "events" else "ordered_at"
        for mark, rule in rules.items():
            days = volume.marked(mark)
            if days.empty:
                continue
            spans = runs(list(days["date"]))
            longest = max(spans, key=lambda span: span[1] - span[0])
            yield Fault(
                volume.table,
                column,
                rule,
                len(days),
                len(volume.days),
                money=round(math.fsum(days["money"]), 4),
                values={
                    "first": days["date"].iloc[0],
                    "last": days["date"].iloc[-1],
                    "runs": len(spans),
                    "longest": (longest[1] - longest[0]).days + 1,
                    "longest_first": longest[0],
                    "expected": float(days["expected"].sum()),
                    "counted": int(days["rows"].sum()),
                },
            )


def clock_faults(hours: Iterable[Hours]) -> Iterator[Fault]:
    """A night that is too busy to be one."""
    for clock in hours:
        if clock.suspicious:
            column = "occurred_at" if clock.table == "events" else "ordered_at"
            rows = int(clock.counts["rows"].sum())
            values = {"night_share": clock.night_share, "quietest": clock.quietest}
            yield Fault(clock.table, column, "clock", rows, rows, values=values)


def code_faults(
    tables: Tables, codes: list[OddCode], series: list[Series], adjustments: Adjustments
) -> Iterator[Fault]:
    """Lines that are no sale of a product."""
    if "order_lines" not in tables.tables:
        return
    lines = whole(tables["order_lines"].count().execute())
    for rule, chosen in (
        ("non_product", [odd for odd in codes if odd.certain]),
        ("odd_code", [odd for odd in codes if not odd.certain]),
    ):
        if chosen:
            yield Fault(
                "order_lines",
                "product_id",
                rule,
                sum(odd.lines for odd in chosen),
                lines,
                round(math.fsum(odd.money for odd in chosen), 4),
                values={"codes": len(chosen), "named": [odd.code for odd in chosen]},
            )
    for kind, rule in _ENTRY_RULES.items():
        found = [one for one in series if one.kind == kind]
        if found:
            yield Fault(
                "order_lines",
                "order_id",
                rule,
                sum(one.lines for one in found),
                lines,
                round(math.fsum(one.money for one in found), 4),
                customers=sum(one.customers for one in found),
                values={"orders": sum(one.orders for one in found), "prefixes": [one.prefix for one in found]},
            )
    if adjustments.lines:
        values = {"units": adjustments.units}
        yield Fault("order_lines", "quantity", "stock_adjustment", adjustments.lines, lines, 0.0, values=values)


def consent_faults(consent: Consent | None) -> Iterator[Fault]:
    """Customers who cannot be contacted because their answer is not known."""
    if consent is not None:
        total = consent.agreed + consent.refused + consent.unknown
        yield Fault("customers", "consent", "consent_unknown", consent.unknown, total, customers=consent.unknown)


def identity_faults(identity: Identity | None) -> Iterator[Fault]:
    """Accounts that are one person and were not merged, persons that may be several, identifiers on too many."""
    if identity is None:
        return
    facts = identity.facts
    if not identity.resolved:
        yield Fault(
            "identities",
            "value",
            "shared_identifier",
            identity.doubled,
            identity.accounts,
            customers=facts.linked,
            values={"people": identity.people},
        )
    persons = sum(facts.sizes.values())
    if persons:
        yield Fault("identities", "value", "several_people", identity.suspected, persons)
    yield Fault(
        "identities",
        "value",
        "over_merged",
        facts.over_merged,
        sum(kind.identifiers for kind in identity.kinds),
        values={"limit": facts.limit},
    )


def heavy_orders(tables: Tables, revenue: float) -> Iterator[Fault]:
    """Single orders that carry a noticeable share of the revenue."""
    amount = money("orders", tables["orders"]) if "orders" in tables.tables else None
    if amount is None or revenue <= 0:
        return
    orders = tables["orders"]
    heavy = amount >= HEAVY * revenue
    who = person(orders)
    people = {} if who is None else {"people": who.nunique(where=heavy)}
    row = one_row(
        orders.aggregate(
            rows=orders.count(),
            heavy=heavy.sum(),
            money=total(amount, heavy),
            most=amount.max().cast("float64"),
            **people,
        )
    )
    yield Fault(
        "orders",
        "amount",
        "heavy_order",
        whole(row["heavy"]),
        whole(row["rows"]),
        number(row["money"]) or 0.0,
        whole(row["people"]) if people else None,
        {"most": number(row["most"]) or 0.0},
    )


def order_totals(tables: Tables, derived: Iterable[str]) -> Iterator[Fault]:
    """Orders whose amount is not the sum of their lines, neither before nor after the discount."""
    if (
        {"orders", "order_lines"} & set(derived)
        or not tables.has("orders", "amount")
        or "order_lines" not in tables.tables
    ):
        return
    lines, orders = tables["order_lines"], tables["orders"]
    amount = money("order_lines", lines)
    if amount is None:
        return
    valued = lines.select(order_id=lines.order_id, line=amount)
    sums = valued.group_by("order_id").aggregate(lines=valued.line.sum())
    stated = orders.select(
        order_id=orders.order_id,
        amount=orders.amount.cast(MONEY),
        discount=orders.discount.cast(MONEY).fill_null(0) if "discount" in orders.columns else ibis.literal(0),
    )
    both = stated.inner_join(sums, "order_id")
    gap = both.lines - both.amount
    off = (gap.abs() > 0.01) & ((gap - both.discount).abs() > 0.01)
    row = one_row(both.aggregate(rows=both.count(), off=off.sum(), gap=total(gap.abs(), off)))
    yield Fault(
        "orders", "amount", "not_sum_of_lines", whole(row["off"]), whole(row["rows"]), number(row["gap"]) or 0.0
    )


def strange_prices(tables: Tables, odd: Iterable[str]) -> Iterator[Fault]:
    """Lines whose price is many times the median price of the same product; odd codes have no usual price."""
    if not tables.has("order_lines", "product_id", "unit_price"):
        return
    lines = tables["order_lines"]
    amount = money("order_lines", lines)
    priced = lines.select(
        product=lines.product_id,
        price=lines.unit_price.cast("float64"),
        money=ibis.literal(0.0) if amount is None else amount,
    )
    codes = list(odd)
    kept = (priced.price > 0) & ~priced["product"].isin(codes) if codes else priced.price > 0
    priced = priced.filter(kept)
    usual = priced.group_by("product").aggregate(usual=priced.price.median(), lines=priced.count())
    usual = usual.filter(usual.lines >= USUAL_LINES)
    joined = priced.inner_join(usual, "product")
    strange = joined.price >= OUT_OF_LINE * joined.usual
    row = one_row(joined.aggregate(rows=joined.count(), strange=strange.sum(), money=total(joined.money, strange)))
    yield Fault(
        "order_lines",
        "unit_price",
        "price_out_of_line",
        whole(row["strange"]),
        whole(row["rows"]),
        number(row["money"]) or 0.0,
    )


def refused_and_sent(tables: Tables) -> Iterator[Fault]:
    """Messages that left for customers who had refused them."""
    if not (tables.has("customers", "customer_id", "consent") and tables.has("touches", "customer_id", "sent_at")):
        return
    answers = tables["customers"].select("customer_id", "consent").distinct(on="customer_id")
    sent = tables["touches"].filter(tables["touches"].sent_at.notnull()).select("customer_id")
    joined = sent.inner_join(answers, "customer_id")
    against = ~joined.consent.fill_null(True)
    row = one_row(
        joined.aggregate(rows=joined.count(), against=against.sum(), people=joined.customer_id.nunique(where=against))
    )
    yield Fault(
        "touches",
        "sent_at",
        "sent_without_consent",
        whole(row["against"]),
        whole(row["rows"]),
        customers=whole(row["people"]),
    )
