"""The rows that make baskets: order lines, or events of a session, with what keeps a row from being a product sold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.audit.measures import money
from customer_analytics.analysis.baskets.basket import GROUP, Unit
from customer_analytics.analysis.baskets.groups import Groups
from customer_analytics.analysis.rfm.payments import CANCELLED, is_paid
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.store import Tables

# Why rows are set aside, in the order in which they are asked: what is true of the order, then of the row, then of the
# basket that is left.
NO_ORDER, NOT_PAID, CANCELLED_ORDER, NO_PERSON, NO_DAY = "no_order", "unpaid", "cancelled", "no_person", "no_day"
NO_ITEM, RETURNED, NO_UNITS, EXCLUDED, SERVICE = "no_item", "returned", "no_units", "excluded", "service"
ENTRY, LARGE = "entry", "large"
NUMBERS = ("units", "amount", "cost")
LINE_ITEMS = ("product_id", "product_name", "category")
EVENT_ITEMS = ("product_id", "page")


@dataclass(frozen=True)
class Source:
    """What baskets are made of.

    rows: the keys, product (text, null: unknown), name, category (texts or null), those of units, amount and
        cost that the data have, and fault (why the row is no product sold, null: it is one).
    carriers: one row per value of the keys: the keys, person_id, day, promotion, group_<name>, fault.
    """

    unit: Unit
    rows: ir.Table
    keys: tuple[str, ...]
    carriers: ir.Table
    numbers: tuple[str, ...]  # of units, amount and cost those that the data have
    item: str  # the canonical column that says the item


def item_column(tables: Tables, table: str) -> str | None:
    """The column that says what a line or an event is about; None where there is none."""
    names = LINE_ITEMS if table == "order_lines" else EVENT_ITEMS
    return next((name for name in names if tables.has(table, name)), None)


def settle_unit(tables: Tables, asked: str) -> Unit | None:
    """What one basket is; None where nothing in the data makes baskets.

    Raises:
        UserError: what was asked for needs columns that are not there.
    """
    lines = item_column(tables, "order_lines") is not None
    events = item_column(tables, "events") is not None
    people = {name: tables.has(name, "customer_id") for name in ("orders", "order_lines", "events")}
    of_lines = lines and (people["orders"] or people["order_lines"])
    dated = tables.has("orders", "ordered_on") or tables.has("order_lines", "ordered_on")
    of_events = not lines and events and (people["events"] or tables.has("events", "visitor_id"))
    possible: dict[Unit, bool] = {
        "order": lines, "session": events and tables.has("events", "session_id"),
        "day": (of_lines and dated) or of_events, "customer": of_lines or of_events,
    }  # fmt: skip
    if asked == "auto":
        return next((unit for unit in ("order", "session", "day") if possible[unit]), None)
    for unit, is_possible in possible.items():
        if unit == asked:
            if is_possible:
                return unit
            raise UserError([_impossible(unit, [name for name, can in possible.items() if can])])
    raise AssertionError(asked)  # engagement.yml allows no other


_NEEDS = {
    "order": "order lines with a product", "session": "events with a session and a product or page",
    "day": "order lines with a product and orders with a customer and a day",
    "customer": "order lines with a product and orders with a customer",
}  # fmt: skip


def _impossible(unit: Unit, possible: list[Unit]) -> Problem:
    mend = f"Possible with these data: {', '.join(possible)}." if possible else "No table of these data makes baskets."
    return Problem("basket_rules, basket", f"baskets by {unit} need {_NEEDS[unit]}.", mend)


def source(tables: Tables, unit: Unit, groups: Groups) -> Source:
    """Rows and carriers of the baskets."""
    if unit == "session" or item_column(tables, "order_lines") is None:
        return _of_events(tables, unit, groups)
    return _of_lines(tables, unit, groups)


def _of_lines(tables: Tables, unit: Unit, groups: Groups) -> Source:
    lines = tables["order_lines"]
    item = item_column(tables, "order_lines")
    assert item is not None  # settle_unit has seen it
    amount, units = money("order_lines", lines), lines.quantity if "quantity" in lines.columns else None
    product = lines[item].cast("string").nullif("")
    numbers: dict[str, ir.Value] = {} if units is None else {"units": units}
    numbers |= {} if amount is None else {"amount": amount}
    numbers |= {"cost": lines.cost} if "cost" in lines.columns else {}
    rows = lines.select(
        order_id=lines.order_id,
        product=product,
        name=_text(lines, "product_name" if item == "product_id" else item),
        category=_text(lines, "category") if item != "category" else ibis.null("string"),
        **numbers,
        fault=_line_fault(product, units, amount),
    )
    return Source(unit, rows, ("order_id",), _carriers(tables, unit, groups), tuple(numbers), item)


def _text(table: ir.Table, column: str) -> ir.StringValue:
    return table[column].cast("string").nullif("") if column in table.columns else ibis.null("string")


def _line_fault(
    product: ir.StringValue, units: ir.NumericValue | None, amount: ir.NumericValue | None
) -> ir.StringValue:
    """Why a line is no product sold: no product, taken back, or nothing given."""
    branches: list[tuple[ir.BooleanValue, str]] = [(product.isnull(), NO_ITEM)]
    for number in (units, amount):
        if number is not None:
            branches.append(((number < 0).fill_null(False), RETURNED))
    if units is not None:
        branches.append(((units == 0).fill_null(False), NO_UNITS))
    return ibis.cases(*branches, else_=ibis.null("string"))


def _carriers(tables: Tables, unit: Unit, groups: Groups) -> ir.Table:
    """One row an order: who, when, on what terms, and why it is no basket.

    Where orders are listed, only those count: what is not listed lies after the as-of date or outside the subset.
    """
    orders = _order_terms(tables, groups) if "orders" in tables.tables else None
    of_lines = _of_own_columns(tables, groups, () if orders is None else orders.columns)
    if orders is None:
        orders = of_lines if of_lines is not None else tables["order_lines"].select("order_id").distinct()
    elif of_lines is not None:
        orders = orders.left_join(of_lines.rename(own_order="order_id"), [("order_id", "own_order")]).drop("own_order")
    person = orders.customer_id.cast("string").nullif("") if "customer_id" in orders.columns else ibis.null("string")
    day = orders.ordered_on.epoch_days().cast("int32") if "ordered_on" in orders.columns else ibis.null("int32")
    shaped = orders.mutate(person_id=person, day=day)
    fault = _order_fault(shaped, unit)
    shaped = groups.of_customers(shaped, tables)
    return shaped.select(
        "order_id", "person_id", "day", fault=fault, **groups.columns(shaped),
        promotion=shaped.promotion if "promotion" in shaped.columns else ibis.null("boolean"),
    )  # fmt: skip


def _of_own_columns(tables: Tables, groups: Groups, known: Collection[str]) -> ir.Table | None:
    """What only the lines say of their order; None where they need not be asked."""
    lines = tables["order_lines"]
    own: dict[str, ir.Value] = {
        name: lines[name].min() for name in ("customer_id", "ordered_on") if name not in known and name in lines.columns
    }
    own |= {GROUP + name: lines[column].cast("string").min() for name, column in groups.of("order_lines").items()}
    return lines.group_by("order_id").aggregate(**own) if own else None


def _order_terms(tables: Tables, groups: Groups) -> ir.Table:
    """Each order once: who, when, its discount, its groups, and whether it was paid."""
    orders = tables["orders"]
    wanted: dict[str, ir.Value] = {
        name: orders[name].min() for name in ("customer_id", "ordered_on") if name in orders.columns
    }
    if "discount" in orders.columns:
        wanted["promotion"] = (orders.discount.fill_null(0) != 0).any()
    if {"status", "paid_at"} & set(orders.columns):
        wanted["paid"] = is_paid(orders).any()
    if "status" in orders.columns:
        wanted["called_off"] = (orders.status.cast("string").strip().lower() == CANCELLED).any()
    wanted |= {GROUP + name: orders[column].cast("string").min() for name, column in groups.of("orders").items()}
    return orders.group_by("order_id").aggregate(**wanted) if wanted else orders.select("order_id").distinct()


def _order_fault(orders: ir.Table, unit: Unit) -> ir.StringValue:
    """Why an order is no basket."""
    branches: list[tuple[ir.BooleanValue, str]] = []
    if "called_off" in orders.columns:
        branches.append((orders.called_off.fill_null(False), CANCELLED_ORDER))
    if "paid" in orders.columns:
        branches.append((~orders.paid.fill_null(True), NOT_PAID))
    if unit in ("day", "customer"):
        branches.append((orders.person_id.isnull(), NO_PERSON))
    if unit == "day":
        branches.append((orders.day.isnull(), NO_DAY))
    return ibis.cases(*branches, else_=ibis.null("string")) if branches else ibis.null("string")


def _of_events(tables: Tables, unit: Unit, groups: Groups) -> Source:
    events = tables["events"]
    item = item_column(tables, "events")
    assert item is not None  # settle_unit has seen it
    events = events.filter(events[item].notnull(), events[item].cast("string") != "")
    person = person_id(events)
    day = events.occurred_on if "occurred_on" in events.columns else tables.local(events.occurred_at).date()
    # Only what is needed: a client's own column may be called like one of these but for the case of its letters.
    marked = events.select(
        person=person,
        whose=person.fill_null(""),
        on=day.epoch_days().cast("int32"),
        visit=events.session_id.cast("string").nullif("") if unit == "session" else ibis.literal(""),
        looked_at=events[item].cast("string"),
        **{GROUP + name: events[column].cast("string") for name, column in groups.of("events").items()},
    )
    keys = {"session": ("whose", "visit"), "day": ("whose", "on"), "customer": ("whose",)}[unit]
    own = {GROUP + name: marked[GROUP + name].min() for name in groups.of("events")}
    fault = {"session": marked.visit.isnull(), "day": marked.person.isnull(), "customer": marked.person.isnull()}[unit]
    rows = marked.select(
        *keys, product=marked.looked_at, name=ibis.null("string"), category=ibis.null("string"),
        fault=ibis.ifelse(fault, NO_PERSON, ibis.null("string")),
    )  # fmt: skip
    grouped = marked.filter(~fault).group_by(*keys).aggregate(person_id=marked.person.min(), day=marked.on.min(), **own)
    shaped = groups.of_customers(grouped, tables)
    carriers = shaped.select(
        *keys, "person_id", "day", fault=ibis.null("string"), **groups.columns(shaped), promotion=ibis.null("boolean")
    )
    return Source(unit, rows, keys, carriers, (), item)
