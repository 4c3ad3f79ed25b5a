"""The slow, obvious evaluation of rules: plain Python over plain rows, one customer and one row at a time.

None is a missing value. It shares the parser's nodes with the product and nothing else.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import Counter
from decimal import Decimal
from types import ModuleType
from typing import Any

from customer_analytics.analysis.query import nodes as n

PAID = ("paid", "refunded")


def net(order: dict[str, Any]) -> Decimal:
    """By the rules of docs/methods/rfm.md; a status that is none of the four counts as paid."""
    amount, refund = order["amount"], abs(order["refund"] or Decimal(0))
    if amount is None or order["status"] == "unpaid":
        return Decimal(0)
    if amount < 0:
        return Decimal(amount)
    if order["status"] == "cancelled" or (order["status"] == "refunded" and refund == 0):
        return Decimal(0)
    return Decimal(amount - refund)


class Slow:
    """Evaluates nodes for one world of rows."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]], world: ModuleType, as_of: dt.date) -> None:
        self.rows, self.local, self.as_of = rows, world.local, as_of
        people = {row["customer_id"] for name in ("customers", "orders") for row in rows[name]}
        self.people = sorted(people - {None})
        self.memory: dict[Any, Any] = {}

    # --- rows of a source ---------------------------------------------------------------------------------------

    def source(self, name: str) -> list[dict[str, Any]]:
        if name not in self.memory:
            self.memory[name] = [self._timed(row, time) for row, time in self._source(name)]
        return self.memory[name]

    def _timed(self, row: dict[str, Any], time: dt.datetime | None) -> dict[str, Any]:
        wall = self.local(time)
        days = {
            key: self.local(value) and self.local(value).date() for key, value in row.items() if key.endswith("_at")
        }
        if wall is None:
            return {**row, **days, "day": None, "hour": None, "weekday": None, "weekend": None, "moment": None}
        weekday = wall.isoweekday()
        day, hour = wall.date(), wall.hour
        return {**row, **days, "day": day, "hour": hour, "weekday": weekday, "weekend": weekday > 5, "moment": time}

    def _source(self, name: str) -> list[tuple[dict[str, Any], dt.datetime | None]]:
        orders = [{**order, "net": net(order)} for order in self.rows["orders"]]
        purchases = [
            order for order in orders if order["amount"] is not None and order["amount"] > 0 and order["net"] > 0
        ]
        campaigns = {row["campaign_id"]: row["name"] for row in self.rows["campaigns"]}
        touches = [{**row, "campaign_name": campaigns.get(row["campaign_id"])} for row in self.rows["touches"]]
        match name:
            case "orders":
                return [(row, row["ordered_at"]) for row in orders]
            case "purchases":
                return [(row, row["ordered_at"]) for row in purchases]
            case "returns":
                back = [
                    row
                    for row in orders
                    if (row["amount"] or 0) < 0 or (row["refund"] or 0) != 0 or row["status"] == "refunded"
                ]
                return [(row, row["ordered_at"]) for row in back]
            case "order_lines":
                heads = {row["order_id"]: row for row in purchases}
                return [
                    (
                        {**line, "customer_id": heads[line["order_id"]]["customer_id"]},
                        heads[line["order_id"]]["ordered_at"],
                    )
                    for line in self.rows["order_lines"]
                    if line["order_id"] in heads
                ]
            case "events":
                return [(row, row["occurred_at"]) for row in self.rows["events"]]
            case "activity":
                return self._source("orders") + self._source("events")
            case "touches":
                return [(row, row["sent_at"] or row["assigned_at"]) for row in touches]
            case "sent" | "opened":
                return [(row, row[f"{name}_at"]) for row in touches if row[f"{name}_at"] is not None]
            case "registrations":
                return [(row, row["signed_up_at"]) for row in self.rows["customers"] if row["signed_up_at"] is not None]
            case "feedback":
                return [(row, row["given_at"]) for row in self.rows["feedback"]]
        raise AssertionError(name)

    def chosen(self, person: str, source: str, where: Any, when: Any) -> list[dict[str, Any]]:
        return [
            row
            for row in self.source(source)
            if row["customer_id"] == person
            and (where is None or self.holds(where, person, row))
            and (when is None or self.inside(row["day"], when))
        ]

    def inside(self, day: dt.date | None, when: Any) -> bool:
        if isinstance(when, n.Days) and when.first is None and when.last is None:
            return True
        if day is None:
            return False
        ago = (self.as_of - day).days + 1  # the as-of day was 1 day ago
        match when:
            case n.Ago():
                return when.first <= ago <= when.last
            case n.Within(unit="day"):
                return 1 <= ago <= when.count
            case n.Within(unit="week"):
                return 1 <= ago <= 7 * when.count
            case n.Within():
                months = when.count * (12 if when.unit == "year" else 1)
                return _months_before(self.as_of, months) < day <= self.as_of
            case n.Days():
                return (when.first is None or day >= when.first) and (when.last is None or day <= when.last)
        raise AssertionError(when)

    # --- values -------------------------------------------------------------------------------------------------

    def value(self, node: Any, person: str, row: dict[str, Any] | None = None) -> Any:
        match node:
            case n.Number() | n.Text() | n.Date() | n.Truth():
                return node.value
            case n.Name():
                found = self.fact(node.name, person) if row is None else row[node.name]
                return (
                    float(found) if isinstance(found, int | float | Decimal) and not isinstance(found, bool) else found
                )
            case n.Negative():
                inner = self.value(node.value, person, row)
                return None if inner is None else -inner
            case n.Arithmetic():
                return self.arithmetic(node, person, row)
            case n.Call():
                return self.call(node, person, row)
            case n.Choice():
                if self.holds(node.condition, person, row):
                    return self.value(node.then, person, row)
                return None if node.otherwise is None else self.value(node.otherwise, person, row)
            case n.Aggregate():
                return self.aggregate(node, person)
            case n.Condition():
                return self.holds(node, person, row)
        raise AssertionError(node)

    def fact(self, name: str, person: str) -> Any:
        purchases = self.chosen(person, "purchases", None, None)
        own = next((row for row in self.rows["customers"] if row["customer_id"] == person), None)
        match name:
            case "orders":
                return len(purchases)
            case "revenue":
                return sum(row["net"] for row in self.chosen(person, "orders", None, None))
            case "average_order":
                return sum(row["net"] for row in purchases) / len(purchases) if purchases else None
            case "recency_days":
                return min(((self.as_of - row["day"]).days + 1 for row in purchases), default=None)
            case "age":
                return None if own is None or own["birth_year"] is None else self.as_of.year - own["birth_year"]
            case "tenure_days":
                known = own is not None and own["signed_up_at"] is not None
                days = [row["day"] for row in self.source("orders") if row["customer_id"] == person]
                day = self.local(own["signed_up_at"]).date() if known else min(days, default=None)
                return None if day is None else (self.as_of - day).days + 1
        found = None if own is None else own[name]
        return self.local(found).date() if isinstance(found, dt.datetime) else found

    def arithmetic(self, node: Any, person: str, row: Any) -> float | None:
        left, right = self.value(node.left, person, row), self.value(node.right, person, row)
        if left is None or right is None:
            return None
        if isinstance(left, dt.date):
            return float((left - right).days)
        match node.sign:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
        return None if right == 0 else left / right

    def call(self, node: Any, person: str, row: Any) -> Any:
        if node.function == "coalesce":
            values = (self.value(argument, person, row) for argument in node.arguments)
            return next((value for value in values if value is not None), None)
        if node.function == "rank":
            values = {other: self.value(node.arguments[0], other) for other in self.people}
            known = [value for value in values.values() if value is not None]
            if values[person] is None:
                return None
            below = sum(value < values[person] for value in known)
            return below / (len(known) - 1) if len(known) > 1 else 0.0
        first = self.value(node.arguments[0], person, row)
        if first is None:
            return None
        match node.function:
            case "log":
                return math.log(first) if first > 0 else None
            case "days_since":
                return (self.as_of - first).days + 1.0
            case "band":
                limits = [argument.value for argument in node.arguments[1:]]
                return self.label(first, limits)
        raise AssertionError(node)

    def label(self, value: float, limits: list[float]) -> str:
        if value < limits[0]:
            return f"<{limits[0]:.0f}"
        for low, high in itertools.pairwise(limits):
            if value < high:
                return f"{low:.0f}" if high == low + 1 else f"{low:.0f}–{high - 1:.0f}"
        return f"{limits[-1]:.0f}+"

    def aggregate(self, node: Any, person: str) -> Any:
        if node.function == "share":
            met = {other: self.met(node, other) for other in self.people}
            k, m = met[person]
            if m == 0:
                return None
            prior = node.prior or 0.0
            base = sum(pair[0] for pair in met.values()) / sum(pair[1] for pair in met.values())
            return (k + prior * base) / (m + prior)
        rows = self.chosen(person, node.table, node.where, node.when)
        days = sorted({row["day"] for row in rows if row["day"] is not None})
        match node.function:
            case "count":
                return float(len(rows))
            case "days_since_first":
                return (self.as_of - days[0]).days + 1.0 if days else None
            case "days_since_last":
                return (self.as_of - days[-1]).days + 1.0 if days else None
            case "median_gap":
                gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
                return float(statistics.median(gaps)) if gaps else None
        values = [row[node.column] for row in rows if row[node.column] is not None]
        match node.function:
            case "sum":
                return float(sum(values))
            case "mean":
                return float(sum(values) / len(values)) if values else None
            case "minimum":
                return _plain(min(values, default=None))
            case "maximum":
                return _plain(max(values, default=None))
            case "distinct":
                return float(len(set(values)))
        known = [row for row in rows if row[node.column] is not None]
        if not known:
            return None
        latest: dict[Any, Any] = {}
        for row in known:
            moment = row["moment"] or dt.datetime.min
            latest[row[node.column]] = max(latest.get(row[node.column], dt.datetime.min), moment)
        counts = Counter(row[node.column] for row in known)
        far = dt.datetime.max
        match node.function:
            case "most":
                found = min(latest, key=lambda value: (-counts[value], far - latest[value], value))
            case "last":
                found = min(latest, key=lambda value: (far - latest[value], value))
            case _:
                earliest = {
                    value: min(row["moment"] or far for row in known if row[node.column] == value) for value in latest
                }
                found = min(earliest, key=lambda value: (earliest[value], value))
        return _plain(found)

    def met(self, node: Any, person: str) -> tuple[int, int]:
        base = self.chosen(person, node.table, node.of, node.when)
        return sum(self.holds(node.where, person, row) for row in base), len(base)

    # --- conditions ---------------------------------------------------------------------------------------------

    def holds(self, node: Any, person: str, row: Any = None) -> bool:
        match node:
            case n.And():
                return all(self.holds(part, person, row) for part in node.parts)
            case n.Or():
                return any(self.holds(part, person, row) for part in node.parts)
            case n.Not():
                return not self.holds(node.part, person, row)
            case n.Flag():
                return self.value(node.value, person, row) is True
            case n.Known():
                return (self.value(node.value, person, row) is not None) == node.known
            case n.Comparison():
                return self.compares(node, self.value(node.left, person, row), self.value(node.right, person, row))
            case n.Among():
                value = self.value(node.value, person, row)
                return value is not None and (value in [option.value for option in node.options]) != node.negated
            case n.Between():
                value = self.value(node.value, person, row)
                low_enough = node.low is None or (value is not None and value >= node.low.value)
                return value is not None and low_enough and (node.high is None or value <= node.high.value)
            case n.Match():
                value = self.value(node.value, person, row)
                if value is None:
                    return False
                ways = {"contains": value.__contains__, "starts with": value.startswith, "ends with": value.endswith}
                return ways[node.how](node.text)
            case n.Behaviour():
                return self.did(node, person)
            case n.Member():
                return self.belongs(node, person)
            case n.Extreme():
                return self.extreme(node, person)
        raise AssertionError(node)

    def compares(self, node: Any, left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        signs = {"=": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
        return bool(getattr(left, signs[node.sign])(right))

    def did(self, node: Any, person: str) -> bool:
        source = {
            "active": "activity", "ordered": "purchases", "bought": "order_lines", "returned goods": "returns",
            "visited": "events", "did": "events", "contacted": "sent", "opened": "opened",
            "registered": "registrations", "gave feedback": "feedback",
        }[node.verb]  # fmt: skip
        rows = self.chosen(person, source, node.where, node.when)
        columns = {"category": ["category"], "event": ["event"], "product": ["product_id"]}
        columns["campaign"] = ["campaign_id", "campaign_name"]
        if node.what is not None:
            rows = [row for row in rows if any(row[column] == node.name for column in columns[node.what])]
        often = node.often or n.Often(1, None)
        count = len(rows) if often.unit == "time" else len({row["day"] for row in rows if row["day"] is not None})
        return often.low <= count and (often.high is None or count <= often.high)

    def belongs(self, node: Any, person: str) -> bool:
        ledger = [row for row in self.rows["ledger"] if row["customer_id"] == person]
        if node.arm is not None:
            ledger = [row for row in ledger if row["arm"] == node.arm]
        if node.when is not None:
            ledger = [row for row in ledger if self.inside(row["assigned_on"], node.when)]
        if node.kind == "held out":
            mine = [row for row in ledger if row["arm"] == "control" and node.name in (None, row["audience"])]
            return any(row["expires_on"] is None or row["expires_on"] >= self.as_of for row in mine)
        if node.kind == "audience":
            return any(row["audience"] == node.name and row["current"] for row in ledger)
        touched = self.chosen(person, "touches", None, node.when)
        touched = [row for row in touched if node.name in (row["campaign_id"], row["campaign_name"])]
        touched = [row for row in touched if node.arm in (None, row["arm"])]
        return bool(touched) or any(row["campaign_id"] == node.name for row in ledger)

    def extreme(self, node: Any, person: str) -> bool:
        values = {other: self.value(node.by, other) for other in self.people}
        own = values[person]
        if own is None:
            return False
        sign = 1 if node.end == "top" else -1
        known = [value for value in values.values() if value is not None]
        better = sum(sign * value > sign * own for value in known)
        as_good = sum(value == own for value in known)
        asked = len(known) * node.amount / 100 if node.percent else node.amount
        if better >= asked:
            return False
        too_many, too_few = better + as_good - asked, asked - better
        return too_many <= too_few  # taking the equals in comes as near as leaving them out


def _months_before(day: dt.date, months: int) -> dt.date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    for last in (31, 30, 29, 28):
        if day.day <= last or last == 28:
            try:
                return dt.date(year, month, min(day.day, last))
            except ValueError:
                continue
    raise AssertionError


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
