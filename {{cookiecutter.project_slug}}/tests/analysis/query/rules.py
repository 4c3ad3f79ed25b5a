"""Random rules: those that make sense on the tables of world.py, and those that only have to be readable.

They are drawn step by step: nested strategies of this size would take hypothesis minutes to build.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from customer_analytics.analysis.query import nodes as n

AS_OF = dt.date(2024, 4, 2)
SIGNS = ("=", "!=", "<", "<=", ">", ">=")
HOWS = ("contains", "starts with", "ends with")
NUMBERS = (-3.0, 0.0, 0.5, 1.0, 2.0, 3.0, 10.0, 20.0, 29.5, 60.0)
DAYS = tuple(AS_OF - dt.timedelta(days=days) for days in (365, 90, 31, 30, 7, 6, 2, 1, 0))
Columns = dict[str, tuple[str, ...]]

COLUMNS: dict[str, Columns] = {
    "purchases": {
        "number": ("net", "amount", "refund", "hour", "weekday"), "text": ("channel", "status"), "date": ("day",),
        "flag": ("weekend",),
    },
    "orders": {
        "number": ("net", "amount", "refund", "hour"), "text": ("status", "channel"), "date": ("ordered_at",),
        "flag": ("weekend",),
    },
    "order_lines": {
        "number": ("quantity", "amount", "hour"), "text": ("category", "product_id"), "date": ("day",),
        "flag": ("weekend",),
    },
    "events": {"number": ("hour", "weekday"), "text": ("event", "device"), "date": ("day",), "flag": ("weekend",)},
    "touches": {
        "number": ("hour",), "text": ("arm", "campaign_id"), "date": ("opened_at", "assigned_at"), "flag": ("weekend",),
    },
    "feedback": {"number": ("rating",), "text": (), "date": ("given_at",), "flag": ("weekend",)},
}  # fmt: skip
TEXTS = {
    "channel": ("web", "shop"), "status": ("paid", "odd"), "category": ("Tea", "50% off"), "product_id": ("p1",),
    "event": ("view", "add to cart"), "device": ("phone",), "arm": ("control",), "campaign_id": ("k1",),
    "region": ("North", "Süd's", "上海"), "gender": ("F",),
}  # fmt: skip
FACTS: Columns = {
    "number": ("birth_year", "points", "orders", "revenue", "average_order", "recency_days", "age", "tenure_days"),
    "text": ("region", "gender"),
    "date": ("signed_up_at",),
    "flag": ("consent",),
}
VERBS = (
    ("active", None, ()),
    ("ordered", "purchases", ()),
    ("bought", "order_lines", (("category", "Tea"), ("category", "50% off"), ("product", "p1"))),
    ("returned goods", None, ()),
    ("visited", "events", ()),
    ("did", "events", (("event", "add to cart"), ("event", "nothing"))),
    ("contacted", None, (("campaign", "k1"), ("campaign", "Spring"))),
    ("opened", None, (("campaign", "k1"), ("campaign", "Spring"))),
    ("registered", None, ()),
    ("gave feedback", "feedback", ()),
)


class Maker:
    """Draws nodes; `depth` is how many more levels may follow."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def pick(self, options: Any) -> Any:
        return self._draw(st.sampled_from(options))

    def whole(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def maybe(self, make: Callable[[], Any]) -> Any:
        return make() if self.whole(0, 1) else None

    # --- what has no type ---------------------------------------------------------------------------------------

    def day(self) -> dt.date:
        return self.pick(DAYS)

    def when(self) -> n.When:
        first, last = sorted((self.day(), self.day()))
        near, far = sorted((self.whole(1, 9), self.whole(1, 90)))
        return self.pick(
            (
                n.Within(self.pick((1, 7, 30, 31, 90)), "day"),
                n.Within(self.whole(1, 14), self.pick(("day", "week", "month"))),
                n.Within(1, "year"),
                n.Ago(near, far),
                n.Days(first, last),
                n.Days(first, None),
                n.Days(None, last),
                n.Days(None, None),
            )
        )

    def often(self) -> n.Often:
        low, unit = self.whole(0, 3), self.pick(("time", "day"))
        return n.Often(max(low, 1), None, unit) if self.whole(0, 1) else n.Often(low, low + self.whole(0, 3), unit)

    def number(self) -> n.Number:
        return n.Number(self.pick(NUMBERS))

    # --- rules that make sense ----------------------------------------------------------------------------------

    def simple(self, names: Columns, depth: int = 0) -> n.Condition:
        """One comparison of names by type; `depth` above 0: of whole numbers of a customer."""

        def number() -> n.Value:
            if depth > 0 and self.whole(0, 2):
                return self.numbers(depth - 1)
            return n.Name(self.pick(names["number"]))

        flag, day = n.Name(self.pick(names["flag"])), n.Name(self.pick(names["date"]))
        kind = self.whole(0, 9 if names["text"] else 6)
        match kind:
            case 0:
                return n.Comparison(self.pick(SIGNS), number(), self.number())
            case 1:
                low, high = sorted((self.pick(NUMBERS), self.pick(NUMBERS)))
                return n.Between(number(), n.Number(low), self.pick((n.Number(high), None)))
            case 2:
                return n.Among(
                    number(), tuple(self.number() for _ in range(self.whole(1, 3))), self.pick((True, False))
                )
            case 3:
                return n.Known(self.pick((flag, day, number())), self.pick((True, False)))
            case 4:
                return n.Flag(flag)
            case 5:
                return n.Comparison(self.pick(SIGNS), day, n.Date(self.day()))
            case 6:
                return n.Comparison(self.pick(("=", "!=")), flag, n.Truth(self.pick((True, False))))
        name = self.pick(names["text"])
        match kind:
            case 7:
                return n.Comparison(self.pick(("=", "!=")), n.Name(name), n.Text(self.pick(TEXTS[name])))
            case 8:
                return n.Among(n.Name(name), (n.Text(self.pick(TEXTS[name])), n.Text("x")), self.pick((True, False)))
        return n.Match(self.pick(HOWS), n.Name(name), self.pick(("o", "N", "%", "_", "'", "海", "")))

    def joined(self, make: Callable[[], n.Condition], depth: int) -> n.Condition:
        kind = self.whole(0, 5) if depth else 0
        if kind < 3:
            return make()
        if kind == 3:
            return n.Not(self.joined(make, depth - 1))
        parts = tuple(self.joined(make, depth - 1) for _ in range(self.whole(2, 3)))
        return n.And(parts) if kind == 4 else n.Or(parts)

    def rows(self, source: str) -> n.Condition:
        return self.joined(lambda: self.simple(COLUMNS[source]), 2)

    def aggregate(self) -> n.Aggregate:
        source = self.pick(sorted(COLUMNS))
        where, when = self.maybe(lambda: self.rows(source)), self.maybe(self.when)
        match self.whole(0, 3):
            case 0:
                function = self.pick(("count", "days_since_first", "days_since_last", "median_gap"))
                return n.Aggregate(function, source, None, where, None, when)
            case 1:
                function = self.pick(("sum", "mean", "minimum", "maximum", "most", "first", "last"))
                return n.Aggregate(function, source, self.pick(COLUMNS[source]["number"]), where, None, when)
            case 2:
                column = self.pick([name for names in COLUMNS[source].values() for name in names])
                return n.Aggregate("distinct", source, column, where, None, when)
        return n.Aggregate("share", source, None, self.rows(source), where, when, self.pick((None, 5.0, 0.5)))

    def numbers(self, depth: int) -> n.Value:
        kind = self.whole(0, 8 if depth else 2)
        if kind == 0:
            return n.Name(self.pick(FACTS["number"]))
        if kind in (1, 2):
            return self.aggregate()
        first = self.numbers(depth - 1)
        match kind:
            case 3:
                return n.Arithmetic(self.pick("+-*/"), first, self.pick((self.numbers(depth - 1), self.number())))
            case 4:
                return n.Negative(first)
            case 5:
                return n.Choice(self.simple(FACTS), first, self.maybe(lambda: self.numbers(depth - 1)))
            case 6:
                return n.Call("coalesce", (first, self.number()))
            case 7:
                return n.Call("rank", (first,))
        return n.Call("log", (first,))

    def texts(self) -> n.Value:
        kind = self.whole(0, 2)
        if kind == 0:
            return n.Name(self.pick(FACTS["text"]))
        if kind == 1:
            return n.Call("band", (self.numbers(1), n.Number(0.0), n.Number(1.0), n.Number(30.0)))
        source = self.pick([source for source in sorted(COLUMNS) if COLUMNS[source]["text"]])
        function, column = self.pick(("most", "first", "last")), self.pick(COLUMNS[source]["text"])
        return n.Aggregate(function, source, column, self.maybe(lambda: self.rows(source)), None, self.maybe(self.when))

    def behaviour(self) -> n.Condition:
        verb, source, whats = self.pick(VERBS)
        what, name = self.pick(whats if verb == "did" else ((None, None), *whats))
        where = self.maybe(lambda: self.rows(source)) if source else None
        return n.Behaviour(verb, what, name, where, self.maybe(self.often), self.maybe(self.when))

    def member(self) -> n.Condition:
        when = self.maybe(self.when)
        match self.whole(0, 2):
            case 0:
                return n.Member("campaign", self.pick(("k1", "Spring", "k9")), self.pick((None, "control")), when)
            case 1:
                return n.Member("audience", self.pick(("spring", "x")), self.pick((None, "treatment")), when)
        return n.Member("held out", self.pick((None, "spring")), None, when)

    def extreme(self) -> n.Condition:
        end = self.pick(("top", "bottom"))
        if self.whole(0, 1):
            return n.Extreme(end, self.pick((1.0, 10.0, 12.5, 20.0, 50.0, 100.0)), True, self.numbers(1))
        return n.Extreme(end, self.pick((1.0, 2.0, 5.0)), False, self.numbers(1))

    def condition(self) -> n.Condition:
        def one() -> n.Condition:
            ways = (lambda: self.simple(FACTS, 2), self.behaviour, self.behaviour, self.member, self.extreme)
            return self.pick(ways)()

        return self.joined(one, 2)

    def value(self) -> n.Value:
        return self.pick((lambda: self.numbers(2), self.texts, self.condition))()


values = st.composite(lambda draw: Maker(draw).value())
conditions = st.composite(lambda draw: Maker(draw).condition())

# --- only readable --------------------------------------------------------------------------------------------------

MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANY_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=MARKS), max_size=12)
WORDS = (
    "and",
    "Or",
    "not",
    "in",
    "within",
    "last",
    "day",
    "7 days",
    "a`b",
    "count",
    "orders",
    "if",
    "真",
    "ordered",
    "x.y",
)
ANY_WHOLE = st.integers(-(10**14), 10**14)
ANY_DECIMAL = st.decimals(-10_000, 10_000, places=4)
ANY_DAY = st.dates(dt.date(1900, 1, 2), dt.date(2199, 12, 30))


