"""What is known of campaigns that have no control group."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

METHODS = ("before_after", "not_contacted", "difference", "weighted", "matched")
CAMPAIGNS = (
    "campaign", "n", "unknown", "pool", "kept", "kept_share", "partners", "calliper", "apart_before", "apart_after",
    "worst_property", "others", "others_partners", "placebo", "placebo_low", "placebo_high", "placebo_p", "effect",
    "low", "high", "p", "q", "found", "grade", "reason",
)  # fmt: skip
READINGS = (
    "campaign", "outcome", "method", "n", "n_others", "mean", "mean_others", "effect", "low", "high", "relative", "p",
    "p_adjusted", "grade",
)  # fmt: skip
BALANCE = ("campaign", "covariate", "before", "after")
SENSITIVITY = ("campaign", "outcome", "ratio", "low", "high", "e_value", "e_value_limit", "explained")
RESPONSES = ("campaign", "event", "n", "events", "customers", "assigned", "share", "low", "high")


@dataclass(frozen=True)
class Comparison:
    """Campaigns without a control group, set against customers who could have been contacted and were not.

    reason: "" or why nothing is compared: no_campaigns (all were drawn by lot), no_contacted (all were held out),
        no_orders (nothing that the others could have done is known), no_pool (nobody was left out), no_start (no
        campaign says when it began).
    campaigns: CAMPAIGNS, one row a campaign: contacted customers (`n`; a sample
        by their ids where there are more than 20,000), those who were no customers yet (`unknown`),
        the `pool`, how many found partners (`kept`, `kept_share`), the plan (`partners`, `calliper`), the largest
        standardised difference before and after matching and the property it is of; share contacted by other campaigns
        in the window, and of their partners (`others`, `others_partners`); the placebo with its interval and p; the
        matched effect on the main outcome, p, q (Benjamini, Hochberg over the campaigns), whether it is `found`; grade
        B or D, and for D the reason: unknown (all contacted before the data begin), not_over, few, no_partners, same
        (all did the same), clusters, support, unbalanced, no_placebo (the data do not reach back so far), placebo,
        others (other campaigns reached more of them in the window).
    readings: READINGS, one row a campaign, outcome and method: before_after (the contacted, before and after),
        not_contacted (contacted less all others), difference (in differences), weighted (doubly robust), matched.
        p_adjusted: Holm over the outcomes of the matched comparison. grade: B or D.
    balance: BALANCE: standardised difference of each property, before and after matching.
    sensitivity: SENSITIVITY of the matched comparison: risk ratio, E-values of it and of its limit, and `explained`:
        the factor by which what was known has moved the ratio of the plain comparison.
    responses: RESPONSES: events that name a campaign (redeemed coupons), customers who did them, and how many of its
        `n` contacted ones were among them (`assigned`, share, Wilson interval).
    main: outcome of `campaigns`: that of the report; the revenue where more than four in five buy in the window anyway.
    """

    reason: str
    campaigns: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CAMPAIGNS)))
    readings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(READINGS)))
    balance: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(BALANCE)))
    sensitivity: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SENSITIVITY)))
    responses: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RESPONSES)))
    main: str = ""
    responders: int = 0  # customers with any such event
    targeted: int = 0  # customers contacted by any campaign without a control group

    def of(self, campaign: str) -> pd.Series | None:
        """The row of a campaign; None where it was not compared."""
        rows = self.campaigns[self.campaigns["campaign"] == campaign]
        return rows.iloc[0] if len(rows) else None
