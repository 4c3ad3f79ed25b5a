"""The campaigns as every later part of the report reads them: who was assigned to what, and what they did then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.campaigns.facts import Facts
from customer_analytics.analysis.campaigns.parts import Shelf
from customer_analytics.analysis.value.margin import Margin

Floats = npt.NDArray[np.float64]
Kind = Literal["binary", "count", "money", "number"]
# From orders, visits and messages; ready-made outcomes have the client's own names.
COMPUTED: dict[str, Kind] = {
    "converted": "binary", "orders": "count", "revenue": "money", "margin": "money", "visits": "count",
    "unsubscribed": "binary", "refunds": "count", "discount": "money",
}  # fmt: skip
LOWER_IS_BETTER = ("unsubscribed", "refunds", "discount")
GUARDRAILS = ("unsubscribed", "refunds")
# What is known of a unit before its start; each is a column of `units`, and of `sums` with nothing missing.
BEFORE = ("x_converted", "x_orders", "x_revenue", "x_visits")
STATE = ("recency_days", "orders_before", "revenue_before", "days_known")
LIST = (
    "campaign", "code", "name", "channel", "offer", "source", "kind", "first_on", "last_on", "window_days",
    "window_source", "over", "units", "in_two_arms", "without_arm", "unanswered", "strangers", "clusters",
    "clusters_in_two_arms", "control", "control_kind", "control_n", "planned", "plan_known", "cost_fixed", "messages",
    "reason",
)  # fmt: skip
ARMS = ("campaign", "code", "arm", "number", "role", "n", "sent", "messages")
MOMENTS = ("sent_at", "delivered_at", "opened_at", "clicked_at", "unsubscribed_at")


@dataclass(frozen=True)
class Outcome:
    """What is compared between arms. `ready`: a column of touches, else counted in the window from the start.

    `column`: its column of `units` (`y_<place>`). `guardrail`: it must not get worse. `better`: which way.
    """

    name: str
    kind: Kind
    ready: bool
    guardrail: bool
    better: Literal["higher", "lower"]
    column: str


@dataclass(frozen=True)
class Campaigns:
    """Everything that was assigned. `reason`: why there is nothing, "no_assignments"; None otherwise.

    list: LIST, one row a campaign, by first day and id. `source`: touches or audience (the ledger). `kind`: randomised
        (arms to compare) or targeted. `first_on`, `last_on`: first and last day of assignment (None: unknown).
        `window_days` from `window_source`: "parameter", "campaign" (its own first to last day: no message has a time)
        or "none" (no day is known; only ready-made outcomes). `over`: share of the units whose window is complete.
        `units`: assigned and in one arm. `in_two_arms`, `without_arm` (where others have one): left out. `unanswered`:
        of the units whose window is over, those without a ready-made outcome that others have: not in `sums`.
        `strangers`: units that no row of customers names, where there are customers; they count. `clusters`: where
        something else than customers was drawn, else NaN; of them in several arms. `control`: label of the arm compared
        with, "" for none; `control_kind`: "untouched" (nothing was sent to it, or it is named so), "named" (by the
        parameters) or "first" (of arms that all got something: "against", not "without contact"). `planned`: arm ->
        share (equal where nothing is known). `cost_fixed`: of the campaign and of spend booked on it (NaN: unknown).
        `messages`: that left (NaN: unknown). `reason`: why no arms are compared: "" (they are), no_arms, one_arm,
        all_held (nobody was contacted), all_mixed (everybody is in several arms), not_randomised, many_arms, no_start
        (nothing is known of when, and no outcome is ready-made), not_over.
    arms: ARMS. `number` 0 is the control; the one arm of a targeted campaign has number 1, label "" or its own, role
        contact (number 0 and role control where nothing was sent to it). `sent`: share to whom something was sent,
        `messages` that left (NaN: unknown).
    units: materialised, one row a campaign and unit in one arm: code, arm (number), person_id, block (0 to 199, of the
        person, of the cluster where clusters were drawn), cluster, stratum (strings, null), start (naive UTC
        timestamp), start_day (local day number), window_days, over, those of MOMENTS that touches has (timestamps),
        each outcome, BEFORE and STATE and the groups asked for as `g_<name>`. Nothing from the start on is in BEFORE,
        STATE or groups. Outcomes are float64; null where a campaign knows no day.
    sums: of units whose window is over, of compared campaigns: code, arm, block, n, `s_<column>` and `q_<a>_<b>` (a not
        after b): sums and sums of products of `columns`; read them with `added`. `cluster_sums`: the same by cluster;
        None where customers were drawn.
    unassigned: campaigns of the client's list to which nobody was assigned; they are not in `list`.
    facts: orders, visits and beginnings of everybody, materialised; None: to be worked out (`facts.facts_of`).
    columns: the outcomes' columns; `w_<i>` of those that are money or ready-made numbers, cut at the winsorised
        amount; BEFORE; `z_recency`, `z_never`, `z_known`, `z_unknown` (logarithms of days, and indicators of missing).
    """

    list: pd.DataFrame
    arms: pd.DataFrame
    outcomes: tuple[Outcome, ...]
    main: str
    units: ir.Table
    sums: pd.DataFrame
    columns: tuple[str, ...]
    groups: tuple[str, ...] = ()
    cluster_sums: pd.DataFrame | None = None
    unit: str = "customer"
    margin: Margin | None = None
    has_orders: bool = False
    has_visits: bool = False
    unassigned: int = 0
    reason: str | None = None
    facts: Facts | None = None
    shelf: Shelf | None = field(default=None, repr=False)
    held: tuple[object, ...] = field(default=(), repr=False)  # keeps what is materialised alive

    def kept(self, table: ir.Table) -> ir.Table:
        """A table made from the units, worked out once and kept where they are."""
        return table.cache() if self.shelf is None else self.shelf.keep(table)

    def outcome(self, name: str) -> Outcome | None:
        """The outcome of this name, or None."""
        return next((one for one in self.outcomes if one.name == name), None)

    def compared(self) -> Iterator[pd.Series]:
        """The rows of `list` whose arms may be compared."""
        for _, row in self.list[(self.list["kind"] == "randomised") & (self.list["reason"] == "")].iterrows():
            yield row

    def arms_of(self, code: int) -> pd.DataFrame:
        """The arms of a campaign, the control first."""
        return self.arms[self.arms["code"] == code].sort_values("number", ignore_index=True)

    def totals(self, code: int, arm: int, columns: tuple[str, ...]) -> tuple[int, Floats, Floats]:
        """n, the sums and the matrix of sums of products of some columns, of one arm."""
        rows = self.sums[(self.sums["code"] == code) & (self.sums["arm"] == arm)]
        return self.added(rows, columns)

    def added(self, rows: pd.DataFrame, columns: tuple[str, ...]) -> tuple[int, Floats, Floats]:
        """n, the sums and the matrix of sums of products of some columns, over some rows of `sums`."""
        place = {column: number for number, column in enumerate(self.columns)}
        s = np.array([rows[f"s_{column}"].sum(skipna=False) for column in columns], dtype=np.float64)
        names = [[sorted((one, other), key=place.__getitem__) for other in columns] for one in columns]
        q = np.array([[rows[f"q_{a}_{b}"].sum(skipna=False) for a, b in line] for line in names], dtype=np.float64)
        return int(rows["n"].sum()), s, q.reshape(len(columns), len(columns))
