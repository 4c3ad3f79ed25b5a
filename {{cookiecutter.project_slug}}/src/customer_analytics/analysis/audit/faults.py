"""A fault: one rule, where it was broken, by how many rows, and the money and customers behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What one rule found.

    `rows` broke it, of `evaluated` that it applies to (rows whose columns are filled, where the rule needs them).
    `money`: what those rows carry, None for a table without money. `customers`: distinct ones behind them, None where
    the table knows no customer. `values`: further numbers for its sentence.
    """

    table: str
    column: str
    rule: str
    rows: int
    evaluated: int
    money: float | None = None
    customers: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A name that stays the same from run to run: orders.customer_id.missing."""
        return ".".join(part for part in (self.table, self.column, self.rule) if part)

    @property
    def share(self) -> float:
        """Share of the evaluated rows; 0 where nothing could be evaluated."""
        return self.rows / self.evaluated if self.evaluated else 0.0
