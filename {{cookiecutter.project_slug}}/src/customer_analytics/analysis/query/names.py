"""What a name means for a customer: another definition, a fact from a model, a column of customers, or a shortcut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import ibis.expr.types as ir

from customer_analytics.analysis.query.nodes import Aggregate, Node, Value
from customer_analytics.analysis.query.sources import ResultType, column_types, type_of
from customer_analytics.tables.store import Tables

SHORTCUTS: Mapping[str, Value] = {
    "orders": Aggregate("count", "purchases"),
    "revenue": Aggregate("sum", "orders", "net"),
    "average_order": Aggregate("mean", "purchases", "net"),
    "recency_days": Aggregate("days_since_last", "purchases"),
}
AGE, TENURE = "age", "tenure_days"
# Facts that analyses give to the query, under `facts`; where they are not given, a rule that names them cannot run.
MODEL_FACTS: Mapping[str, tuple[str, ResultType]] = {
    "rfm_segment": ("rfm", "text"),
    "rfm_r": ("rfm", "number"),
    "rfm_f": ("rfm", "number"),
    "rfm_m": ("rfm", "number"),
    "eight_type": ("rfm", "text"),
    "abc": ("rfm", "text"),
    "lifecycle_stage": ("rfm", "text"),
    "lifecycle_phase": ("rfm", "text"),
    "clv": ("value", "number"),
    "p_alive": ("value", "number"),
    "expected_purchases": ("value", "number"),
    "sentiment": ("sentiment", "text"),
}


@dataclass(frozen=True)
class Names:
    """All names that a rule may use. Where two things have one name, the earlier of definitions, facts, shortcuts and
    columns counts; a definition that names itself means the fact of that name."""

    tables: Tables
    definitions: Mapping[str, Value] = field(default_factory=dict)
    facts: ir.Table | None = None

    @cached_property
    def columns(self) -> dict[str, ResultType]:
        """Columns of customers by type, the schema's and the client's own."""
        return {name: kind for name, kind in column_types(self.tables, "customers").items() if name != "customer_id"}

    @cached_property
    def given(self) -> dict[str, ResultType]:
        """Facts that an analysis gave, by type."""
        if self.facts is None:
            return {}
        types = {name: type_of(kind) for name, kind in self.facts.schema().items() if name != "customer_id"}
        return {name: kind for name, kind in types.items() if kind is not None}

    def is_definition(self, name: str, inside: str | None) -> bool:
        """Whether a name stands for another definition; `inside`: the definition whose rule it stands in."""
        return name in self.definitions and not (name == inside and self.is_fact(name))

    def is_fact(self, name: str) -> bool:
        """Whether a name has a meaning without any definition."""
        return name in (AGE, TENURE) or any(
            name in known for known in (self.given, SHORTCUTS, self.columns, MODEL_FACTS)
        )

    def fact_type(self, name: str) -> ResultType:
        """The type of a fact that is known to be one."""
        if name in self.given:
            return self.given[name]
        if name in SHORTCUTS or name in (AGE, TENURE):
            return "number"
        return self.columns[name] if name in self.columns else MODEL_FACTS[name][1]

    def needs(self, name: str) -> frozenset[tuple[str, ...]]:
        """What a fact other than a shortcut needs: entries of one or more alternative "table.column"."""
        if name in self.given:
            return frozenset()
        if name == AGE:
            return frozenset({("customers.birth_year",)})
        if name == TENURE:
            return frozenset({("customers.signed_up_at", "orders.ordered_at")})
        if name in self.columns:
            return frozenset({(f"customers.{name}",)})
        return frozenset({(f"{MODEL_FACTS[name][0]}.{name}",)})

    @cached_property
    def everything(self) -> tuple[str, ...]:
        """Every name, for hints."""
        return (*self.definitions, *self.given, *SHORTCUTS, AGE, TENURE, *self.columns, *MODEL_FACTS)


def shortcut(names: Names, name: str) -> Node | None:
    """The rule behind a shortcut, unless a given fact has its name."""
    return None if name in names.given else SHORTCUTS.get(name)
