"""What the campaigns earned: the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from customer_analytics.analysis.money.ladder import Ladder, ladder
from customer_analytics.analysis.money.returns import COLUMNS
from customer_analytics.analysis.money.shrinkage import Shrunken

Basis = Literal["margin", "revenue", ""]
RankedBy = Literal["cost", "contact", ""]
SCORECARD = (
    "campaign", "name", "channel", "offer", "source", "kind", "first_on", "last_on", "units", "grade", "decision",
    "reason", "arm", "contacted", "incremental_orders", "incremental_orders_low", "incremental_orders_high",
    "incremental_revenue", "incremental_revenue_low", "incremental_revenue_high", "incremental_margin",
    "incremental_margin_low", "incremental_margin_high", "cost", "net", "net_low", "net_high", "roi", "roi_low",
    "roi_high", "iroas", "cost_per_order", "cost_per_order_low", "cost_per_order_high", "break_even_lift",
    "chance_pays", "score", "rank", "rank_low", "rank_high", "chance_best",
)  # fmt: skip
ARMS = (*COLUMNS, "grade", "decision", "reason", "shrunken", "shrunken_low", "shrunken_high")


@dataclass(frozen=True)
class Money:
    """What the campaigns earned, before and after their costs.

    `reason`: "" or why nothing can be told: "no_comparison" (no campaign has arms to compare), "no_sums" (no window is
    over). `basis`: what money means: margin, revenue where no margin is known, "" where there is no money.

    arms: ARMS, one row a contact arm of a compared campaign: see returns.COLUMNS; `grade` of the main outcome's effect;
        decision and its reason (decision.py); `shrunken`: value (or, without money, extra main outcome) for one
        contacted after shrinkage (NaN: not shrunken).
    campaigns: SCORECARD, one row a campaign of any kind, as in Campaigns.list; figures of all contact arms together;
        decision of the arm that is named in `arm`; `score`: what the rank goes by (`ranked_by`: "cost": value for a
        unit of cost, "contact": value for one contacted).
    shrunken: of the sound arms against no contact, in their order in `arms`; None with fewer than three campaigns.
    programme: see programme.COLUMNS; of the same arms; empty without one. `of`: what it adds up: margin, revenue, or
        the name of the main outcome.
    moved: campaigns whose gain was only brought forward; they are neither ranked, shrunken nor added up.
    contacts_alone: campaigns whose control group got a message too: they compare contacts, and are not added up either.
    Figures of campaigns graded D are NaN: the draw does not carry them.
    """

    reason: str
    basis: Basis
    main: str
    arms: pd.DataFrame
    campaigns: pd.DataFrame
    ranked_by: RankedBy = ""
    shrunken: Shrunken | None = None
    programme: pd.DataFrame = field(default_factory=pd.DataFrame)
    of: str = ""
    ladder: Ladder = field(default_factory=lambda: ladder([]))
    moved: tuple[str, ...] = ()
    contacts_alone: tuple[str, ...] = ()

    def decision(self, campaign: str) -> tuple[str, str]:
        """Decision and reason of a campaign; "inconclusive", "no_control" where nothing was compared."""
        row = self.campaigns[self.campaigns["campaign"] == campaign]
        return (str(row["decision"].iloc[0]), str(row["reason"].iloc[0])) if len(row) else ("inconclusive", "unknown")
