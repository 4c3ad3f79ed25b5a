"""What has to be read from the data before features can be written down: levels of columns, names of events.

Client's own columns are candidates where they have 2 to 20 different values, or where all of them are numbers that do
not number the rows: free text and identifiers are never features. All such columns are as at the export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.audit.profile import is_personal_name
from customer_analytics.analysis.features import voice
from customer_analytics.analysis.features.feature import CATEGORY, NUMERIC, Feature
from customer_analytics.analysis.features.lines import category_column
from customer_analytics.analysis.features.visits import cart_names, failure_names
from customer_analytics.analysis.stream.events import own_names
from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables

LEAST_LEVELS, MOST_LEVELS = 2, 20
MOST_CANONICAL = 200  # levels of a column whose meaning is known; rare ones are grouped before a model
LONGEST = 60  # letters of a level: longer ones are sentences
NUMBER = r"^\s*-?[0-9]{1,15}([.][0-9]{1,10})?\s*$"
WHOLE = r"^\s*-?[0-9]+\s*$"
DISTINCT_SHARE = 0.9  # of whole numbers that differ from each other: they number the rows
OWN_CATEGORY, OWN_NUMBER = "own_category", "own_number"
CANDIDATES = {
    "customers": (
        "acquisition_channel", "acquisition_campaign", "gender", "region", "city", "occupation", "income_band",
    ),
    "orders": ("channel", "store", "payment_method"),
    "order_lines": ("category",),
    "products": ("category",),
    "subscriptions": ("plan",),
}  # fmt: skip
NEVER = ("account_id",)  # our own columns of resolved identities


@dataclass(frozen=True)
class Facts:
    """`levels`: "table.column" of the canonical columns with few enough values; `own`: the client's own columns by
    table, each OWN_CATEGORY or OWN_NUMBER; names of events and topics; `returns`: orders with a negative amount."""

    levels: frozenset[str] = frozenset()
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    carts: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    returns: bool = False
    tones: ir.Table | None = None

    def own_columns(
        self, table: str, rows: ir.Table, family: str
    ) -> tuple[dict[str, ir.Value], list[Feature], dict[str, str]]:
        """The client's own columns of a table: values under names of ours (whatever the client calls them, they
        collide with nothing), their features, and the features' names for our names."""
        values: dict[str, ir.Value] = {}
        features = []
        named = {}
        for place, (column, kind) in enumerate(self.own.get(table, {}).items()):
            name, value = f"{table}.{column}", rows[column]
            if kind == OWN_NUMBER:
                values[f"own_{place}"] = _number(value) if value.type().is_string() else value.cast("float64")
            else:
                values[f"own_{place}"] = value.cast("string")
            named[name] = f"own_{place}"
            features.append(
                Feature(
                    name, family, "value", name, dated=False, actionable=False,
                    kind=NUMERIC if kind == OWN_NUMBER else CATEGORY, words=kind,
                )
            )  # fmt: skip
        return values, features, named


def facts(tables: Tables) -> Facts:
    """Read what is needed: a pass over each table with columns in question."""
    levels: set[str] = set()
    own: dict[str, dict[str, str]] = {}
    for table, candidates in CANDIDATES.items():
        if table not in tables.tables:
            continue
        known, kinds = _columns(tables[table], table, candidates)
        levels |= {f"{table}.{name}" for name in known}
        if table in ("customers", "subscriptions"):
            own[table] = kinds
    if category_column(tables) == "products" and "products.category" in levels:
        levels.add("order_lines.category")
    names = own_names(tables)
    return Facts(
        frozenset(levels), own, cart_names(names), failure_names(names), voice.complaint_topics(tables),
        _has_returns(tables), voice.tones(tables),
    )  # fmt: skip


def _columns(rows: ir.Table, table: str, candidates: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """The canonical candidates with a usable number of levels, and the kinds of the client's own columns."""
    canonical = [name for name in candidates if name in rows.columns]
    strange = []
    if table in ("customers", "subscriptions"):
        known = set(SCHEMAS[table].names)
        days = {name.removesuffix("_at") + "_on" for name in rows.columns if name.endswith("_at")}
        strange = [name for name in rows.columns if name not in known and name not in days and name not in NEVER]
        # A name of a person predicts nothing that may be acted on, and stands in no report, however many share it.
        strange = [name for name in strange if _is_plain(rows[name]) and not is_personal_name(name)]
    if not canonical and not strange:
        return [], {}
    measures: dict[str, ir.Value] = {"rows": rows.count()}
    for place, name in enumerate([*canonical, *strange]):
        text = rows[name].cast("string")
        measures |= {
            f"known_{place}": text.count(), f"levels_{place}": text.nunique(), f"long_{place}": text.length().max(),
            f"numbers_{place}": _matches(text, NUMBER), f"whole_{place}": _matches(text, WHOLE),
        }  # fmt: skip
    row = rows.aggregate(**measures).to_pyarrow().to_pylist()[0]
    usable = [
        name
        for place, name in enumerate(canonical)
        if LEAST_LEVELS <= row[f"levels_{place}"] <= MOST_CANONICAL and row[f"long_{place}"] <= LONGEST
    ]
    kinds = {}
    for place, name in enumerate(strange, start=len(canonical)):
        seen = {key: row[f"{key}_{place}"] or 0 for key in ("known", "levels", "long", "numbers", "whole")}
        kind = _kind(seen | {"rows": row["rows"]})
        if kind is not None:
            kinds[name] = kind
    return usable, kinds


def _kind(seen: Mapping[str, int]) -> str | None:
    """What one of the client's own columns is good for; None where it is free text, an identifier or constant."""
    if not seen["known"] or seen["levels"] < LEAST_LEVELS:
        return None if seen["levels"] != 1 else _single(seen)
    numbers = seen["numbers"] == seen["known"]
    if numbers and seen["levels"] > MOST_LEVELS:
        numbering = seen["whole"] == seen["known"] and seen["levels"] >= DISTINCT_SHARE * seen["known"]
        return None if numbering else OWN_NUMBER
    if seen["levels"] <= MOST_LEVELS and seen["long"] <= LONGEST:
        return OWN_NUMBER if numbers and seen["levels"] > 2 else OWN_CATEGORY
    return None


def _single(seen: Mapping[str, int]) -> str | None:
    """A column with one value is filled or empty, which may say something: a category with an unknown level."""
    return OWN_CATEGORY if seen["long"] <= LONGEST and seen["known"] < seen["rows"] else None


def _is_plain(column: ir.Column) -> bool:
    kind = column.type()
    return bool(kind.is_string() or kind.is_numeric() or kind.is_boolean())


def _matches(text: ir.StringValue, pattern: str) -> ir.Value:
    return text.re_search(pattern).fill_null(False).ifelse(1, 0).sum()


def _number(text: ir.StringValue) -> ir.FloatingValue:
    return ibis.ifelse(text.re_search(NUMBER), text.strip(), None).cast("float64")


def _has_returns(tables: Tables) -> bool:
    if not tables.has("orders", "customer_id", "amount"):
        return False
    orders = tables["orders"]
    found = orders.filter((orders.amount < 0).fill_null(False), orders.customer_id.notnull()).limit(1)
    return bool(found.count().to_pandas())
