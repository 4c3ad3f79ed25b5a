"""What a funnel is: its steps and the rules by which somebody passes from one to the next (docs/methods/funnel.md)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from customer_analytics.analysis.query import Condition

Order = Literal["ordered", "strict", "any"]
Unit = Literal["customer", "session", "order"]
Attempt = Literal["first", "best"]
Entry = Literal["closed", "open"]
Occurrence = Literal["first_matching", "first_ever"]
Origin = Literal["given", "usual", "known", "first_times", "orders"]


@dataclass(frozen=True)
class Step:
    """One step: an event with one of `names` for which `condition` is true.

    `text`: as it was written; `label`: as it is shown; `stage`: what kind of step it is where its name is well known
    (visit, search, view, cart, checkout, order, pay, repeat …), else "".
    """

    number: int
    text: str
    label: str
    names: tuple[str, ...]
    condition: Condition | None = None
    stage: str = ""


@dataclass(frozen=True)
class Definition:
    """A funnel. Every number of the report rests on one of these.

    unit: who or what passes: a person (customer or visitor), a session or an order.
    window_seconds: from entry, in elapsed time, the end included; None: as long as the data reach.
    entry_from: first local day on which entries count; None: the first day of the data.
    shared_sessions: the same session_id occurs with several people (GA4 counts them by person): a session is then a
        session_id of a person.
    origin: where the steps come from: "given", "usual" (the industry's, by `usual_steps`), "known"
        (names that the product knows), "first_times" (common events in
    the order in which people first make them), "orders" (from orders and registrations alone).
    window_given: whether the window was asked for; else it is the usual one of such steps.
    """

    steps: tuple[Step, ...]
    order: Order = "ordered"
    unit: Unit = "customer"
    window_seconds: float | None = None
    attempt: Attempt = "first"
    entry: Entry = "closed"
    occurrence: Occurrence = "first_matching"
    exclude: tuple[Step, ...] = ()
    hold: tuple[str, ...] = ()
    tolerance_seconds: float = 1.0
    entry_from: dt.date | None = None
    shared_sessions: bool = False
    origin: Origin = "given"
    window_given: bool = True

    @property
    def labels(self) -> tuple[str, ...]:
        """The steps as they are shown."""
        return tuple(step.label for step in self.steps)

    @property
    def length(self) -> int:
        """How many steps there are."""
        return len(self.steps)

    @property
    def window_days(self) -> float | None:
        """The window in days of 24 hours."""
        return None if self.window_seconds is None else self.window_seconds / 86_400