class AnyMaker(Maker):
    """Draws any node that the parser can give, whether it makes sense or not."""

    def text(self) -> str:
        return str(self._draw(ANY_TEXT))

    def name(self) -> str:
        return self.pick(WORDS) if self.whole(0, 1) else self.text() or "x"

    def day(self) -> dt.date:
        return self._draw(ANY_DAY)

    def number(self) -> n.Number:
        return n.Number(float(self._draw(ANY_WHOLE if self.whole(0, 1) else ANY_DECIMAL)))

    def literal(self) -> n.Value:
        match self.whole(0, 3):
            case 0:
                return n.Text(self.text())
            case 1:
                return n.Date(self.day())
            case 2:
                return n.Truth(self.pick((True, False)))
        return self.number()

    def any_condition(self, depth: int) -> n.Condition:
        node = self.any(depth)
        return node if isinstance(node, n.Condition) else n.Flag(node)

    def any(self, depth: int) -> n.Value:
        """Any node."""
        kind = self.whole(0, 17 if depth else 1)
        below = depth - 1
        match kind:
            case 0:
                return self.literal()
            case 1:
                return n.Name(self.name())
            case 2:
                return n.Arithmetic(self.pick("+-*/"), self.any(below), self.any(below))
            case 3:
                inner = self.any(below)
                return inner if isinstance(inner, n.Number) else n.Negative(inner)
            case 4:
                return n.Choice(self.any_condition(below), self.any(below), self.maybe(lambda: self.any(below)))
            case 5:
                return n.Call("coalesce", (self.any(below), self.any(below)))
            case 6 | 7:
                where = self.maybe(lambda: self.any_condition(below))
                source, when = self.pick(sorted(COLUMNS)), self.maybe(self.when)
                if kind == 6:
                    column = self.maybe(self.name)
                    return n.Aggregate("last" if column else "count", source, column, where, None, when)
                prior = self.pick((None, 10.0, 2.5))
                return n.Aggregate("share", source, None, self.any_condition(below), where, when, prior)
            case 8:
                return n.And(tuple(self.any_condition(below) for _ in range(self.whole(2, 3))))
            case 9:
                return n.Or(tuple(self.any_condition(below) for _ in range(self.whole(2, 3))))
            case 10:
                return n.Not(self.any_condition(below))
            case 11:
                return n.Comparison(self.pick(SIGNS), self.any(below), self.any(below))
            case 12:
                options = tuple(self.literal() for _ in range(self.whole(1, 3)))
                return n.Among(self.any(below), options, self.pick((True, False)))
            case 13:
                return n.Match(self.pick(HOWS), self.any(below), self.text())
            case 14:
                return n.Known(self.any(below), self.pick((True, False)))
            case 15:
                low = self.maybe(lambda: self.pick((self.number(), n.Date(self.day()))))
                high = self.pick((self.number(), n.Date(self.day())))
                return n.Between(self.any(below), low, self.pick((high, None)) if low else high)
            case 16:
                verb, _, whats = self.pick(VERBS)
                what = self.pick(whats if verb == "did" else ((None, None), *whats))[0]
                where = self.maybe(lambda: self.any_condition(below))
                name = self.text() if what else None
                return n.Behaviour(verb, what, name, where, self.maybe(self.often), self.maybe(self.when))
        if self.whole(0, 1):
            return n.Extreme(self.pick(("top", "bottom")), self.pick((5.0, 12.5)), True, self.any(below))
        return self.member()


readable = st.composite(lambda draw: AnyMaker(draw).any(3))
